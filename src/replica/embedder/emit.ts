/** Writes the instrumented module, section by section, from its plan. */

import {KIND, OP, SECTION, TYPE, WASM_HEADER} from '../../wasm/constants.js'
import {i32Const, uleb} from '../../wasm/instructions.js'
import type {ConstantExpression, ElementSegment, TableType} from '../../wasm/module.js'
import {WasmWriter} from '../../wasm/writer.js'
import {BodyRewriter} from './body.js'
import {type Helper, makeHelpers} from './helpers.js'
import {PREFIX_PAGES} from './layout.js'
import {MAX_TABLE_ELEMENTS} from './limits.js'
import {ADDED_IMPORTS, HELPERS, importedTypeIndex, type Plan} from './plan.js'
import {shimBody} from './shims.js'

/** Exports of the canister and of the engine have different prefixes, so that neither can take the other's place. */
export const EXPORT_PREFIX = {canister: 'f:', engine: 'x:'} as const
/** Module names of the imports. */
export const IMPORT_MODULE = {host: 'ic0', engine: 'icicle'} as const

/** Throws WasmFormatError and InvalidModuleError for faulty bodies. */
export function emitModule(plan: Plan): {readonly bytes: Uint8Array; readonly instructionCount: number; readonly dropsData: boolean} {
  const helpers = makeHelpers(plan)
  const ordered = HELPERS.map((name) => helpers[name])
  // Before the type section: bodies, shims and helpers add types.
  const code = writeCode(plan, ordered)
  const imports = writeImports(plan)
  const functions = writeFunctions(plan, ordered)
  const dataBytes = plan.module.data.reduce((sum, {content}) => sum + content.length + 16, 0)
  const out = new WasmWriter(code.content.length + dataBytes + imports.length + functions.length + 65_536).raw(WASM_HEADER)
  out.section(SECTION.type, writeTypes(plan))
  out.section(SECTION.import, imports).section(SECTION.function, functions)
  if (plan.tables.length > 0) out.section(SECTION.table, vectorOf(plan.tables, writeTable))
  out.section(
    SECTION.memory,
    new WasmWriter()
      .append(1, 1)
      .u32(plan.initialPages + PREFIX_PAGES)
      .u32(plan.maximumPages + PREFIX_PAGES)
      .view(),
  )
  out.section(SECTION.global, writeGlobals(plan)).section(SECTION.export, writeExports(plan, helpers))
  if (plan.module.elements.length > 0)
    out.section(
      SECTION.element,
      vectorOf(plan.module.elements, (to, segment) => writeElement(plan, to, segment)),
    )
  if (plan.module.data.length > 0) out.section(SECTION.dataCount, new WasmWriter().u32(plan.module.data.length).view())
  out.section(SECTION.code, code.content)
  // Active segments become passive: `initData` applies them.
  if (plan.module.data.length > 0)
    out.section(
      SECTION.data,
      vectorOf(plan.module.data, (to, {content}) => to.u32(1).sized(content)),
    )
  return {bytes: out.bytes.subarray(0, out.length), instructionCount: code.instructions, dropsData: code.dropsData}
}

function vectorOf<T>(items: readonly T[], write: (to: WasmWriter, item: T) => void): Uint8Array {
  const to = new WasmWriter()
  return to.vector(items, (item) => write(to, item)).view()
}

function writeTypes(plan: Plan): Uint8Array {
  return vectorOf(plan.types.all, (to, {params, results}) => {
    to.byte(0x60).vector(params, (type) => to.byte(type))
    to.vector(results, (type) => to.byte(type))
  })
}

function writeImports(plan: Plan): Uint8Array {
  const {i32} = TYPE
  const added = {growMemory: {params: [i32, i32], results: [i32]}, outOfSlice: {params: [], results: []}}
  const to = new WasmWriter().u32(plan.importedFunctions.length + ADDED_IMPORTS.length)
  plan.importedFunctions.forEach(({name}, index) => {
    to.name(IMPORT_MODULE.host).name(name).byte(KIND.function).u32(importedTypeIndex(plan, index))
  })
  for (const name of ADDED_IMPORTS) to.name(IMPORT_MODULE.engine).name(name).byte(KIND.function).u32(plan.types.indexOf(added[name]))
  return to.view()
}

function writeFunctions(plan: Plan, helpers: readonly Helper[]): Uint8Array {
  const shims = plan.shims.map((index) => plan.functionTypes[index]!)
  return vectorOf([...plan.module.functions, ...shims, ...helpers.map((helper) => plan.types.indexOf(helper))], (to, type) => to.u32(type))
}

