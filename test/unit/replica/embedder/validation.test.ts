import assert from 'node:assert/strict'
import {compileInstrumented, compileModule} from '../../../../src/replica/embedder/compile.js'
import {instantiate} from '../../../../src/replica/embedder/instance.js'
import type {CompiledModule} from '../../../../src/replica/embedder/types.js'
import {KIND, OP, OP_FC, SECTION, TYPE} from '../../../../src/wasm/constants.js'
import {decodeModule} from '../../../../src/wasm/decode.js'
import {encodeModule, type ModuleParts} from '../../../../src/wasm/encode.js'
import {access, code, i32Const, i64Const} from '../../../../src/wasm/instructions.js'
import {WasmWriter} from '../../../../src/wasm/writer.js'
import {aProgram, compile, HOST, i32, i64, messageOf, PROCEDURE} from './makers.js'

const exporting = (...names: string[]): ModuleParts => ({functions: [{type: PROCEDURE, body: [], exports: names}]})
const importing = (module: string, name: string, params: number[] = [], results: number[] = []): ModuleParts => ({
  ...aProgram([]),
  imports: [{module, name, type: {params, results}}],
})
const custom = (...names: string[]): ModuleParts => ({...aProgram([]), customs: names.map((name) => ({name, content: Uint8Array.of(1)}))})
const METHODS = '`canister_update <name>`, `canister_query <name>`, or `canister_composite_query <name>`'
const many = (count: number) => Array.from({length: count}, (_, index) => index)

