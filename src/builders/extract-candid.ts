/** The interface that a module of Rust tells itself: `ic_cdk::export_candid!()` leaves a function that gives the address of its text. */

import {decodeUtf8Lossy} from '../base/bytes.js'

const POINTER_FUNCTION = 'get_candid_pointer'

/** Undefined when the module has no such function, or it does not give a text: what it needs of the system is not there. */
export function extractCandid(wasm: Uint8Array): string | undefined {
  try {
    const module = new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)
    if (!WebAssembly.Module.exports(module).some(({name}) => name === POINTER_FUNCTION)) return undefined
    const {exports} = new WebAssembly.Instance(module, absentImports(module))
    const bytes = new Uint8Array((exports.memory as WebAssembly.Memory).buffer)
    const start = (exports[POINTER_FUNCTION] as () => number)() >>> 0
    const end = bytes.indexOf(0, start)
    return end < 0 ? undefined : decodeUtf8Lossy(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

function absentImports(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, () => never>> = {}
  for (const {module: room, name} of WebAssembly.Module.imports(module)) {
    imports[room] ??= {}
    imports[room][name] = () => {
      throw new Error(`'${name}' is not there while an interface is read`)
    }
  }
  return imports
}
