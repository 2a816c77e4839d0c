/**
 * Makes one module of another without a new encoding of what stays: bodies replaced, functions and data added, exports chosen. What
 * builders do that fill a ready-made runtime with a user's program.
 */

import {KIND, OP, SECTION} from './constants.js'
import {decodeModule} from './decode.js'
import {type Code, code, i32Const, uleb} from './instructions.js'
import type {DataSegment, Export, FunctionType, WasmModule} from './module.js'
import {WasmReader} from './reader.js'
import {readSections, type Section} from './sections.js'
import {WasmWriter} from './writer.js'

export interface AddedFunction {
  readonly type: FunctionType
  /** Instructions without the last `end`; there are no locals but the parameters. */
  readonly body: Code
  /** Names it is exported by. */
  readonly exports: readonly string[]
}

export interface AddedData {
  /** Address in memory 0; a passive segment when absent. */
  readonly offset?: number
  readonly content: Uint8Array
}

export interface ModuleEdits {
  /** Function index → instructions in place of its body. */
  readonly bodies?: ReadonlyMap<number, Code>
  readonly functions?: readonly AddedFunction[]
  readonly keepExport?: (name: string) => boolean
  /** Custom sections are dropped unless this says otherwise: their offsets and names speak of the old module. */
  readonly keepCustom?: (name: string) => boolean
  /** In pages of 64 KiB. */
  readonly memoryMinimum?: number
  /** Segments added behind those of the module. */
  readonly addData?: readonly AddedData[]
  /** Segments in place of those of the module, which must then use none by number. */
  readonly replaceData?: readonly AddedData[]
}

/** Throws WasmFormatError for bytes that are not a module. */
export function editModule(wasm: Uint8Array, edits: ModuleEdits): Uint8Array {
  const module = decodeModule(wasm)
  const added = edits.functions ?? []
  const out = new WasmWriter(wasm.length + 4096).raw(wasm.subarray(0, 8))
  const written = new Set<number>()
  const write = (id: number, content: WasmWriter): void => {
    written.add(id)
    out.section(id, content.view())
  }
  for (const section of readSections(wasm)) {
    if (section.id === SECTION.code)
      writeDataCount(module, edits, (content) => written.has(SECTION.dataCount) || write(SECTION.dataCount, content))
    const raw = wasm.subarray(section.contentStart, section.end)
    if (section.id === SECTION.custom) keepCustomSection(wasm, section, edits, out)
    else if (section.id === SECTION.type)
      write(
        section.id,
        extendVector(raw, added, (to, {type}) => writeType(to, type)),
      )
    else if (section.id === SECTION.function)
      write(
        section.id,
        extendVector(raw, added, (to, _, index) => to.u32(module.types.length + index)),
      )
    else if (section.id === SECTION.memory) write(section.id, encodeMemory(module, edits))
    else if (section.id === SECTION.export) write(section.id, encodeExports(module, edits))
    else if (section.id === SECTION.dataCount) writeDataCount(module, edits, (content) => write(section.id, content))
    else if (section.id === SECTION.code) write(section.id, encodeCode(module, edits))
    else if (section.id === SECTION.data) write(section.id, encodeData(module, edits))
    else out.raw(wasm.subarray(section.start, section.end))
  }
  if (!written.has(SECTION.data) && segmentsOf(edits).length > 0) write(SECTION.data, encodeData(module, edits))
  return out.toBytes()
}

/** Function index of an exported function, or undefined. */
export function findExportedFunction(module: Pick<WasmModule, 'exports'>, name: string): number | undefined {
  return module.exports.find((each) => each.kind === KIND.function && each.name === name)?.index
}

const segmentsOf = (edits: ModuleEdits): readonly AddedData[] => edits.replaceData ?? edits.addData ?? []

const keptSegments = (module: WasmModule, edits: ModuleEdits): readonly DataSegment[] => (edits.replaceData ? [] : module.data)

const importedFunctions = (module: WasmModule): number => module.imports.filter(({type}) => type.kind === 'function').length

