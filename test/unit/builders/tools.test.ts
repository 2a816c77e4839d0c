import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, dirname, join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {decodeUtf8, encodeUtf8} from '../../../src/base/bytes.js'
import type {IcicleError} from '../../../src/base/errors.js'
import {buildAssets} from '../../../src/builders/assets.js'
import {buildEnvironment} from '../../../src/builders/build-environment.js'
import {splitCandid} from '../../../src/builders/candid-parts.js'
import {buildCustom, isGzip, unpackModule} from '../../../src/builders/custom.js'
import {attachMetadata, planMetadata} from '../../../src/builders/metadata.js'
import {parsePackages} from '../../../src/builders/motoko/packages.js'
import {runCommand} from '../../../src/builders/run-command.js'
import {buildRust, installCargo} from '../../../src/builders/rust.js'
import {evaluateTechStack} from '../../../src/builders/tech-stack.js'
import type {CanisterConfig} from '../../../src/project/project.js'
import {canisterIdFromNumber} from '../../../src/protocol/principal.js'
import {TYPE, WASM_HEADER} from '../../../src/wasm/constants.js'
import {encodeModule} from '../../../src/wasm/encode.js'
import {i32Const} from '../../../src/wasm/instructions.js'
import {addCustomSection, listCustomSections} from '../../../src/wasm/sections.js'

const node = (code: string): string => `"${process.execPath}" -e "${code}"`

/** As `export_candid!` makes them: a function that gives the address of a text. */
function aTellingModule(candid: string): Uint8Array {
  return encodeModule({
    functions: [{type: {params: [], results: [TYPE.i32]}, body: i32Const(8), exports: ['get_candid_pointer']}],
    memory: {minimum: 1, exports: ['memory']},
    data: [{offset: i32Const(8), content: encodeUtf8(`${candid}\0`)}],
  })
}

/** A canister of dfx.json with what a test does not care about filled in. */
// biome-ignore lint/suspicious/noExplicitAny: any kind of canister
function aCanister(parts: object): any {
  return {name: 'app', type: 'custom', dependencies: [], metadata: [], gzip: false, hasFrontend: false, ...parts}
}

