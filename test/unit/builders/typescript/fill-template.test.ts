import assert from 'node:assert/strict'
import {fillTemplate} from '../../../../src/builders/typescript/fill-template.js'
import {CanisterCodeFailed, learnCanister, mapStack} from '../../../../src/builders/typescript/run-template.js'
import {OP, OP_FC, TYPE} from '../../../../src/wasm/constants.js'
import {encodeModule} from '../../../../src/wasm/encode.js'
import {access, call, code, i32Const, localGet} from '../../../../src/wasm/instructions.js'
import {WasmWriter} from '../../../../src/wasm/writer.js'

const NAMES = [
  'js_passive_data_size',
  'init_js_passive_data',
  'wasm_data_passive_data_size',
  'init_wasm_data_passive_data',
  'execute_method_js',
  'init',
  'post_upgrade',
  'get_candid_and_method_meta_pointer',
]
const I32_TO_NONE = {params: [TYPE.i32], results: []}
const NONE_TO_I32 = {params: [], results: [TYPE.i32]}

/** As azle's Wasm is made: it copies its JavaScript to address 1024, and here the JavaScript is what it has learnt. Methods store their number at 0. */
function aTemplate({names = NAMES, traps = false} = {}): Uint8Array {
  const trap = 0
  const at = (name: string): number => 1 + NAMES.indexOf(name)
  const store = (extra: number) => code(i32Const(0), localGet(0), i32Const(extra), OP.i32Add, access(OP.i32Store))
  const section = new WasmWriter().u32(names.length)
  for (const name of names) section.u32(at(name)).name(name)
  return encodeModule({
    imports: [{module: 'ic0', name: 'trap', type: {params: [TYPE.i32, TYPE.i32], results: []}}],
    functions: [
      {type: NONE_TO_I32, body: i32Const(0)},
      {type: I32_TO_NONE, body: []},
      {type: NONE_TO_I32, body: i32Const(0)},
      {type: I32_TO_NONE, body: []},
      {type: I32_TO_NONE, body: store(0)},
      {type: I32_TO_NONE, body: store(1000)},
      {type: I32_TO_NONE, body: store(2000)},
      {
        type: NONE_TO_I32,
        body: code(
          i32Const(1024),
          call(at('init_js_passive_data')),
          traps ? code(i32Const(1024), call(at('js_passive_data_size')), call(trap)) : [],
          i32Const(1024),
        ),
        exports: ['get_candid_and_method_meta_pointer'],
      },
      {type: {params: [], results: [TYPE.i32]}, body: code(i32Const(0), access(OP.i32Load)), exports: ['canister_query last']},
    ],
    memory: {minimum: 1, exports: ['memory']},
    data: [{offset: i32Const(2000), content: Uint8Array.of(1)}],
    customs: [{name: 'name', content: new WasmWriter().byte(1).sized(section.view()).view()}],
  })
}

const learnt = {
  candid: 'service : {}',
  methodMeta: {
    queries: [
      {name: 'a', index: 3},
      {name: 'b', index: 4, composite: true},
    ],
    updates: [{name: 'c', index: 5}],
    pre_upgrade: {name: 'p', index: 6},
  },
}
const filling = {javaScript: JSON.stringify(learnt), env: {}, methods: undefined}

describe('fillTemplate', () => {
  it('lets the template tell what the canister offers', () =>
    assert.deepEqual(
      learnCanister(fillTemplate(aTemplate(), filling), () => {}),
      learnt,
    ))

  it('exports the methods by their numbers', () => {
    const wasm = fillTemplate(aTemplate(), {...filling, methods: learnt.methodMeta})
    const module = new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)
    const {exports} = new WebAssembly.Instance(module, {ic0: {trap: () => {}}})
    const run = (name: string): number => {
      ;(exports[name] as () => void)()
      return (exports['canister_query last'] as () => number)()
    }
    const numbers = ['canister_query a', 'canister_composite_query b', 'canister_update c', 'canister_pre_upgrade'].map(run)
    assert.deepEqual(numbers, [3, 4, 5, 6])
    assert.deepEqual([run('canister_init'), run('canister_post_upgrade')], [999, 1999])
    assert.equal(exports.get_candid_and_method_meta_pointer, undefined)
  })

  it('refuses a Wasm it does not know', () =>
    assert.throws(() => fillTemplate(aTemplate({names: NAMES.slice(1)}), filling), {code: 'TEMPLATE_UNKNOWN'}))

  it('tells what the code of the canister says when it fails', () =>
    assert.throws(
      () => learnCanister(fillTemplate(aTemplate({traps: true}), {...filling, javaScript: 'Error: kaputt'}), () => {}),
      (error) => {
        assert.ok(error instanceof CanisterCodeFailed)
        assert.equal(error.message, 'Error: kaputt')
        return true
      },
    ))

  it('would catch a segment that is copied from the wrong place', () => {
    const planted = [OP.prefixFc, OP_FC.memoryInit, 0, 0]
    const wasm = fillTemplate(aTemplate(), filling)
    assert.ok(!Buffer.from(wasm).includes(Buffer.from(planted)))
  })
})

describe('mapStack', () => {
  // One line of a bundle: column 0 comes from src/a.ts 5:2, column 10 from a package.
  const map = JSON.stringify({version: 3, sources: ['src/a.ts', 'node_modules/x/y.js'], names: [], mappings: 'AAIE,UCAA'})

  it('gives places in the sources, and no frames of packages', () =>
    assert.equal(
      mapStack('Error: no\n    at f (main.js:1:1)\n    at g (main.js:1:12)\n    at <eval> (main.js)\nend', map),
      'Error: no\n    at f (src/a.ts:5:3)\nend',
    ))
})
