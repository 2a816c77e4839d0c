/** Rules for a module as a whole (IC: `system-api.md` section 2): limits, memory, tables, indices outside of function bodies. */

import {KIND, OP, TYPE} from '../../wasm/constants.js'
import type {ConstantExpression, Limits, TableType, WasmModule} from '../../wasm/module.js'
import {CHUNK_BYTES} from '../state/paged-memory.js'
import {InvalidModuleError} from './errors.js'
import {MAX_HEAP_PAGES} from './layout.js'
import {MAX_CODE_SECTION_BYTES, MAX_FUNCTIONS, MAX_GLOBALS, MAX_TABLE_ELEMENTS, MAX_WASM32_PAGES, MAX_WASM64_PAGES} from './limits.js'

export interface HeapType {
  readonly hasMemory: boolean
  readonly isWasm64: boolean
  readonly initialPages: number
  readonly maximumPages: number
}

export function checkCounts(module: WasmModule): void {
  const limit = (found: number, allowed: number, what: string) => {
    if (found > allowed) refuse(`Wasm module defined ${found} ${what} which exceeds the maximum number allowed ${allowed}.`)
  }
  if (module.codeSizeBytes > MAX_CODE_SECTION_BYTES)
    refuse(`Wasm module code section size of ${module.codeSizeBytes} exceeds the maximum allowed size of ${MAX_CODE_SECTION_BYTES}.`)
  limit(module.functions.length, MAX_FUNCTIONS, 'functions')
  limit(module.globals.length, MAX_GLOBALS, 'globals')
}

/** The heap, from the one memory a module may have. */
export function readHeapType(module: WasmModule): HeapType {
  const imported = module.imports.flatMap(({type}) => (type.kind === 'memory' ? [type.limits] : []))
  const memories = [...imported, ...module.memories]
  if (memories.length > 1) refuse('Wasm module has more than one memory.')
  const [memory] = memories
  if (!memory) return {hasMemory: false, isWasm64: false, initialPages: 0, maximumPages: 0}
  checkLimits(memory, 'memory')
  const initialPages = memory.minimum
  if (memory.is64 && initialPages > MAX_WASM64_PAGES)
    refuse(
      `Wasm module declares an initial Wasm64 heap memory size of ${initialPages} pages that exceeds the maximum allowed size of ${MAX_WASM64_PAGES} pages.`,
    )
  if (!memory.is64 && Math.max(initialPages, memory.maximum ?? 0) > MAX_WASM32_PAGES)
    refuse(`Wasm module declares a Wasm32 heap memory of more than ${MAX_WASM32_PAGES} pages.`)
  if (initialPages > MAX_HEAP_PAGES)
    refuse(
      `Wasm module declares an initial heap memory size of ${initialPages} pages, but this replica supports at most ${MAX_HEAP_PAGES} pages.`,
    )
  return {hasMemory: true, isWasm64: memory.is64, initialPages, maximumPages: Math.min(memory.maximum ?? MAX_HEAP_PAGES, MAX_HEAP_PAGES)}
}

/** All tables, imported ones first. */
export function readTables(module: WasmModule): TableType[] {
  const imported = module.imports.flatMap(({type}) => (type.kind === 'table' ? [type.table] : []))
  const tables = [...imported, ...module.tables]
  for (const {limits} of tables) {
    checkLimits(limits, 'table')
    if (limits.minimum > MAX_TABLE_ELEMENTS)
      refuse(`Wasm module declares a table of ${limits.minimum} elements which exceeds the maximum number allowed ${MAX_TABLE_ELEMENTS}.`)
  }
  return tables
}

export interface Indices {
  readonly module: WasmModule
  readonly functionTypes: readonly number[]
  readonly tables: readonly TableType[]
  readonly heap: HeapType
}

