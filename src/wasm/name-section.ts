/** The `name` custom section (core specification, "Name Section"): function names for backtraces. */

import {WasmFormatError} from './errors.js'
import {WasmReader} from './reader.js'

const FUNCTION_NAMES = 1
/** More functions than a module may have. */
const MAX_NAMES = 1_000_000

/** Function index → name. A damaged section gives the names read until then: names never make a module invalid. */
export function readFunctionNames(content: Uint8Array): Map<number, string> {
  const names = new Map<number, string>()
  try {
    const reader = new WasmReader(content)
    while (!reader.atEnd) {
      const id = reader.byte()
      const end = reader.u32() + reader.offset
      if (id === FUNCTION_NAMES) reader.vector(() => names.set(reader.u32(), reader.name()), MAX_NAMES)
      reader.skip(end - reader.offset)
    }
  } catch (error) {
    if (!(error instanceof WasmFormatError)) throw error
  }
  return names
}
