import assert from 'node:assert/strict'
import {readFileSync, rmSync} from 'node:fs'
import {toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {buildPython, runtimeFile} from '../../../../src/builders/python/build-python.js'
import {findRuns} from '../../../../src/builders/python/make-canister.js'
import {readWheel} from '../../../../src/builders/python/packages.js'
import {moduleName, readPythonSources} from '../../../../src/builders/python/read-sources.js'
import {unzip} from '../../../../src/builders/python/unzip.js'
import {writeText} from '../../../../src/io/files.js'
import {useTemporaryFolder} from '../../../support/temporary-folder.js'
import {aZip} from './zip.js'

describe('buildPython', function () {
  this.timeout(60_000)
  const folder = useTemporaryFolder()
  const build = (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) writeText(folder.file('src', ...path.split('/')), text)
    // biome-ignore lint/suspicious/noExplicitAny: what the builder does not look at is left out
    const canister: any = {name: 'app', type: 'python', main: folder.file('src', 'main.py'), requirements: undefined}
    return buildPython(canister, {root: folder.path, env: {}, signal: undefined})
  }

  it('has the runtime whose checksum is written down', () =>
    assert.equal(
      toHex(sha256(readFileSync(runtimeFile()))),
      readFileSync(`${runtimeFile()}.sha256`, 'utf8').split(' ')[0],
      'build-runtime.sh writes both files',
    ))

  it('tells methods, hooks and types, and gives the same bytes twice', async () => {
    const main = `
from __future__ import annotations
from icicle import *
from shop.cart import total

class Item(Record):
    name: text
    price: nat64 | None
    parts: list[Item]

class Answer(Variant):
    ok: Item
    missing: None

@init
def start(owner: Principal): pass

@query
def find(name: text, pair: tuple[int, bool]) -> Answer: return Answer(missing=None)

@query(name="http_request", composite=True)
async def ask(data: blob) -> None: pass

@update
def sum(values: list[float]) -> float: return total(values)

@heartbeat
def beat(): pass
`
    const cart = 'def total(values): return __builtins__["sum"](values)'
    const {artifact, isCached} = await build({'main.py': main, 'shop/__init__.py': '', 'shop/cart.py': cart})
    assert.equal(isCached, false)
    assert.equal(
      artifact.candid,
      `type Answer = variant { ok : Item; missing };
type Item = record { name : text; price : opt nat64; parts : vec Item };
service : (principal) -> {
  find : (text, record { int; bool }) -> (Answer) query;
  http_request : (blob) -> () composite_query;
  sum : (vec float64) -> (float64);
}
`,
    )
    const module = new WebAssembly.Module(artifact.wasm as Uint8Array<ArrayBuffer>)
    const names = WebAssembly.Module.exports(module).map(({name}) => name)
    assert.deepEqual(names.sort(), [
      'canister_composite_query http_request',
      'canister_global_timer',
      'canister_heartbeat',
      'canister_init',
      'canister_post_upgrade',
      'canister_query find',
      'canister_update sum',
      'memory',
    ])
    assert.ok(WebAssembly.Module.imports(module).every(({module: room}) => room === 'ic0'))
    const again = await build({})
    assert.equal(again.isCached, true)
    assert.deepEqual(again.artifact.wasm, artifact.wasm)
    rmSync(folder.file('.dfx'), {recursive: true})
    const fresh = await build({})
    assert.equal(fresh.isCached, false)
    assert.deepEqual(fresh.artifact.wasm, artifact.wasm)
  })

  const mistakes: readonly {readonly what: string; readonly main: string; readonly says: RegExp}[] = [
    {what: 'a syntax error', main: 'x = 1\ndef f(:\n  pass\n', says: /File "src\/main\.py", line 2\n\s+def f\(:\n\s+\^\nSyntaxError/},
    {
      what: 'an error in the module',
      main: 'from icicle import query\n\n1 / 0\n',
      says: /File "src\/main\.py", line 3, in <module>\n\s+1 \/ 0\n.*ZeroDivisionError/s,
    },
    {
      what: 'an argument without a type',
      main: 'from icicle import query\n@query\ndef f(x): return x\n',
      says: /'f': the argument 'x' has no type/,
    },
    {
      what: 'what is no Candid type',
      main: 'from icicle import query\n@query\ndef f(x: set): return x\n',
      says: /<class 'set'> is not a Candid type/,
    },
    {
      what: 'a call outside of methods',
      main: 'import icicle\nicicle.caller()\n',
      says: /calls ic0\.msg_caller_size, which only works inside a method/,
    },
    {what: 'a module that is not there', main: 'import numpy\n', says: /No module named 'numpy'/},
  ]
  for (const {what, main, says} of mistakes)
    it(`shows ${what} as Python does`, () => assert.rejects(build({'main.py': main}), {code: 'COMPILATION_FAILED', message: says}))

  it('says that the main file is missing', () => assert.rejects(build({}), {code: 'MAIN_FILE_MISSING'}))

  it('would catch the names of a stale cache: another source is another build', async () => {
    const one = await build({'main.py': 'from icicle import query\n@query\ndef a() -> None: pass\n'})
    const two = await build({'main.py': 'from icicle import query\n@query\ndef b() -> None: pass\n'})
    assert.notEqual(one.artifact.candid, two.artifact.candid)
  })
})

describe('sources of Python', () => {
  const folder = useTemporaryFolder()

  it('are named as Python imports them; the main file is main', () => {
    for (const path of ['app.py', 'a/__init__.py', 'a/b.py', '.venv/x.py', '__pycache__/y.py', 'note.txt'])
      writeText(folder.file('src', ...path.split('/')), path)
    assert.deepEqual(readPythonSources(folder.path, folder.file('src', 'app.py')), {
      a: ['src/a/__init__.py', 'a/__init__.py'],
      'a.b': ['src/a/b.py', 'a/b.py'],
      main: ['src/app.py', 'app.py'],
    })
    assert.equal(moduleName('a\\b.py'), 'a.b')
  })

  it('come out of wheels, without what installs them', () => {
    const wheel = aZip({'p/__init__.py': 'x = 1', 'p/q.py': 'y = 2', 'p-1.dist-info/RECORD': '', 'p/data.json': '{}'})
    assert.deepEqual(readWheel('app', 'p-1-py3-none-any.whl', wheel), {
      p: ['packages/p/__init__.py', 'x = 1'],
      'p.q': ['packages/p/q.py', 'y = 2'],
    })
  })

  it('are refused when they bring native code', () =>
    assert.throws(() => readWheel('app', 'fast-1.whl', aZip({'fast/core.so': ''})), {
      code: 'BUILD_COMMAND_FAILED',
      message: "The package 'fast' of canister 'app' has native code ('fast/core.so').",
    }))

  it('are refused from an archive that is damaged', () => {
    const whole = aZip({'a.py': 'x'})
    assert.equal(unzip(whole, 'a').get('a.py')?.toString(), 'x')
    for (const broken of [whole.subarray(0, 30), Buffer.alloc(100)]) assert.throws(() => unzip(broken, 'a'), {code: 'BUILD_COMMAND_FAILED'})
  })
})

describe('findRuns', () => {
  it('gives what is not zero, joined over short gaps', () => {
    const memory = new Uint8Array(65_536)
    memory[8] = 1
    memory[100] = 2
    memory[60_001] = 3
    const runs = findRuns(memory)
    assert.deepEqual(
      runs.map(({offset, content}) => [offset, content.length]),
      [
        [8, 96],
        [60_000, 8],
      ],
    )
    const copy = new Uint8Array(65_536)
    for (const {offset, content} of runs) copy.set(content, offset)
    assert.deepEqual(copy, memory)
  })
})
