import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {checkMotoko, compileMotoko, type Sibling} from '../../../../src/builders/motoko/compile-program.js'
import {MotokoCompiler} from '../../../../src/builders/motoko/compiler.js'
import {readMotokoProgram} from '../../../../src/builders/motoko/program.js'

describe('compileMotoko', () => {
  const compiler = new MotokoCompiler()
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'icicle-motoko-'))
  })
  afterEach(() => rmSync(root, {recursive: true, force: true}))
  after(() => compiler.close())

  const write = (files: Record<string, string>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), {recursive: true})
      writeFileSync(join(root, path), text)
    }
  }
  const read = (args: readonly string[] = [], packages: ReadonlyMap<string, string> = new Map()) =>
    readMotokoProgram({canister: 'app', root, main: join(root, 'src/main.mo'), args, packages})
  const build = async ({args = [], packages, siblings = new Map()}: BuildOptions = {}) =>
    compileMotoko(await read(args, packages), {compiler, cache: {folder: join(root, '.dfx/cache')}, siblings})

  it('compiles a program with files, packages, mo:base, mo:core and another canister, then finds it in the cache', async () => {
    write({
      'src/main.mo': `import Array "mo:base/Array"; import Map "mo:core/Map"; import Vendor "mo:vendor"; import Lib "lib"; import Other "canister:other"; import IC "ic:aaaaa-aa";
        actor class App(n : Nat) {
          stable var count : Nat = n;
          public query func size() : async Nat { Array.size([1]) + Map.size(Map.empty<Nat, Nat>()) + Vendor.one + Lib.two + count };
          public func ask() : async Nat { ignore await IC.raw_rand(); await Other.get() };
        }`,
      'src/lib.mo': 'module { public let two = 2 }',
      'vendor/lib.mo': 'module { public let one = 1 }',
    })
    const siblings = new Map([['other', {id: 'rrkah-fqaaa-aaaaa-aaaaq-cai', candid: 'service : { get : () -> (nat) }'}]])
    const packages = new Map([['vendor', 'vendor']])
    const first = await build({packages, siblings})
    assert.equal(first.isCached, false)
    assert.match(first.artifact.candid!, /service : \(n: nat\) -> App/)
    assert.match(first.artifact.stableTypes!, /stable var count : Nat/)
    const text = Buffer.from(first.artifact.wasm).toString('latin1')
    assert.equal(text.slice(0, 4), '\0asm')
    for (const section of ['icp:public candid:service', 'icp:public candid:args', 'icp:private motoko:stable-types'])
      assert.ok(text.includes(section), section)

    const start = performance.now()
    const second = await build({packages, siblings})
    assert.ok(performance.now() - start < 250, 'an unchanged program is not compiled again')
    assert.equal(second.isCached, true)
    assert.deepEqual(second.artifact, first.artifact)

    const renamed = await build({packages, siblings: new Map([['other', {...siblings.get('other')!, id: 'rwlgt-iiaaa-aaaaa-aaaaa-cai'}]])})
    assert.equal(renamed.isCached, false, 'the id of an imported canister is part of the module')
  })

  it('shows errors with file, line, column, source line and caret', async () => {
    write({'src/main.mo': 'actor {\n  public func f() : async Nat { /* é */ "a" };\n}\n'})
    await assert.rejects(build(), {
      code: 'COMPILATION_FAILED',
      message: [
        "Failed to build canister 'app'.",
        'src/main.mo:2:41: type error [M0050], literal of type',
        '  Text',
        'does not have expected type',
        '  Nat',
        '  2 |   public func f() : async Nat { /* é */ "a" };',
        '    |                                         ^^^',
      ].join('\n'),
    })
  })

  it('shows warnings again when the module comes from the cache', async () => {
    write({'src/main.mo': 'actor { public func f() : async () { let unused = 1 } }'})
    const first = await build()
    const second = await build()
    assert.match(first.warnings.join('\n'), /^src\/main\.mo:1:42: warning \[M0194\], unused identifier/m)
    assert.deepEqual([second.isCached, second.warnings], [true, first.warnings])
  })

  it('reports a missing import at its place, even if an earlier program had the file', async () => {
    write({'src/main.mo': 'import A "a"; actor { public func f() : async Nat { A.one } }', 'src/a.mo': 'module { public let one = 1 }'})
    await build()
    rmSync(join(root, 'src/a.mo'))
    await assert.rejects(build(), /src\/main\.mo:1:1: import error \[M0009\]/)
  })

  it('says which main file is missing', () =>
    assert.rejects(build(), {code: 'MAIN_FILE_MISSING', message: /'src\/main\.mo' of canister 'app'/}))

  it('forgets the options of an earlier program', async () => {
    write({'src/main.mo': 'actor { public func f() : async () { let unused = 1 } }'})
    assert.deepEqual((await build({args: ['-A', 'M0194']})).warnings, [])
    assert.equal((await build()).warnings.length, 1)
  })

  it('checks without compiling', async () => {
    write({'src/main.mo': 'actor { public query func f() : async Nat { 1 } }'})
    const {candid} = await checkMotoko(await read(), {compiler, siblings: new Map()})
    assert.equal(candid, 'service : {\n  f: () -> (nat) query;\n}\n')
  })

  it('compares stable signatures', async () => {
    const compare = async (before: string, after: string) =>
      (await compiler.run({kind: 'compare', before, after})).diagnostics.map(({code}) => code)
    const aSignature = (field: string) => `// Version: 1.0.0\nactor {\n  stable var x : ${field}\n};\n`
    assert.deepEqual(await compare(aSignature('Nat'), aSignature('Int')), [])
    assert.deepEqual(await compare(aSignature('Int'), aSignature('Nat')), ['M0170'])
  })
})

interface BuildOptions {
  readonly args?: readonly string[]
  readonly packages?: ReadonlyMap<string, string>
  readonly siblings?: ReadonlyMap<string, Sibling>
}