const refused: readonly {readonly what: string; readonly parts: ModuleParts; readonly message: string | RegExp}[] = [
  {
    what: 'an unknown import',
    parts: importing('ic0', 'fly'),
    message: "Module imports function 'fly' from 'ic0' that is not exported by the runtime.",
  },
  {
    what: 'a known import from elsewhere',
    parts: importing('env', 'tick'),
    message: 'Module imports function "tick" from "env", expected to be imported from one of ["ic0"] instead.',
  },
  {
    what: 'an import with other parameters',
    parts: importing('ic0', 'number', [i64], [i32]),
    message: "Expected input params [I32] for 'number', got [I64].",
  },
  {
    what: 'an import with another result',
    parts: importing('ic0', 'number', [i32]),
    message: "Expected return type [I32] for 'number', got [].",
  },
  {
    what: 'a 32-bit pointer with a 64-bit memory',
    parts: {...importing('ic0', 'length', [], [i32]), memory: {minimum: 1, is64: true}},
    message: "Expected return type [I64] for 'length', got [I32].",
  },
  {
    what: 'a name with the prefix canister_',
    parts: exporting('canister_fly'),
    message: `Exporting reserved function 'canister_fly' with "canister_" prefix.`,
  },
  {what: 'a method prefix without a space', parts: exporting('canister_updatex'), message: /reserved function/},
  {what: 'a reserved name', parts: exporting('canister_start'), message: 'Exporting reserved symbol "canister_start" is not allowed.'},
  {
    what: 'one name of two kinds',
    parts: exporting('canister_update a', 'canister_query a'),
    message: "Duplicate function name 'a' exported multiple times.",
  },
  {
    what: 'a method with parameters',
    parts: {functions: [{type: {params: [i32], results: []}, body: [], exports: ['canister_update a']}]},
    message: /Expected input params \[\] for 'canister_update a'/,
  },
  {
    what: 'a method with a result',
    parts: {functions: [{type: {params: [], results: [i32]}, body: i32Const(1), exports: ['canister_init']}]},
    message: /Expected return type \[\] for 'canister_init'/,
  },
  {
    what: '1,001 methods',
    parts: exporting(...many(1001).map((n) => `canister_query ${n}`)),
    message: `The number of exported functions called ${METHODS} is 1001 which exceeds 1000.`,
  },
  {
    what: '20,001 bytes of method names',
    parts: exporting(`canister_query ${'x'.repeat(20_001)}`),
    message: `The sum of \`<name>\` lengths in exported functions called ${METHODS} is 20001 which exceeds 20000.`,
  },
  {
    what: '17 custom sections',
    parts: custom(...many(17).map((n) => `icp:public ${n}`)),
    message: 'Wasm module defined 17 custom sections which exceeds the maximum number allowed 16.',
  },
  {what: 'a custom section without visibility', parts: custom('icp:secret x'), message: /Invalid custom section/},
  {
    what: 'a custom section both public and private',
    parts: custom('icp:public x', 'icp:private x'),
    message: 'Invalid custom section: name x already exists',
  },
  {
    what: 'custom sections of more than 1 MiB',
    parts: {...aProgram([]), customs: [{name: 'icp:public x', content: new Uint8Array(1024 * 1024)}]},
    message: /total size of the custom sections exceeds the maximum allowed/,
  },
  {
    what: '50,001 functions',
    parts: {functions: many(50_001).map(() => ({type: PROCEDURE, body: []}))},
    message: 'Wasm module defined 50001 functions which exceeds the maximum number allowed 50000.',
  },
  {
    what: '1,001 globals',
    parts: {...aProgram([]), globals: many(1001).map(() => ({type: i32, isMutable: false, initial: i32Const(0)}))},
    message: 'Wasm module defined 1001 globals which exceeds the maximum number allowed 1000.',
  },
  {
    what: 'a function of a million and one instructions',
    parts: aProgram(new Array(1_000_000).fill(OP.nop)),
    message: /function at index 0 of size 1000001 that exceeds the maximum allowed size of 1000000/,
  },
  {
    what: 'a function too complex',
    parts: aProgram(new Array(20_001).fill([OP.block, TYPE.empty, OP.end]).flat()),
    message: /function at index 0 of complexity \d+ that exceeds/,
  },
  {
    what: 'a heap of more pages than the IC gives',
    parts: {memory: {minimum: 98_305, is64: true}},
    message: /declares an initial Wasm64 heap memory size of 98305 pages/,
  },
  {
    what: 'a heap of more pages than this engine gives',
    parts: {memory: {minimum: 70_000, is64: true}},
    message: /this replica supports at most 65519 pages/,
  },
  {
    what: 'a table of a million and one elements',
    parts: {...aProgram([]), tables: [{minimum: 1_000_001}]},
    message: /table of 1000001 elements/,
  },
  {
    what: 'a data segment outside the heap',
    parts: aProgram([], {data: [{offset: i32Const(65_535), content: Uint8Array.of(1, 2)}]}),
    message: /data segment 0 does not fit/,
  },
  {
    what: 'a data segment at a negative offset',
    parts: aProgram([], {data: [{offset: i32Const(-1), content: Uint8Array.of(1)}]}),
    message: /data segment 0 does not fit/,
  },
  {
    what: 'a data segment with a 64-bit offset',
    parts: aProgram([], {data: [{offset: i64Const(0), content: Uint8Array.of(1)}]}),
    message: /offset that is not a constant i32/,
  },
  {
    what: 'a data segment without a memory',
    parts: {functions: [], data: [{offset: i32Const(0), content: new Uint8Array()}]},
    message: /unknown memory/,
  },
  {
    what: 'an element segment outside its table',
    parts: {...aProgram([]), tables: [{minimum: 1}], elements: [{offset: i32Const(1), functions: [0]}]},
    message: /does not fit in its table/,
  },
  ...(['table.set', 'table.grow', 'table.fill', 'table.copy', 'table.init'] as const).map((name) => ({
    what: name,
    parts: {
      ...aProgram(
        name === 'table.set'
          ? [OP.tableSet, 0]
          : [
              OP.prefixFc,
              {'table.init': OP_FC.tableInit, 'table.copy': OP_FC.tableCopy, 'table.grow': OP_FC.tableGrow, 'table.fill': OP_FC.tableFill}[
                name
              ],
              0,
              0,
            ],
      ),
      tables: [{minimum: 1}],
    },
    message: `Wasm module contains an unsupported instruction ${name} in the function at index 0.`,
  })),
  {what: 'an unknown opcode', parts: aProgram([0x27]), message: /unknown or unsupported instruction 0x27/},
  {what: 'relaxed vectors', parts: aProgram([OP.prefixFd, 0x80, 0x02]), message: /unknown or unsupported instruction 0xfd 0x100/},
  {what: 'threads', parts: aProgram([0xfe, 0x10]), message: /unsupported instruction 0xfe/},
  {what: 'exceptions', parts: aProgram([0x06, TYPE.empty]), message: /unsupported instruction 0x06/},
  {what: 'an unknown function', parts: aProgram([OP.call, 1]), message: /unknown function 1/},
  {what: 'an unknown local', parts: aProgram([OP.localGet, 0, OP.drop]), message: /unknown local 0/},
  {what: "an unknown global: the engine's own stay out of reach", parts: aProgram([OP.globalGet, 0, OP.drop]), message: /unknown global 0/},
  {what: 'a label beyond the function', parts: aProgram([OP.br, 1]), message: /unknown label 1/},
  {what: 'an unknown table', parts: aProgram([OP.tableGet, 0, OP.drop]), message: /unknown table 0/},
  {what: 'a type that only the engine added', parts: aProgram([OP.block, 1, OP.end]), message: /unknown type 1/},
  {
    what: 'a memory instruction without a memory',
    parts: {functions: [{type: PROCEDURE, body: [OP.memorySize, 0, OP.drop]}]},
    message: /without memory/,
  },
  {what: 'a second memory', parts: aProgram([OP.memorySize, 1, OP.drop]), message: /memory index is not zero/},
  {what: 'a body that goes on after its end', parts: aProgram([OP.end, OP.nop]), message: /bytes left over/},
  {
    what: 'operands of the wrong type',
    parts: aProgram([OP.i32Const, 0, OP.i64Eqz, OP.drop]),
    message: /^Wasm module is malformed: Compiling function/,
  },
  {
    what: 'a start function with parameters',
    parts: {functions: [{type: {params: [i32], results: []}, body: []}], start: 0},
    message: /start function/,
  },
  {what: 'an unknown start function', parts: {...aProgram([]), start: 9}, message: /unknown function 9/},
  {what: 'a minimum above the maximum', parts: {memory: {minimum: 2, maximum: 1}}, message: /greater than its maximum/},
]

