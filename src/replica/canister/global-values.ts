/** Wasm globals between the engine, which counts every bit pattern as a bigint, and the state. */

import type {GlobalValue as EngineGlobal} from '../embedder/types.js'
import type {GlobalValue} from '../state/canister-state.js'

export function toEngineGlobals(globals: readonly GlobalValue[]): EngineGlobal[] {
  return globals.map(({type, bits}) => ({type, bits: BigInt(bits)}))
}

export function fromEngineGlobals(globals: readonly EngineGlobal[]): GlobalValue[] {
  return globals.map(({type, bits}) => (type === 'i32' || type === 'f32' ? {type, bits: Number(bits)} : {type, bits}))
}
