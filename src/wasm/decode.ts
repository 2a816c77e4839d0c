/**
 * Decodes a module: types, imports, functions, tables, memories, globals, exports, segments; function bodies and constant expressions stay
 * byte ranges. Checks the format and the order of sections, not types and not indices: that is for whoever walks the bodies.
 */

import {KIND, OP, OP_FD, SECTION, TYPE} from './constants.js'
import type {
  ConstantExpression,
  DataSegment,
  ElementSegment,
  Export,
  FunctionType,
  GlobalDeclaration,
  Import,
  ImportType,
  Limits,
  TableType,
  WasmModule,
} from './module.js'
import {WasmReader} from './reader.js'
import {type NamedSection, readSections} from './sections.js'

type Mutable<T> = {-readonly [K in keyof T]: T[K]}

/** V8's limits: a module above them cannot run, and must not take the memory to find out. */
const MAX = {
  types: 1_000_000,
  parameters: 1_000,
  imports: 1_000_000,
  functions: 1_000_000,
  tables: 100,
  globals: 1_000_000,
  exports: 1_000_000,
  segments: 100_000,
  elements: 10_000_000,
  customs: 100_000,
} as const

/** Where each section stands in the order the specification demands. */
const ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
]

/** Throws WasmFormatError. */
export function decodeModule(bytes: Uint8Array): WasmModule {
  const customs: NamedSection[] = []
  const module: Mutable<WasmModule> = {
    bytes,
    types: [],
    imports: [],
    functions: [],
    tables: [],
    memories: [],
    globals: [],
    exports: [],
    elements: [],
    bodies: [],
    codeSizeBytes: 0,
    data: [],
    customs,
  }
  let last = -1
  for (const section of readSections(bytes)) {
    const reader = new WasmReader(bytes, section.contentStart, section.end)
    if (section.id === SECTION.custom) {
      if (customs.push({name: reader.name(), content: bytes.subarray(reader.offset, section.end)}) > MAX.customs)
        reader.fail('too many custom sections')
      continue
    }
    const position = ORDER.indexOf(section.id)
    if (position <= last) reader.fail(position < 0 ? `unknown section ${section.id}` : 'section out of order')
    last = position
    readSection(module, section.id, reader)
    if (!reader.atEnd) reader.fail('section has bytes left over')
  }
  const end = new WasmReader(bytes, bytes.length)
  if (module.functions.length !== module.bodies.length) end.fail('function and code section have different lengths')
  if (module.dataCount !== undefined && module.dataCount !== module.data.length)
    end.fail('data count and data section have different lengths')
  return module
}

function readSection(module: Mutable<WasmModule>, id: number, reader: WasmReader): void {
  if (id === SECTION.type) module.types = reader.vector(() => readFunctionType(reader), MAX.types)
  else if (id === SECTION.import) module.imports = reader.vector(() => readImport(reader), MAX.imports)
  else if (id === SECTION.function) module.functions = reader.vector(() => reader.u32(), MAX.functions)
  else if (id === SECTION.table) module.tables = reader.vector(() => readTable(reader), MAX.tables)
  else if (id === SECTION.memory) module.memories = reader.vector(() => readLimits(reader), MAX.tables)
  else if (id === SECTION.global)
    module.globals = reader.vector(() => ({...readGlobalType(reader), initial: readConstant(reader)}), MAX.globals)
  else if (id === SECTION.export) module.exports = reader.vector(() => readExport(reader), MAX.exports)
  else if (id === SECTION.start) module.start = reader.u32()
  else if (id === SECTION.element) module.elements = reader.vector(() => readElement(reader), MAX.segments)
  else if (id === SECTION.dataCount) module.dataCount = reader.u32()
  else if (id === SECTION.data) module.data = reader.vector(() => readData(reader), MAX.segments)
  else {
    module.codeSizeBytes = reader.end - reader.offset
    module.bodies = reader.vector(() => readBody(reader), MAX.functions)
  }
}

function readFunctionType(reader: WasmReader): FunctionType {
  if (reader.byte() !== 0x60) reader.fail('type is not a function type')
  return {
    params: reader.vector(() => readValueType(reader), MAX.parameters),
    results: reader.vector(() => readValueType(reader), MAX.parameters),
  }
}

function readValueType(reader: WasmReader): number {
  const type = reader.byte()
  if ((type < TYPE.v128 || type > TYPE.i32) && type !== TYPE.funcref && type !== TYPE.externref) reader.fail('unknown value type')
  return type
}

