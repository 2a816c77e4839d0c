/** The engine: compiling, a message's round trip, and instrumented code against V8 alone. */

import motoko from 'motoko'
import {compileModule} from '../../src/replica/embedder/compile.js'
import {instantiate, type WasmInstance} from '../../src/replica/embedder/instance.js'
import type {CompiledModule, HostFunctionType} from '../../src/replica/embedder/types.js'
import {PagedMemory} from '../../src/replica/state/paged-memory.js'
import {OP, SECTION, TYPE} from '../../src/wasm/constants.js'
import {decodeModule} from '../../src/wasm/decode.js'
import {encodeModule, type ModuleParts} from '../../src/wasm/encode.js'
import {access, brIf, call, code, globalGet, globalSet, i32Const, localGet, localSet, localTee, loop} from '../../src/wasm/instructions.js'
import {listCustomSections, readSections} from '../../src/wasm/sections.js'
import {WasmWriter} from '../../src/wasm/writer.js'
import {kernelModule} from './kernels/modules.js'
import type {Bench, Row} from './row.js'

const PROCEDURE = {params: [], results: []}
const {i32} = TYPE
const HOST: ReadonlyMap<string, HostFunctionType> = new Map<string, HostFunctionType>([
  ['msg_arg_data_size', {params: [], result: 'size'}],
  ['msg_arg_data_copy', {params: ['size', 'size', 'size'], result: 'none'}],
  ['msg_reply_data_append', {params: ['size', 'size'], result: 'none'}],
])

/** Least CPU time of one of `count` pieces of work, in milliseconds, over ten rounds. */
function leastCpuMs(count: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round++) {
    const before = process.cpuUsage()
    for (let piece = 0; piece < count; piece++) work()
    const {user, system} = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000 / count)
  }
  return least
}

function compile(wasm: Uint8Array, host = HOST): CompiledModule {
  const compiled = compileModule(wasm, {hostFunctions: () => host, variant: 'local'})
  if (compiled.kind === 'invalid') throw new Error(compiled.message)
  return compiled
}

/** An update of three host calls that adds to a global and stores it. */
function trivialCanister(): WasmInstance {
  const parts: ModuleParts = {
    memory: {minimum: 16},
    imports: [
      {module: 'ic0', name: 'msg_arg_data_size', type: {params: [], results: [i32]}},
      {module: 'ic0', name: 'msg_arg_data_copy', type: {params: [i32, i32, i32], results: []}},
      {module: 'ic0', name: 'msg_reply_data_append', type: {params: [i32, i32], results: []}},
    ],
    globals: [{type: i32, isMutable: true, initial: i32Const(0)}],
    functions: [
      {
        type: PROCEDURE,
        exports: ['canister_update add'],
        body: code(
          ...[i32Const(100), i32Const(0), call(0), call(1), globalGet(0), i32Const(1), OP.i32Add, globalSet(0)],
          ...[i32Const(200), globalGet(0), access(OP.i32Store), i32Const(200), i32Const(4), call(2)],
        ),
      },
    ],
  }
  const argument = new Uint8Array(8)
  const imports = {
    msg_arg_data_size: () => argument.length,
    msg_arg_data_copy: (target: number) => instance.writeHeap(target, argument),
    msg_reply_data_append: (source: number, size: number) => instance.readHeap(source, size),
  }
  const instance = instantiate(compile(encodeModule(parts)), imports, {growMemory: () => true})
  return instance
}

function messageRows(): Row[] {
  const instance = trivialCanister()
  const heap = new PagedMemory()
  instance.commit(heap)
  const run = () => {
    instance.begin(1e9)
    instance.callExport('canister_update add')
  }
  const update = leastCpuMs(20_000, () => {
    run()
    instance.commit(heap)
  })
  const query = leastCpuMs(20_000, () => {
    run()
    instance.rollback(heap)
  })
  return [
    {metric: 'engine: update of 3 host calls, committed', value: 1000 / update, unit: '/s', goal: '≥ 2 M/s'},
    {metric: 'engine: the same as a query, rolled back', value: 1000 / query, unit: '/s'},
  ]
}

/** Sums and scatters over 64 KiB, 100,000 turns: loads, stores, branches. */
function kernel(): ModuleParts {
  const address = code(localGet(0), i32Const(40_503), 0x6c, i32Const(65_532), 0x71)
  const body = code(
    ...[i32Const(100_000), localSet(0)],
    loop(
      address,
      address,
      access(OP.i32Load),
      localGet(0),
      OP.i32Add,
      access(OP.i32Store),
      localGet(0),
      i32Const(1),
      OP.i32Sub,
      localTee(0),
      brIf(0),
    ),
  )
  return {memory: {minimum: 1}, functions: [{type: PROCEDURE, locals: [i32], body, exports: ['run']}]}
}

function kernelRow(): Row {
  const wasm = encodeModule(kernel())
  const raw = new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)).exports.run as () => void
  const instance = instantiate(compile(wasm), {}, {growMemory: () => true})
  const floor = leastCpuMs(200, raw)
  const value = leastCpuMs(200, () => {
    instance.begin(1e9)
    instance.callExport('run')
  })
  return {metric: 'engine: 100,000 loads and stores', value, unit: 'ms', floor: {what: 'V8 alone', value: floor}}
}