describe('building with tools', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'icicle-tools-'))
  })
  afterEach(() => rmSync(root, {recursive: true, force: true}))

  const at = (path: string): string => join(root, path)
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(at(path)), {recursive: true})
    writeFileSync(at(path), content)
  }
  const place = (env: Record<string, string> = {}) => ({root, env, signal: undefined})

  describe('runCommand', () => {
    it('runs in the root with the environment, and gives what was printed', async () => {
      const command = node("console.log(process.cwd() + process.env.X); console.error('note')")
      const {stdout, stderr} = await runCommand({...place({X: 'y'}), command, failure: 'no'})
      assert.match(stdout, /icicle-tools-\w+y$/)
      assert.equal(stderr, 'note')
    })

    it('prefers a file of the project over the path', async function () {
      if (process.platform === 'win32') this.skip()
      write('node', '#!/bin/sh\necho mine\n')
      chmodSync(at('node'), 0o755)
      assert.equal((await runCommand({...place(), command: 'node -e 1', failure: 'no'})).stdout, 'mine')
    })

    it('tells what failed, how, and what it printed', () =>
      assert.rejects(runCommand({...place(), command: node("console.error('because'); process.exit(4)"), failure: 'It failed.'}), {
        code: 'BUILD_COMMAND_FAILED',
        message: /^It failed\.\nThe command '.*' failed with exit code 4\.\nbecause$/s,
      }))
    it('says that a program is not there', () =>
      assert.rejects(runCommand({...place(), command: 'no-such-program-here x', failure: 'It failed.'}), {
        message: /the program was not found \(Is it installed\?\)/,
      }))
  })

  describe('buildCustom', () => {
    it('runs the steps in order and takes the files', async () => {
      const build = [node("require('fs').writeFileSync('a', 'x')"), node("require('fs').renameSync('a', 'out.wasm')")]
      write('out.did', 'service : {}')
      const artifact = await buildCustom(aCanister({build, wasm: at('out.wasm'), candid: at('out.did')}), place())
      assert.deepEqual(artifact, {wasm: encodeUtf8('x'), candid: 'service : {}'})
    })
    it('says which file is missing after the build', () =>
      assert.rejects(buildCustom(aCanister({build: [], wasm: at('out.wasm'), candid: at('out.did')}), place()), {
        code: 'BUILD_OUTPUT_MISSING',
        message: "Canister 'app' was built, but its wasm 'out.wasm' is not there.",
      }))
    it('refuses a build step for a module from a URL', () =>
      assert.rejects(buildCustom(aCanister({build: ['x'], wasm: 'https://example.com/x.wasm', candid: at('out.did')}), place()), {
        code: 'BUILD_COMMAND_FAILED',
      }))
  })

  it('recognises compressed modules', () => {
    const packed = new Uint8Array(gzipSync(WASM_HEADER))
    assert.deepEqual([isGzip(packed), isGzip(WASM_HEADER)], [true, false])
    assert.deepEqual(unpackModule(packed), WASM_HEADER)
  })

  describe('buildRust', () => {
    const LIBRARY = {name: 'my-app', kind: ['cdylib']}
    const anApp = (parts: object = {}) => aCanister({type: 'rust', package: 'my-app', crate: undefined, candid: at('app.did'), ...parts})

    /** A `cargo` that says what it is asked and leaves a module. */
    const withCargo = (targets: object[], module: Uint8Array = WASM_HEADER): Record<string, string> => {
      const metadata = JSON.stringify({target_directory: at('target'), workspace_root: root, packages: [{name: 'my-app', targets}]})
      write('metadata.json', metadata)
      write(
        'bin/cargo.cjs',
        `const fs = require('fs'), [verb] = process.argv.slice(2)
if (verb === 'metadata') process.stdout.write(fs.readFileSync(${JSON.stringify(at('metadata.json'))}))
else { fs.mkdirSync('target/wasm32-unknown-unknown/release', {recursive: true}); fs.writeFileSync('asked', process.argv.slice(2).join(' ')); fs.copyFileSync('module.wasm', 'target/wasm32-unknown-unknown/release/my_app.wasm') }`,
      )
      write('module.wasm', module)
      write('bin/cargo', `#!/bin/sh\nexec "${process.execPath}" "${at('bin/cargo.cjs')}" "$@"\n`)
      chmodSync(at('bin/cargo'), 0o755)
      return {PATH: `${at('bin')}${delimiter}${process.env.PATH}`}
    }

    it('asks cargo for the package and takes the library', async function () {
      if (process.platform === 'win32') this.skip()
      write('app.did', 'service : {}')
      const env = withCargo([LIBRARY])
      const {artifact} = await buildRust(anApp(), place(env))
      assert.deepEqual(artifact, {wasm: WASM_HEADER, candid: 'service : {}'})
      assert.equal(readFileSync(at('asked'), 'utf8'), 'build --quiet --target wasm32-unknown-unknown --release -p my-app')
      write('Cargo.lock', '')
      await buildRust(anApp(), place(env))
      assert.match(readFileSync(at('asked'), 'utf8'), / --locked$/)
    })
    it('drops what debuggers read, and keeps names', async function () {
      if (process.platform === 'win32') this.skip()
      write('app.did', 'service : {}')
      let module: Uint8Array = WASM_HEADER
      for (const name of ['name', '.debug_info', 'producers']) module = addCustomSection(module, name, new Uint8Array(3))
      const env = withCargo([LIBRARY], module)
      const names = async (canister: ReturnType<typeof anApp>) =>
        listCustomSections((await buildRust(canister, place(env))).artifact.wasm).map(({name}) => name)
      assert.deepEqual(await names(anApp()), ['name'])
      assert.deepEqual(await names(anApp({shrink: false})), ['name', '.debug_info', 'producers'])
    })
    it('writes the interface that the module tells, unless the user has one of his own', async function () {
      if (process.platform === 'win32') this.skip()
      const told = 'service : { f : () -> (nat) query }'
      const env = withCargo([LIBRARY], aTellingModule(told))
      const written = `// Written by the build: the code of the canister tells its interface.\n${told}\n`
      for (const before of [undefined, '// Written by the build: long ago.\nservice : {}']) {
        if (before !== undefined) write('app.did', before)
        assert.equal((await buildRust(anApp(), place(env))).artifact.candid, written)
        assert.equal(readFileSync(at('app.did'), 'utf8'), written)
      }
      write('app.did', 'service : { f : () -> (int) query }')
      assert.deepEqual((await buildRust(anApp(), place(env))).warnings, [])
      write('app.did', 'service : { g : () -> () }')
      const {artifact, warnings} = await buildRust(anApp(), place(env))
      assert.equal(artifact.candid, 'service : { g : () -> () }')
      assert.match(warnings[0]!, /^The interface 'app\.did' of canister 'app' promises what its code does not tell\.[\s\S]*\bg\b/)
    })
    it('says what to type when cargo is missing', () =>
      assert.rejects(buildRust(anApp(), place({PATH: at('nowhere')})), (error: IcicleError) => {
        assert.equal(error.code, 'TOOLCHAIN_MISSING')
        assert.match(error.hints.join(' '), /rustup target add wasm32-unknown-unknown/)
        return true
      }))
    it('says what to type when the target is missing', async function () {
      if (process.platform === 'win32') this.skip()
      const env = withCargo([LIBRARY])
      write(
        'bin/cargo.cjs',
        `if (process.argv[2] === 'metadata') process.stdout.write(require('fs').readFileSync(${JSON.stringify(at('metadata.json'))}))
else { console.error("error[E0463]: can't find crate for \`core\`\\n = note: the \`wasm32-unknown-unknown\` target may not be installed"); process.exit(101) }`,
      )
      await assert.rejects(buildRust(anApp(), place(env)), {
        code: 'TOOLCHAIN_MISSING',
        hints: ['Type `rustup target add wasm32-unknown-unknown`.'],
      })
    })
    it('has a way to install cargo for Windows, too', () => {
      assert.match(installCargo('win32')[0]!, /^winget /)
      assert.match(installCargo('darwin')[0]!, /^curl /)
    })
    it('says which packages there are', async function () {
      if (process.platform === 'win32') this.skip()
      write('app.did', 'service : {}')
      const rust = aCanister({type: 'rust', package: 'other', crate: undefined, candid: at('app.did')})
      await assert.rejects(buildRust(rust, place(withCargo([]))), {code: 'BUILD_COMMAND_FAILED'})
    })
  })

  describe('buildAssets', () => {
    it('builds the frontend and gives the ready-made module', async () => {
      write('asset.wasm', WASM_HEADER)
      write('asset.did', 'service : {}')
      const assets = aCanister({
        type: 'assets',
        source: [at('dist')],
        build: [node("require('fs').mkdirSync('dist')")],
        workspace: undefined,
      })
      const {wasm} = await buildAssets(assets, place(), {wasm: at('asset.wasm'), candid: at('asset.did')})
      assert.deepEqual(wasm, WASM_HEADER)
    })
    it('says that there is no module to serve them', () =>
      assert.rejects(
        buildAssets(aCanister({type: 'assets', source: [], build: []}), place(), {wasm: at('none.wasm'), candid: at('none.did')}),
        {
          code: 'ASSET_MODULE_MISSING',
        },
      ))
    it('says that a source folder is missing', () =>
      assert.rejects(buildAssets(aCanister({type: 'assets', source: [at('dist')], build: [], workspace: undefined}), place()), {
        code: 'BUILD_COMMAND_FAILED',
        message: /The source folder '.*dist' of canister 'app' does not exist/,
      }))
  })

  it('fills in the commands of a tech stack', async () =>
    assert.deepEqual(await evaluateTechStack({lib: {x: {version: `$(${node('console.log(1 + 1)')})`, name: 'plain'}}}, place()), {
      lib: {x: {version: '2', name: 'plain'}},
    }))
})