function readReferenceType(reader: WasmReader): number {
  const type = readValueType(reader)
  return type <= TYPE.funcref ? type : reader.fail('not a reference type')
}

function readImport(reader: WasmReader): Import {
  const module = reader.name()
  const name = reader.name()
  return {module, name, type: readImportType(reader)}
}

function readImportType(reader: WasmReader): ImportType {
  const kind = reader.byte()
  if (kind === KIND.function) return {kind: 'function', typeIndex: reader.u32()}
  if (kind === KIND.table) return {kind: 'table', table: readTable(reader)}
  if (kind === KIND.memory) return {kind: 'memory', limits: readLimits(reader)}
  if (kind === KIND.global) return {kind: 'global', global: readGlobalType(reader)}
  return reader.fail('unknown kind of import')
}

function readTable(reader: WasmReader): TableType {
  return {elementType: readReferenceType(reader), limits: readLimits(reader)}
}

/** Flags: 1 has a maximum, 2 shared, 4 counts in 64 bits. */
function readLimits(reader: WasmReader): Limits {
  const flags = reader.byte()
  if (flags > 7) reader.fail('unknown flags of limits')
  const is64 = (flags & 4) !== 0
  const read = () => (is64 ? reader.u64() : reader.u32())
  const limits = {is64, isShared: (flags & 2) !== 0, minimum: read()}
  return flags & 1 ? {...limits, maximum: read()} : limits
}

function readGlobalType(reader: WasmReader): GlobalDeclaration {
  const type = readValueType(reader)
  const mutability = reader.byte()
  if (mutability > 1) reader.fail('unknown mutability of a global')
  return {type, isMutable: mutability === 1}
}

function readExport(reader: WasmReader): Export {
  const name = reader.name()
  const kind = reader.byte()
  if (kind > KIND.global) reader.fail('unknown kind of export')
  return {name, kind, index: reader.u32()}
}

function readConstant(reader: WasmReader): ConstantExpression {
  const start = reader.offset
  const opcode = reader.byte()
  const value = readConstantValue(reader, opcode)
  if (reader.byte() !== OP.end) reader.fail('constant expression has more than one instruction')
  return {opcode, value, bytes: reader.bytes.subarray(start, reader.offset)}
}

function readConstantValue(reader: WasmReader, opcode: number): bigint {
  if (opcode === OP.i32Const) return BigInt(reader.s33() >>> 0)
  if (opcode === OP.i64Const) return reader.s64AsUnsigned()
  if (opcode === OP.refFunc || opcode === OP.globalGet) return BigInt(reader.u32())
  if (opcode === OP.refNull) return BigInt(readReferenceType(reader))
  if (opcode === OP.f32Const) reader.skip(4)
  else if (opcode === OP.f64Const) reader.skip(8)
  else if (opcode === OP.prefixFd && reader.u32() === OP_FD.v128Const) reader.skip(16)
  else reader.fail('instruction is not allowed in a constant expression')
  return 0n
}

/** Flags: 1 passive or declared, 2 explicit table (or declared), 4 items are expressions. */
function readElement(reader: WasmReader): ElementSegment {
  const flags = reader.u32()
  if (flags > 7) reader.fail('unknown kind of element segment')
  const isActive = (flags & 1) === 0
  const table = isActive && flags & 2 ? reader.u32() : 0
  const offset = isActive ? {offset: readConstant(reader)} : {}
  const usesExpressions = (flags & 4) !== 0
  const elementType = flags & 3 ? readElementType(reader, usesExpressions) : TYPE.funcref
  const items = reader.vector(() => (usesExpressions ? readConstant(reader) : reader.u32()), MAX.elements)
  return {mode: isActive ? 'active' : flags & 2 ? 'declared' : 'passive', table, ...offset, elementType, items}
}

function readElementType(reader: WasmReader, usesExpressions: boolean): number {
  if (usesExpressions) return readReferenceType(reader)
  return reader.byte() === 0 ? TYPE.funcref : reader.fail('unknown kind of elements')
}

function readBody(reader: WasmReader): {start: number; end: number} {
  const size = reader.u32()
  const start = reader.offset
  reader.skip(size)
  return {start, end: reader.offset}
}

function readData(reader: WasmReader): DataSegment {
  const flags = reader.u32()
  if (flags > 2) reader.fail('unknown kind of data segment')
  const memory = flags === 2 ? reader.u32() : 0
  const offset = flags === 1 ? {} : {offset: readConstant(reader)}
  return {mode: flags === 1 ? 'passive' : 'active', memory, ...offset, content: reader.take(reader.u32())}
}
