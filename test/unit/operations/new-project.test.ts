import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {backendNameOf, createProject, isProjectName, type NewProjectRequest} from '../../../src/operations/new-project.js'
import {SILENT} from '../../../src/operations/reporter.js'
import {getProject} from '../../../src/project/load.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

describe('createProject', () => {
  const folder = useTemporaryFolder()
  const create = (traits: Partial<NewProjectRequest> = {}) =>
    createProject({name: 'hello', folder: folder.path, type: 'motoko', frontend: 'none', dryRun: false, ...traits}, SILENT)

  it('makes a project that loads', () => {
    const report = create()
    assert.deepEqual(report.files, ['.gitignore', 'README.md', 'dfx.json', 'src/hello_backend/main.mo'])
    const project = getProject(folder.file('hello'))
    const backend = project.canisters.get('hello_backend')
    assert.ok(backend?.type === 'motoko')
    assert.equal(backend.main, folder.file('hello', 'src', 'hello_backend', 'main.mo'))
    assert.ok(existsSync(backend.main))
    assert.equal(project.outputEnvFile, folder.file('hello', '.env'))
    assert.equal(JSON.parse(readFileSync(project.file, 'utf8')).version, 1)
  })

  it('leaves no placeholder in any file', () => {
    const {files} = create({name: 'two-words'})
    for (const file of files) {
      assert.doesNotMatch(file, /__/)
      assert.doesNotMatch(readFileSync(folder.file('two-words', file), 'utf8'), /__[a-z]+__/)
    }
  })

  it('makes a git repository', function () {
    create()
    if (!existsSync(folder.file('hello', '.git'))) this.skip()
  })

  it('writes nothing in a dry run', () => {
    assert.equal(create({dryRun: true}).files.length, 4)
    assert.deepEqual(readdirSync(folder.path), [])
  })

  it('never touches an existing folder', () => {
    mkdirSync(folder.file('hello'))
    assert.throws(() => create(), {code: 'FOLDER_EXISTS', message: 'Cannot create a new project because the directory already exists.'})
    assert.deepEqual(readdirSync(folder.file('hello')), [])
  })

  it('refuses what it has no template for', () => {
    assert.throws(() => create({type: 'rust'}), {code: 'OPTION_UNSUPPORTED'})
    assert.throws(() => create({frontend: 'vue'}), {code: 'OPTION_UNSUPPORTED'})
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

  it('joins the name of the canister as the project joins its own', () =>
    assert.deepEqual(
      [backendNameOf('hello'), backendNameOf('my-app'), backendNameOf('my_app')],
      ['hello_backend', 'my-app-backend', 'my_app_backend'],
    ))

  it('would catch a template whose names were not filled in', () => {
    const planted = 'src/__backend__/main.mo'
    assert.match(planted, /__[a-z]+__/)
    assert.ok(!create().files.includes(planted))
  })
})