/** A module of one import that is no function. */
function importingOther(module: string, name: string, kind: number, ...type: number[]): Uint8Array {
  const content = new WasmWriter()
    .u32(1)
    .name(module)
    .name(name)
    .append(kind, ...type)
  return new WasmWriter().raw(encodeModule({})).section(SECTION.import, content.view()).toBytes()
}

describe('validation', () => {
  for (const {what, parts, message} of refused)
    it(`refuses ${what}`, () => {
      const found = messageOf(encodeModule(parts))
      if (typeof message === 'string') assert.equal(found, message)
      else assert.match(found, message)
    })

  it('takes a memory and a table from env only, and no globals', () => {
    assert.equal(messageOf(importingOther('env', 'memory', KIND.memory, 0, 1)), 'compiled')
    assert.equal(messageOf(importingOther('env', 'table', KIND.table, TYPE.funcref, 0, 1)), 'compiled')
    assert.match(messageOf(importingOther('ic0', 'memory', KIND.memory, 0, 1)), /Module imports memory 'memory' from 'ic0'/)
    assert.match(messageOf(importingOther('env', 'mem', KIND.memory, 0, 1)), /Module imports memory 'mem' from 'env'/)
    assert.match(messageOf(importingOther('env', 'global', KIND.global, i32, 0)), /globals/)
    assert.match(messageOf(importingOther('env', 'memory', KIND.memory, 3, 1, 1)), /shared memory/)
  })

  it('caps a declared maximum silently', () => {
    const {info} = compile(encodeModule({memory: {minimum: 1, maximum: 65_536}}))
    assert.deepEqual([info.initialPages, info.maximumPages], [1, 65_519])
  })

  it('refuses a body that V8 could not take once instrumented', () => {
    const stores = new Array<number[]>(333_000).fill(code(i32Const(0), i32Const(0), access(OP.i32Store))).flat()
    assert.match(messageOf(encodeModule(aProgram(stores))), /function at index 0 of instrumented size \d+ that exceeds the maximum/)
  })

  it('chooses host functions by memory width', () => {
    const asked: boolean[] = []
    const hostFunctions = (isWasm64: boolean) => {
      asked.push(isWasm64)
      return HOST
    }
    for (const is64 of [false, true]) compileModule(encodeModule({memory: {minimum: 1, is64}}), {hostFunctions, variant: 'local'})
    compileModule(encodeModule({}), {hostFunctions, variant: 'local'})
    assert.deepEqual(asked, [false, true, false])
  })

  it('describes methods, hooks and sections', () => {
    const names = [
      'canister_init',
      'canister_update a',
      'canister_update ',
      'canister_query b c',
      'canister_composite_query d',
      'canister_heartbeat',
      'other',
    ]
    const {info} = compile(
      encodeModule({
        ...exporting(...names),
        customs: [
          {name: 'icp:private candid:service', content: Uint8Array.of(7)},
          {name: 'other', content: Uint8Array.of(8)},
        ],
      }),
    )
    assert.deepEqual(info.methods, {
      update: ['a', ''],
      query: ['b c'],
      compositeQuery: ['d'],
      init: true,
      preUpgrade: false,
      postUpgrade: false,
      inspectMessage: false,
      heartbeat: true,
      globalTimer: false,
      onLowWasmMemory: false,
      start: false,
    })
    assert.deepEqual(info.customSections, [{visibility: 'private', name: 'candid:service', content: Uint8Array.of(7)}])
    assert.deepEqual([info.exports, info.instructionCount], [names, 1])
  })

  it('keeps names of the engine and of the canister apart', () => {
    const {info} = compile(encodeModule(exporting('x:begin', 'begin', 'f:x')))
    assert.deepEqual(info.exports, ['x:begin', 'begin', 'f:x'])
  })

  it('compiles from cached bytes and information', () => {
    const first = compile(encodeModule(aProgram(code(OP.nop))))
    const again = compileInstrumented(first.instrumented, structuredClone(first.info))
    assert.equal(again.kind, 'compiled')
    const instance = instantiate(again as CompiledModule, {}, {growMemory: () => true})
    instance.begin(10)
    assert.deepEqual([instance.callExport('run'), instance.instructionsUsed()], [{kind: 'ok'}, 2])
    assert.equal(compileInstrumented(Uint8Array.of(1, 2, 3), first.info).kind, 'invalid')
  })

  it('would be caught letting an index of the original through unchecked', () => {
    // In the instrumented module function 1 exists: only the check against the original refuses it.
    const {instrumented} = compile(encodeModule(aProgram([])))
    assert.ok(decodeModule(instrumented).functions.length > 1)
    assert.match(messageOf(encodeModule(aProgram([OP.call, 1]))), /unknown function 1/)
  })
})