/** Indices and constant expressions of everything but function bodies. */
export function checkIndices(indices: Indices): void {
  checkFunctions(indices)
  checkExports(indices)
  for (const {type, initial} of indices.module.globals) {
    globalTypeName(type)
    checkConstant(indices, initial)
  }
  checkElements(indices)
  checkData(indices)
}

function checkFunctions({module, functionTypes}: Indices): void {
  for (const typeIndex of functionTypes) if (!module.types[typeIndex]) refuse(`unknown type ${typeIndex}`)
  if (module.start === undefined) return
  const start = module.types[functionTypes[module.start] ?? -1]
  if (!start) refuse(`unknown function ${module.start}`)
  if (start.params.length > 0 || start.results.length > 0) refuse('the start function has parameters or results')
}

function checkExports({module, functionTypes, tables, heap}: Indices): void {
  const counts: Readonly<Record<number, number>> = {
    [KIND.function]: functionTypes.length,
    [KIND.table]: tables.length,
    [KIND.memory]: heap.hasMemory ? 1 : 0,
    [KIND.global]: module.globals.length,
  }
  const names = new Set<string>()
  for (const {name, kind, index} of module.exports) {
    if (index >= counts[kind]!) refuse(`export '${name}' refers to an unknown index ${index}`)
    if (names.has(name)) refuse(`duplicate export name '${name}' already defined`)
    names.add(name)
  }
}

/** V8 checks types; globals cannot be read, because none are imported. */
function checkConstant({functionTypes}: Indices, {opcode, value}: ConstantExpression): void {
  if (opcode === OP.globalGet) refuse('a constant expression refers to a global that is not imported')
  if (opcode === OP.refFunc && Number(value) >= functionTypes.length) refuse(`unknown function ${value}`)
}

function checkElements(indices: Indices): void {
  for (const segment of indices.module.elements) {
    for (const item of segment.items) {
      if (typeof item !== 'number') checkConstant(indices, item)
      else if (item >= indices.functionTypes.length) refuse(`unknown function ${item}`)
    }
    if (segment.mode !== 'active') continue
    const table = indices.tables[segment.table]
    if (!table) refuse(`unknown table ${segment.table}`)
    const offset = checkOffset(segment.offset!, table.limits.is64, 'element')
    if (offset + segment.items.length > table.limits.minimum) refuse('an element segment does not fit in its table')
  }
}

function checkData({module, heap}: Indices): void {
  module.data.forEach((segment, index) => {
    if (segment.mode !== 'active') return
    if (segment.memory !== 0 || !heap.hasMemory) refuse(`unknown memory ${segment.memory}`)
    const offset = checkOffset(segment.offset!, heap.isWasm64, 'data')
    if (offset + segment.content.length > heap.initialPages * CHUNK_BYTES)
      refuse(`data segment ${index} does not fit in the initial memory`)
  })
}

function checkOffset({opcode, value}: ConstantExpression, is64: boolean, what: string): number {
  const expected = is64 ? OP.i64Const : OP.i32Const
  if (opcode !== expected) refuse(`an active ${what} segment has an offset that is not a constant ${is64 ? 'i64' : 'i32'}`)
  return Number(value)
}

function checkLimits({minimum, maximum, isShared}: Limits, what: string): void {
  if (isShared) refuse(`a shared ${what} is not supported`)
  if (maximum !== undefined && maximum < minimum) refuse(`the minimum size of a ${what} is greater than its maximum`)
}

function refuse(message: string): never {
  throw new InvalidModuleError(message)
}

/** Value type → its name in ModuleInfo. References are refused: they cannot be part of a canister's state. */
export function globalTypeName(type: number): 'i32' | 'i64' | 'f32' | 'f64' | 'v128' {
  if (type === TYPE.i32) return 'i32'
  if (type === TYPE.i64) return 'i64'
  if (type === TYPE.f32) return 'f32'
  if (type === TYPE.f64) return 'f64'
  if (type === TYPE.v128) return 'v128'
  return refuse('a global has a type other than i32, i64, f32, f64 and v128')
}
