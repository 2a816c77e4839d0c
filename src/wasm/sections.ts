/** The sections of a module as byte ranges, and its custom sections: list, add, remove. */

import {SECTION, WASM_HEADER} from './constants.js'
import {WasmFormatError} from './errors.js'
import {WasmReader} from './reader.js'
import {WasmWriter} from './writer.js'

/** One section: `bytes[start..contentStart)` is its id and size, `bytes[contentStart..end)` its content. */
export interface Section {
  readonly id: number
  readonly start: number
  readonly contentStart: number
  readonly end: number
}

export interface NamedSection {
  readonly name: string
  /** Not copied. */
  readonly content: Uint8Array
}

/** All sections in order. Throws WasmFormatError; the contents are not looked at. */
export function readSections(wasm: Uint8Array): Section[] {
  if (wasm.length < WASM_HEADER.length || WASM_HEADER.some((byte, index) => wasm[index] !== byte))
    throw new WasmFormatError('not a WebAssembly module of version 1', 0)
  const reader = new WasmReader(wasm, WASM_HEADER.length)
  const sections: Section[] = []
  while (!reader.atEnd) {
    const start = reader.offset
    const id = reader.byte()
    const size = reader.u32()
    const contentStart = reader.offset
    reader.skip(size)
    sections.push({id, start, contentStart, end: reader.offset})
  }
  return sections
}

/** The custom sections in order. Throws WasmFormatError. */
export function listCustomSections(wasm: Uint8Array): NamedSection[] {
  return readSections(wasm)
    .filter(({id}) => id === SECTION.custom)
    .map((section) => readCustomSection(wasm, section))
}

/** The module with one more custom section at its end. */
export function addCustomSection(wasm: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  readSections(wasm)
  const section = new WasmWriter(content.length + 64).name(name).raw(content)
  return new WasmWriter(wasm.length + section.length + 8).raw(wasm).section(SECTION.custom, section.view()).toBytes()
}

/** The module without the custom sections that `matches` is true for. */
export function removeCustomSections(wasm: Uint8Array, matches: (section: NamedSection) => boolean): Uint8Array {
  const kept = new WasmWriter(wasm.length).raw(WASM_HEADER)
  for (const section of readSections(wasm))
    if (section.id !== SECTION.custom || !matches(readCustomSection(wasm, section))) kept.raw(wasm.subarray(section.start, section.end))
  return kept.toBytes()
}

function readCustomSection(wasm: Uint8Array, section: Section): NamedSection {
  const reader = new WasmReader(wasm, section.contentStart, section.end)
  return {name: reader.name(), content: wasm.subarray(reader.offset, section.end)}
}
