/** Points an import of a module elsewhere. */

import {concatBytes, encodeUtf8, equalBytes} from '../base/bytes.js'
import {invariant} from '../base/invariant.js'
import {encodeLeb128} from '../base/leb128.js'
import {SECTION} from './constants.js'
import {readSections} from './sections.js'

export interface ImportRenaming {
  readonly module: string
  readonly from: string
  /** A name of the same length: the import section keeps its size, and nothing else moves. */
  readonly to: string
}

/** The module with the one import renamed. Throws WasmFormatError. */
export function renameImport(wasm: Uint8Array, {module, from, to}: ImportRenaming): Uint8Array {
  invariant(encodeUtf8(from).length === encodeUtf8(to).length, `'${from}' and '${to}' have different lengths`)
  const imports = readSections(wasm).find(({id}) => id === SECTION.import)
  const before = importName(module, from)
  let at = imports?.contentStart ?? wasm.length
  const end = imports?.end ?? wasm.length
  while (at < end && !equalBytes(wasm.subarray(at, at + before.length), before)) at++
  invariant(at < end, `the module imports ${module}.${from}`)
  const renamed = wasm.slice()
  renamed.set(importName(module, to), at)
  return renamed
}

/** `length ‖ module ‖ length ‖ name`, as the import section has it. */
function importName(module: string, name: string): Uint8Array {
  return concatBytes(...[encodeUtf8(module), encodeUtf8(name)].flatMap((text) => [encodeLeb128(text.length), text]))
}
