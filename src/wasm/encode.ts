/** Encodes a module from its parts: for modules that icicle makes itself and for those of tests. */

import {KIND, OP, SECTION, TYPE, WASM_HEADER} from './constants.js'
import {type Code, code, uleb} from './instructions.js'
import type {FunctionType, GlobalDeclaration, Limits} from './module.js'
import type {NamedSection} from './sections.js'
import {WasmWriter} from './writer.js'

export type LimitsPart = Pick<Limits, 'minimum' | 'maximum'> & {readonly is64?: boolean}

export interface FunctionPart {
  readonly type: FunctionType
  /** Value types of its own locals. */
  readonly locals?: readonly number[]
  /** Instructions without the last `end`. */
  readonly body: Code
  /** Names it is exported by. */
  readonly exports?: readonly string[]
}

export interface ModuleParts {
  /** Types that `call_indirect` or blocks refer to: they get the first indices. */
  readonly types?: readonly FunctionType[]
  /** Imported functions get the first function indices. */
  readonly imports?: readonly {readonly module: string; readonly name: string; readonly type: FunctionType}[]
  readonly functions?: readonly FunctionPart[]
  readonly tables?: readonly LimitsPart[]
  readonly memory?: LimitsPart & {readonly exports?: readonly string[]}
  readonly globals?: readonly (GlobalDeclaration & {readonly initial: Code; readonly exports?: readonly string[]})[]
  readonly start?: number
  /** Active segments of function indices. */
  readonly elements?: readonly {readonly table?: number; readonly offset: Code; readonly functions: readonly number[]}[]
  /** Without an offset a passive segment. */
  readonly data?: readonly {readonly offset?: Code; readonly content: Uint8Array}[]
  readonly customs?: readonly NamedSection[]
}

export function encodeModule(parts: ModuleParts): Uint8Array {
  const types = collectTypes(parts)
  const typeIndex = (type: FunctionType): number => types.findIndex((each) => isEqual(each, type))
  const {imports = [], functions = [], tables = [], globals = [], elements = [], data = [], customs = []} = parts
  const out = new WasmWriter().raw(WASM_HEADER)
  const section = <T>(id: number, items: readonly T[], write: (to: WasmWriter, item: T) => unknown): void => {
    if (items.length === 0) return
    const to = new WasmWriter()
    out.section(id, to.vector(items, (item) => void write(to, item)).view())
  }
  section(SECTION.type, types, writeType)
  section(SECTION.import, imports, (to, {module, name, type}) => to.name(module).name(name).byte(KIND.function).u32(typeIndex(type)))
  section(SECTION.function, functions, (to, {type}) => to.u32(typeIndex(type)))
  section(SECTION.table, tables, (to, limits) => writeLimits(to.byte(TYPE.funcref), limits))
  section(SECTION.memory, parts.memory ? [parts.memory] : [], writeLimits)
  section(SECTION.global, globals, (to, {type, isMutable, initial}) => to.append(type, isMutable ? 1 : 0, ...initial, OP.end))
  section(SECTION.export, listExports(parts), (to, {name, kind, index}) => to.name(name).byte(kind).u32(index))
  if (parts.start !== undefined) out.section(SECTION.start, Uint8Array.from(uleb(parts.start)))
  section(SECTION.element, elements, (to, {table = 0, offset, functions: items}) =>
    to
      .u32(2)
      .u32(table)
      .append(...offset, OP.end, 0)
      .vector(items, (index) => to.u32(index)),
  )
  if (data.length > 0) out.section(SECTION.dataCount, Uint8Array.from(uleb(data.length)))
  section(SECTION.code, functions, (to, part) => to.sized(encodeBody(part)))
  section(SECTION.data, data, (to, {offset, content}) => to.append(...(offset ? [0, ...offset, OP.end] : [1])).sized(content))
  for (const {name, content} of customs) out.section(SECTION.custom, new WasmWriter().name(name).raw(content).view())
  return out.toBytes()
}

function collectTypes({types = [], imports = [], functions = []}: ModuleParts): FunctionType[] {
  const all = [...types]
  for (const {type} of [...imports, ...functions]) if (!all.some((each) => isEqual(each, type))) all.push(type)
  return all
}

function isEqual(a: FunctionType, b: FunctionType): boolean {
  return `${a.params}>${a.results}` === `${b.params}>${b.results}`
}

function writeType(to: WasmWriter, {params, results}: FunctionType): void {
  to.byte(0x60).sized(Uint8Array.from(params)).sized(Uint8Array.from(results))
}

function writeLimits(to: WasmWriter, {minimum, maximum, is64}: LimitsPart): void {
  to.byte((maximum === undefined ? 0 : 1) | (is64 ? 4 : 0)).u32(minimum)
  if (maximum !== undefined) to.u32(maximum)
}

function listExports({imports = [], functions = [], globals = [], memory}: ModuleParts): {name: string; kind: number; index: number}[] {
  return [
    ...functions.flatMap(({exports = []}, index) => exports.map((name) => ({name, kind: KIND.function, index: index + imports.length}))),
    ...(memory?.exports ?? []).map((name) => ({name, kind: KIND.memory, index: 0})),
    ...globals.flatMap(({exports = []}, index) => exports.map((name) => ({name, kind: KIND.global, index}))),
  ]
}

function encodeBody({locals = [], body}: FunctionPart): Uint8Array {
  return Uint8Array.from(code(uleb(locals.length), ...locals.map((type) => [1, type]), body, OP.end))
}
