/** Persistent globals in an instance's exchange area: 16 bytes each, little endian. */

import {EXCHANGED_GLOBALS, GLOBAL_SLOT_BYTES} from './layout.js'
import type {GlobalType, GlobalValue, PersistentGlobal} from './types.js'

export function readGlobals(buffer: ArrayBufferLike, types: readonly PersistentGlobal[]): GlobalValue[] {
  const view = new DataView(buffer, EXCHANGED_GLOBALS, types.length * GLOBAL_SLOT_BYTES)
  return types.map(({type}, position) => ({type, bits: readBits(view, position * GLOBAL_SLOT_BYTES, type)}))
}

export function writeGlobals(buffer: ArrayBufferLike, values: readonly GlobalValue[]): void {
  const view = new DataView(buffer, EXCHANGED_GLOBALS, values.length * GLOBAL_SLOT_BYTES)
  values.forEach(({bits}, position) => {
    view.setBigUint64(position * GLOBAL_SLOT_BYTES, BigInt.asUintN(64, bits), true)
    view.setBigUint64(position * GLOBAL_SLOT_BYTES + 8, bits >> 64n, true)
  })
}

function readBits(view: DataView, offset: number, type: GlobalType): bigint {
  if (type === 'i32' || type === 'f32') return BigInt(view.getUint32(offset, true))
  const low = view.getBigUint64(offset, true)
  return type === 'v128' ? low | (view.getBigUint64(offset + 8, true) << 64n) : low
}
