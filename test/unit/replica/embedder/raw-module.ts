/** Modules for V8 itself, uninstrumented. */

import {KIND, SECTION, WASM_HEADER} from '../../../../src/wasm/constants.js'
import {decodeModule} from '../../../../src/wasm/decode.js'
import {readSections} from '../../../../src/wasm/sections.js'
import {WasmWriter} from '../../../../src/wasm/writer.js'

/** The module with its memory exported as `memory`. */
export function addMemoryExport(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const exports = [...decodeModule(wasm).exports, {name: 'memory', kind: KIND.memory, index: 0}]
  const out = new WasmWriter().raw(WASM_HEADER)
  for (const {id, start, end} of readSections(wasm)) {
    if (id !== SECTION.export) out.raw(wasm.subarray(start, end))
    else {
      const content = new WasmWriter().u32(exports.length)
      for (const {name, kind, index} of exports) content.name(name).byte(kind).u32(index)
      out.section(id, content.view())
    }
  }
  return out.toBytes() as Uint8Array<ArrayBuffer>
}