describe('planMetadata', () => {
  const candid = splitCandid('service : (nat) -> { f : () -> () }')
  const plan = (canister: Partial<CanisterConfig>, network = 'local') =>
    planMetadata({canister: aCanister(canister), network, candid, techStack: undefined}).map(({name, visibility, content}) => [
      visibility,
      name,
      decodeUtf8(content),
    ])

  it('gives rust canisters their interface in public and names the language', () => {
    const sections = plan({type: 'rust'})
    assert.deepEqual(sections.slice(0, 2), [
      ['public', 'candid:service', candid.service],
      ['public', 'candid:args', '(nat)'],
    ])
    assert.deepEqual(JSON.parse(sections[2]![2]!), {tech_stack: {language: {rust: {}}}})
  })
  it('gives custom canisters only what is listed', () => assert.deepEqual(plan({type: 'custom'}), []))
  it('takes the first entry of a name for the network', () => {
    const entry = (content: string, networks?: string[]) => ({name: 'x', visibility: 'public', networks, path: undefined, content}) as const
    const metadata = [entry('on ic', ['ic']), entry('here'), entry('too late')]
    assert.deepEqual(plan({metadata}), [['public', 'x', 'here']])
    assert.deepEqual(plan({metadata}, 'ic'), [['public', 'x', 'on ic']])
  })
  it('refuses an entry without content', () =>
    assert.throws(() => plan({metadata: [{name: 'x', visibility: 'public', networks: undefined, path: undefined, content: undefined}]}), {
      code: 'METADATA_INVALID',
    }))
})

