import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {canisterNameOf, createProject, isProjectName, type NewProjectRequest} from '../../../src/operations/new-project.js'
import {SILENT} from '../../../src/operations/reporter.js'
import {getProject} from '../../../src/project/load.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

describe('createProject', () => {
  const folder = useTemporaryFolder()
  const create = (traits: Partial<NewProjectRequest> = {}) =>
    createProject(
      {name: 'hello', folder: folder.path, type: 'motoko', frontend: 'none', extras: [], dryRun: false, install: false, ...traits},
      SILENT,
    )

  it('makes a project that loads', async () => {
    const report = await create()
    assert.deepEqual(report.files, [
      '.editorconfig',
      '.gitignore',
      '.vscode/extensions.json',
      'README.md',
      'dfx.json',
      'package.json',
      'src/hello_backend/main.mo',
      'test/backend.test.js',
    ])
    const project = getProject(folder.file('hello'))
    const backend = project.canisters.get('hello_backend')
    assert.ok(backend?.type === 'motoko')
    assert.equal(backend.main, folder.file('hello', 'src', 'hello_backend', 'main.mo'))
    assert.ok(existsSync(backend.main))
    assert.equal(project.outputEnvFile, folder.file('hello', '.env'))
    assert.equal(JSON.parse(readFileSync(project.file, 'utf8')).version, 1)
  })

  for (const {type, file, canisterType} of [
    {type: 'rust', file: 'src/hello_backend/src/lib.rs', canisterType: 'rust'},
    {type: 'typescript', file: 'src/hello_backend/index.ts', canisterType: 'typescript'},
    {type: 'azle', file: 'src/hello_backend/index.ts', canisterType: 'typescript'},
    {type: 'python', file: 'src/hello_backend/main.py', canisterType: 'python'},
    {type: 'kybra', file: 'src/hello_backend/main.py', canisterType: 'python'},
  ] as const)
    it(`makes a project of type ${type}`, async () => {
      const {files} = await create({type})
      assert.ok(files.includes(file), files.join())
      const project = getProject(folder.file('hello'))
      assert.equal(project.canisters.get('hello_backend')?.type, canisterType)
      assert.match(readFileSync(folder.file('hello', 'README.md'), 'utf8'), /^# hello\n[\s\S]*hello_backend\//)
    })

  for (const frontend of ['vanilla', 'react', 'svelte', 'vue'] as const)
    it(`makes a project with a frontend in ${frontend}`, async () => {
      const {files} = await create({frontend, extras: ['internet-identity', 'ci']})
      for (const file of [
        '.github/workflows/test.yml',
        'src/hello_frontend/index.html',
        'src/hello_frontend/src/sign-in.js',
        'test/frontend.test.js',
      ])
        assert.ok(files.includes(file), file)
      const front = getProject(folder.file('hello')).canisters.get('hello_frontend')
      assert.ok(front?.type === 'assets')
      assert.deepEqual([front.workspace, front.dependencies], ['hello_frontend', ['hello_backend', 'internet_identity']])
      const {dependencies, devDependencies} = JSON.parse(
        readFileSync(folder.file('hello', 'src', 'hello_frontend', 'package.json'), 'utf8'),
      )
      assert.ok(dependencies['@icp-sdk/core'] && dependencies['@icp-sdk/auth'] && devDependencies.vite)
    })

  it('leaves no placeholder in any file', async () => {
    for (const [type, frontend] of [
      ['motoko', 'vanilla'],
      ['rust', 'react'],
      ['typescript', 'svelte'],
      ['motoko', 'vue'],
    ] as const) {
      const name = `Two-${type}-${frontend}`
      const {files} = await create({name, type, frontend, extras: ['internet-identity', 'ci']})
      for (const file of files) {
        assert.doesNotMatch(file, /__/)
        assert.doesNotMatch(readFileSync(folder.file(name, file), 'utf8'), /__[a-z]+__/)
      }
    }
  })

  it('makes a git repository', async function () {
    await create()
    if (!existsSync(folder.file('hello', '.git'))) this.skip()
  })

  it('writes nothing in a dry run', async () => {
    assert.equal((await create({dryRun: true})).files.length, 8)
    assert.deepEqual(readdirSync(folder.path), [])
  })

  it('never touches an existing folder', async () => {
    mkdirSync(folder.file('hello'))
    await assert.rejects(create(), {code: 'FOLDER_EXISTS', message: 'Cannot create a new project because the directory already exists.'})
    assert.deepEqual(readdirSync(folder.file('hello')), [])
  })

  it('refuses what it has no template for', async () => {
    await assert.rejects(create({frontend: 'sveltekit'}), {code: 'OPTION_UNSUPPORTED'})
    await assert.rejects(create({extras: ['bitcoin']}), {code: 'OPTION_UNSUPPORTED'})
    await assert.rejects(create({extras: ['internet-identity']}), {code: 'OPTION_UNSUPPORTED'})
    assert.deepEqual(readdirSync(folder.path), [])
  })

  for (const [name, isValid] of Object.entries({
    hello: true,
    h1_x: true,
    'a-b': true,
    '1a': false,
    _a: false,
    'a b': false,
    'a/b': false,
    '': false,
  }))
    it(`takes '${name}' for ${isValid ? 'a' : 'no'} name`, () => assert.equal(isProjectName(name), isValid))

  it('joins the name of a canister as the project joins its own', () =>
    assert.deepEqual(
      ['hello', 'my-app', 'my_app'].map((name) => canisterNameOf(name, 'backend')),
      ['hello_backend', 'my-app-backend', 'my_app_backend'],
    ))

  it('would catch a template whose names were not filled in', async () => {
    const planted = 'src/__backend__/main.mo'
    assert.match(planted, /__[a-z]+__/)
    assert.ok(!(await create()).files.includes(planted))
  })
})