/** A heap of `pages` Wasm pages, written all over; then messages that change four bytes. Least CPU time of one, in milliseconds. */
function messageOnHeap(pages: number): number {
  const parts: ModuleParts = {
    memory: {minimum: pages},
    functions: [
      {
        type: PROCEDURE,
        body: code(i32Const(4096), i32Const(4096), access(OP.i32Load), i32Const(1), OP.i32Add, access(OP.i32Store)),
        exports: ['run'],
      },
      {type: PROCEDURE, body: code(i32Const(0), i32Const(7), i32Const(pages * 65_536), [0xfc, 0x0b, 0x00]), exports: ['fill']},
    ],
  }
  const instance = instantiate(compile(encodeModule(parts)), {}, {growMemory: () => true})
  const heap = new PagedMemory()
  const message = (name: string): void => {
    instance.begin(1e12)
    instance.callExport(name)
    instance.commit(heap)
  }
  message('fill')
  return leastCpuMs(2_000, () => message('run'))
}

function heapRows(): Row[] {
  const floor = {what: 'heap of 1 MiB', value: messageOnHeap(16) * 1000}
  const rows = [16, 128, 1024].map((mebibytes): Row => {
    const value = messageOnHeap(mebibytes * 16) * 1000
    return {
      metric: `engine: message on a heap of ${mebibytes} MiB`,
      value,
      unit: 'µs',
      floor,
      ...(mebibytes === 1024 && {goal: '≤ 20 µs more'}),
    }
  })
  return rows
}

/** A real module made large: its functions stand there several times. Variants differ in one byte, so that V8 knows none of them. */
function largeModules(wasm: Uint8Array, megabytes: number, variants: number): Uint8Array[] {
  const {codeSizeBytes, functions, bodies} = decodeModule(wasm)
  const copies = Math.ceil((megabytes * 1e6) / codeSizeBytes)
  const repeated = (write: (to: WasmWriter) => void, count: number): Uint8Array => {
    const to = new WasmWriter(megabytes * 1.2e6).u32(count * copies)
    for (let copy = 0; copy < copies; copy++) write(to)
    return to.toBytes()
  }
  const contents = new Map<number, Uint8Array>([
    [
      SECTION.function,
      repeated((to) => {
        for (const type of functions) to.u32(type)
      }, functions.length),
    ],
    [
      SECTION.code,
      repeated((to) => {
        for (const {start, end} of bodies) to.sized(wasm.subarray(start, end))
      }, bodies.length),
    ],
  ])
  return Array.from({length: variants}, (_, variant) => {
    const to = new WasmWriter(megabytes * 1.3e6).raw(wasm.subarray(0, 8))
    for (const {id, start, end} of readSections(wasm)) {
      const content = contents.get(id)
      if (content) to.section(id, content)
      else if (id !== SECTION.custom) to.raw(wasm.subarray(start, end))
      if (id === SECTION.data) to.bytes[to.length - 1] = variant
    }
    return to.toBytes()
  })
}

function compileRows(): Row[] {
  const moc = motoko as unknown as {write(path: string, text: string): void; wasm(path: string, mode: 'ic'): {readonly wasm: Uint8Array}}
  moc.write('Bench.mo', 'persistent actor { var n = 0; public func inc() : async Nat { n += 1; n } }')
  const {wasm} = moc.wasm('Bench.mo', 'ic')
  const {imports, types} = decodeModule(wasm)
  const host = new Map(
    imports.map(({name, type}): [string, HostFunctionType] => {
      const {params, results} = types[type.kind === 'function' ? type.typeIndex : 0]!
      const kinds = params.map((param) => (param === i32 ? ('i32' as const) : ('i64' as const)))
      return [name, {params: kinds, result: results.length === 0 ? 'none' : results[0] === i32 ? 'i32' : 'i64'}]
    }),
  )
  const customBytes = listCustomSections(wasm).reduce((sum, {content}) => sum + content.length, 0)
  const bytes = wasm.length - customBytes
  const row = {
    metric: `engine: compile a Motoko module (${Math.round(bytes / 1000)} kB of code)`,
    value: leastCpuMs(5, () => compile(wasm, host)),
    unit: 'ms',
  }
  return [row, largeRow('Rust, wasm32', kernelModule(32), host), largeRow('Motoko, wasm64', wasm, host)]
}

function largeRow(what: string, wasm: Uint8Array, host: ReadonlyMap<string, HostFunctionType>): Row {
  const large = largeModules(wasm, 3, 12)
  let next = 0
  const value = leastCpuMs(1, () => compile(large[next++ % 12]!, host))
  // Large ones that V8 has not seen in this process: its cache would answer.
  const instrumented = largeModules(wasm, 3.1, 12).map((module) => compile(module, host).instrumented)
  instrumented.forEach((module, index) => {
    module[module.length - 1] = 100 + index
  })
  const compileRaw = () => new WebAssembly.Module(instrumented[next++ % 12]! as Uint8Array<ArrayBuffer>)
  const floor = {what: 'V8 alone, on the instrumented bytes', value: leastCpuMs(1, compileRaw)}
  return {
    metric: `engine: instrument and compile ${(large[0]!.length / 1e6).toFixed(1)} MB (${what})`,
    value,
    unit: 'ms',
    floor,
    goal: '≤ 60 ms',
  }
}

export const engineBench: Bench = {
  name: 'engine',
  measure: async () => [...compileRows(), ...messageRows(), ...heapRows(), kernelRow()],
}