describe('attachMetadata', () => {
  const section = (content: string, visibility: 'public' | 'private' = 'public') => ({name: 'x', visibility, content: encodeUtf8(content)})
  const names = (wasm: Uint8Array) => listCustomSections(wasm).map(({name, content}) => `${name}=${decodeUtf8(content)}`)

  it('adds a section', () => assert.deepEqual(names(attachMetadata(WASM_HEADER, [section('1')])), ['icp:public x=1']))
  it('replaces one of the same name in either visibility (planted: two sections of a name make a module invalid)', () => {
    const before = addCustomSection(addCustomSection(WASM_HEADER, 'icp:private x', encodeUtf8('old')), 'other', encodeUtf8('kept'))
    assert.deepEqual(names(attachMetadata(before, [section('new')])), ['other=kept', 'icp:public x=new'])
  })
  it('gives the same bytes back when all is there', () => {
    const wasm = attachMetadata(WASM_HEADER, [section('1')])
    assert.equal(attachMetadata(wasm, [section('1')]), wasm)
  })
})

describe('splitCandid', () => {
  it('separates the constructor', () => {
    const {service, initArgs, full} = splitCandid('type T = nat; service : (T, opt text) -> { f : () -> (T) query }')
    assert.deepEqual([service, initArgs], ['type T = nat;\nservice : { f : () -> (T) query }\n', '(T, opt text)'])
    assert.match(full, /^type T = nat; service : \(T/)
  })
  it('leaves an interface without one as it is', () => {
    const text = 'service : {\n  f: () -> ();\n}'
    assert.deepEqual([splitCandid(text).service, splitCandid(text).initArgs], [text, '()'])
  })
})

describe('buildEnvironment', () =>
  it('names ids and interfaces the way dfx does', () =>
    assert.deepEqual(
      buildEnvironment({
        network: 'local',
        dfxVersion: '0.32.0',
        ids: new Map([
          ['my-app', canisterIdFromNumber(1n)],
          ['b', canisterIdFromNumber(0n)],
        ]),
        canister: 'my-app',
        candidFiles: new Map([['my-app', '/x.did']]),
      }),
      {
        DFX_VERSION: '0.32.0',
        DFX_NETWORK: 'local',
        CANISTER_CANDID_PATH_MY_APP: '/x.did',
        CANISTER_ID_B: 'rwlgt-iiaaa-aaaaa-aaaaa-cai',
        CANISTER_ID_MY_APP: 'rrkah-fqaaa-aaaaa-aaaaq-cai',
        CANISTER_ID: 'rrkah-fqaaa-aaaaa-aaaaq-cai',
        CANISTER_CANDID_PATH: '/x.did',
      },
    )))

describe('parsePackages', () => {
  it('reads what a packtool prints', () =>
    assert.deepEqual(
      parsePackages('tool', '--package base .mops/base@1/src\n--package "my lib" lib/src\n'),
      new Map([
        ['base', '.mops/base@1/src'],
        ['my lib', 'lib/src'],
      ]),
    ))
  it('refuses anything else', () => assert.throws(() => parsePackages('tool', 'oops'), {code: 'BUILD_COMMAND_FAILED'}))
})
