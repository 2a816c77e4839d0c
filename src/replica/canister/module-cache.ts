/** Compiled modules by hash and variant: gunzip, validate, instrument and compile once. Digest system-api sections 1 and 2. */

import {toHex} from '../../base/bytes.js'
import {compileModule} from '../embedder/compile.js'
import {MAX_MODULE_BYTES} from '../embedder/limits.js'
import type {CompiledModule, InvalidModule, Variant} from '../embedder/types.js'
import {hostFunctionTable} from '../system-api/host-functions.js'
import {LruCache} from './lru-cache.js'
import type {ModuleCode} from './runtime.js'

/** Inflates a gzip stream. Throws RangeError when it would exceed `maximumBytes`, another error when the stream is malformed. */
export type Gunzip = (bytes: Uint8Array, maximumBytes: number) => Uint8Array

/** Of instrumented code; the engine's own copies come on top. */
const CACHE_BYTES = 2 ** 29
const INVALID_MODULE_BYTES = 1_024
const INVALID_PREFIX = "Canister's Wasm module is not valid: "

export class ModuleCache {
  readonly #gunzip: Gunzip
  readonly #modules = new LruCache<string, CompiledModule | InvalidModule>(CACHE_BYTES)
  /** Hashes in hexadecimal: looked up with every message. */
  readonly #keys = new WeakMap<Uint8Array, Record<Variant, string>>()

  constructor(gunzip: Gunzip) {
    this.#gunzip = gunzip
  }

  /** The message of an invalid module is complete. */
  compile({wasm, hash}: ModuleCode, variant: Variant): CompiledModule | InvalidModule {
    const key = this.#keyOf(hash, variant)
    const known = this.#modules.find(key)
    if (known) return known
    const compiled = this.#decodeAndCompile(wasm, variant)
    this.#modules.set(key, compiled, compiled.kind === 'compiled' ? compiled.instrumented.length : INVALID_MODULE_BYTES)
    return compiled
  }

  clear(): void {
    this.#modules.clear()
  }

  #keyOf(hash: Uint8Array, variant: Variant): string {
    let keys = this.#keys.get(hash)
    if (!keys) {
      const text = toHex(hash)
      keys = {local: `local:${text}`, global: `global:${text}`, refuel: `refuel:${text}`}
      this.#keys.set(hash, keys)
    }
    return keys[variant]
  }

  #decodeAndCompile(uploaded: Uint8Array, variant: Variant): CompiledModule | InvalidModule {
    const decoded = this.#decode(uploaded)
    if (!(decoded instanceof Uint8Array)) return decoded
    const compiled = compileModule(decoded, {hostFunctions: hostFunctionTable, variant})
    return compiled.kind === 'invalid' ? invalid(compiled.message) : compiled
  }

  #decode(uploaded: Uint8Array): Uint8Array | InvalidModule {
    if (startsWith(uploaded, 0x00, 0x61, 0x73, 0x6d)) return uploaded
    if (!startsWith(uploaded, 0x1f, 0x8b, 0x08)) return invalid('Failed to decode wasm module: unsupported canister module format.')
    try {
      const wasm = this.#gunzip(uploaded, MAX_MODULE_BYTES)
      return startsWith(wasm, 0x00, 0x61, 0x73, 0x6d)
        ? wasm
        : invalid('Failed to decode wasm module: decompressed module does not contain Wasm.')
    } catch (error) {
      if (error instanceof RangeError)
        return invalid(`Wasm module size of ${lastWord(uploaded)} exceeds the maximum allowed size of ${MAX_MODULE_BYTES}.`)
      return invalid(`Failed to decode wasm module: ${error instanceof Error ? error.message : 'malformed gzip stream'}.`)
    }
  }
}

/** The size that a gzip stream says it has, modulo 2^32 (RFC 1952, ISIZE): for the text alone. */
function lastWord(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true)
}

function startsWith(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, position) => bytes[position] === byte)
}

function invalid(text: string): InvalidModule {
  return {kind: 'invalid', message: INVALID_PREFIX + text}
}
