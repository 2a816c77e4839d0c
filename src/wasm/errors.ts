import {IcicleError} from '../base/errors.js'

/** Bytes that are not a WebAssembly binary of the core specification. */
export class WasmFormatError extends IcicleError {
  readonly code = 'WASM_MALFORMED'

  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`)
  }
}