/** The count goes before the code, where `memory.init` needs it. */
function writeDataCount(module: WasmModule, edits: ModuleEdits, write: (content: WasmWriter) => unknown): void {
  const count = keptSegments(module, edits).length + segmentsOf(edits).length
  if (count > 0) write(new WasmWriter().u32(count))
}

/** A vector with more items at its end; those it has are copied. */
function extendVector<T>(content: Uint8Array, items: readonly T[], write: (to: WasmWriter, item: T, index: number) => unknown): WasmWriter {
  const reader = new WasmReader(content)
  const to = new WasmWriter(content.length + 256).u32(reader.u32() + items.length).raw(content.subarray(reader.offset))
  items.forEach((item, index) => void write(to, item, index))
  return to
}

function writeType(to: WasmWriter, {params, results}: FunctionType): void {
  to.byte(0x60).sized(Uint8Array.from(params)).sized(Uint8Array.from(results))
}

/** Flags: 1 has a maximum, 4 counts in 64 bits. */
function encodeMemory(module: WasmModule, {memoryMinimum}: ModuleEdits): WasmWriter {
  const to = new WasmWriter()
  return to.vector(module.memories, ({minimum, maximum, is64}, index) => {
    to.byte((maximum === undefined ? 0 : 1) | (is64 ? 4 : 0)).u32(index === 0 ? (memoryMinimum ?? minimum) : minimum)
    if (maximum !== undefined) to.u32(maximum)
  })
}

function encodeExports(module: WasmModule, {keepExport = () => true, functions = []}: ModuleEdits): WasmWriter {
  const first = importedFunctions(module) + module.functions.length
  const own = functions.flatMap(({exports}, index) => exports.map((name): Export => ({name, kind: KIND.function, index: first + index})))
  const to = new WasmWriter()
  return to.vector(
    [...module.exports.filter(({name}) => keepExport(name)), ...own],
    ({name, kind, index}) => void to.name(name).byte(kind).u32(index),
  )
}

function encodeCode(module: WasmModule, {bodies = new Map<number, Code>(), functions = []}: ModuleEdits): WasmWriter {
  const first = importedFunctions(module)
  const to = new WasmWriter(module.codeSizeBytes + 4096).u32(module.bodies.length + functions.length)
  module.bodies.forEach(({start, end}, index) => {
    const replaced = bodies.get(first + index)
    to.sized(replaced ? plainBody(replaced) : module.bytes.subarray(start, end))
  })
  for (const {body} of functions) to.sized(plainBody(body))
  return to
}

const plainBody = (body: Code): Uint8Array => Uint8Array.from(code(uleb(0), body, OP.end))

function encodeData(module: WasmModule, edits: ModuleEdits): WasmWriter {
  const kept = keptSegments(module, edits)
  const added = segmentsOf(edits)
  const to = new WasmWriter(1 << 16).u32(kept.length + added.length)
  for (const {mode, memory, offset, content} of kept) {
    if (mode === 'passive') to.byte(1)
    else if (memory === 0) to.byte(0).raw(offset!.bytes)
    else to.byte(2).u32(memory).raw(offset!.bytes)
    to.sized(content)
  }
  for (const {offset, content} of added) to.append(...(offset === undefined ? [1] : [0, ...i32Const(offset), OP.end])).sized(content)
  return to
}

function keepCustomSection(wasm: Uint8Array, section: Section, {keepCustom = () => false}: ModuleEdits, out: WasmWriter): void {
  const name = new WasmReader(wasm, section.contentStart, section.end).name()
  if (keepCustom(name)) out.raw(wasm.subarray(section.start, section.end))
}

/** `() -> ()` */
export const NO_PARAMETERS: FunctionType = {params: [], results: []}

/** A function without parameters that calls another with one number: how runtimes that know methods by number export them. */
export function callWithNumber(target: number, number: number, name: string): AddedFunction {
  return {type: NO_PARAMETERS, body: code(i32Const(number), [OP.call, ...uleb(target)]), exports: [name]}
}