/** Tables become 32 bits wide; a maximum has no effect, because `table.grow` is refused. */
function writeTable(to: WasmWriter, {elementType, limits}: TableType): void {
  to.byte(elementType)
    .byte(1)
    .u32(limits.minimum)
    .u32(Math.min(limits.maximum ?? MAX_TABLE_ELEMENTS, MAX_TABLE_ELEMENTS))
}

function writeGlobals(plan: Plan): Uint8Array {
  const to = new WasmWriter().u32(plan.module.globals.length + 5)
  for (const {type, isMutable, initial} of plan.module.globals) {
    to.byte(type).byte(isMutable ? 1 : 0)
    writeConstant(plan, to, initial)
  }
  to.append(TYPE.i64, 1, OP.i64Const, 0, OP.end) // counter
  to.append(TYPE.i32, 1, OP.i32Const, 0, OP.end) // stack
  to.append(TYPE.i32, 1, OP.i32Const, 0, OP.end) // stop
  to.append(TYPE.i32, 1, ...i32Const(plan.initialPages), OP.end) // pages
  to.append(TYPE.i32, 1, OP.i32Const, 0, OP.end) // dropped
  return to.view()
}

function writeExports(plan: Plan, helpers: Readonly<Record<string, Helper>>): Uint8Array {
  const {canister, engine} = EXPORT_PREFIX
  const functions = plan.module.exports.filter(({kind}) => kind === KIND.function)
  const entries: [name: string, kind: number, index: number][] = [
    ...functions.map(({name, index}): [string, number, number] => [canister + name, KIND.function, plan.functionMap[index]!]),
    ...HELPERS.filter((name) => helpers[name]!.isExported).map((name): [string, number, number] => [
      engine + name,
      KIND.function,
      plan.helper[name],
    ]),
    [`${engine}memory`, KIND.memory, 0],
    [`${engine}pages`, KIND.global, plan.global.pages],
    [`${engine}stop`, KIND.global, plan.global.stop],
    [`${engine}dropped`, KIND.global, plan.global.dropped],
  ]
  if (plan.tables.length > 0) entries.push([`${engine}table`, KIND.table, 0])
  if (plan.module.start !== undefined) entries.push([`${engine}start`, KIND.function, plan.functionMap[plan.module.start]!])
  return vectorOf(entries, (to, [name, kind, index]) => to.name(name).byte(kind).u32(index))
}

function writeElement(plan: Plan, to: WasmWriter, {mode, table, offset, elementType, items}: ElementSegment): void {
  const usesExpressions = items.some((item) => typeof item !== 'number') || elementType !== TYPE.funcref
  to.u32((mode === 'active' ? 2 : mode === 'passive' ? 1 : 3) | (usesExpressions ? 4 : 0))
  if (mode === 'active') to.u32(table).append(...i32Const(Number(offset!.value)), OP.end)
  to.byte(usesExpressions ? elementType : 0)
  to.vector(items, (item) => (typeof item === 'number' ? to.u32(plan.functionMap[item]!) : writeConstant(plan, to, item)))
}

function writeConstant(plan: Plan, to: WasmWriter, {opcode, value, bytes}: ConstantExpression): void {
  if (opcode === OP.refFunc) to.byte(opcode).u32(plan.functionMap[Number(value)]!).byte(OP.end)
  else to.raw(bytes)
}

function writeCode(
  plan: Plan,
  helpers: readonly Helper[],
): {readonly content: Uint8Array; readonly instructions: number; readonly dropsData: boolean} {
  const rewriter = new BodyRewriter(plan)
  const to = new WasmWriter(Math.ceil(plan.module.codeSizeBytes * (plan.isWasm64 ? 3.2 : 2.4)) + 65_536)
  let instructions = 0
  to.u32(plan.module.bodies.length + plan.shims.length + helpers.length)
  plan.module.bodies.forEach((_, index) => {
    const rewritten = rewriter.rewrite(index)
    instructions += rewritten.instructions
    to.sized(rewritten.body)
  })
  for (const index of plan.shims) to.sized(Uint8Array.from([0, ...shimBody(plan.importedFunctions[index]!.host, index, plan.isWasm64)]))
  for (const helper of helpers) to.sized(helperBody(helper))
  return {content: to.view(), instructions, dropsData: rewriter.dropsData}
}

function helperBody({locals = [], body}: Helper): Uint8Array {
  return Uint8Array.from([...uleb(locals.length), ...locals.flatMap((type) => [1, type]), ...body, OP.end])
}
