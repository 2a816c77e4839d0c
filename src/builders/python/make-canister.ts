/** Makes a canister of the Python runtime: its memory is the snapshot, and each method an export that calls `dispatch` with its number. */

import {invariant} from '../../base/invariant.js'
import {decodeModule} from '../../wasm/decode.js'
import {type AddedData, callWithNumber, editModule, findExportedFunction} from '../../wasm/edit.js'
import type {PythonCanisterShape} from './run-runtime.js'

const PAGE_BYTES = 65_536

/** Numbers that the runtime knows its hooks by; the first two are always there: they load the user's code. */
const ALWAYS = {init: -1, post_upgrade: -2, global_timer: -6} as const
const ON_DEMAND: Readonly<Record<string, number>> = {pre_upgrade: -3, heartbeat: -4, inspect_message: -5, on_low_wasm_memory: -7}

export function makePythonCanister(runtime: Uint8Array, snapshot: Uint8Array, {methods, hooks}: PythonCanisterShape): Uint8Array {
  const dispatch = findExportedFunction(decodeModule(runtime), 'dispatch')
  invariant(dispatch !== undefined, 'the Python runtime has no dispatch')
  const hook = ([name, number]: readonly [string, number]) => callWithNumber(dispatch, number, `canister_${name}`)
  return editModule(runtime, {
    functions: [
      ...methods.map(({name, kind}, number) => callWithNumber(dispatch, number, `canister_${kind} ${name}`)),
      ...Object.entries(ALWAYS).map(hook),
      ...Object.entries(ON_DEMAND)
        .filter(([name]) => hooks.includes(name))
        .map(hook),
    ],
    keepExport: (name) => name === 'memory',
    memoryMinimum: snapshot.length / PAGE_BYTES,
    replaceData: findRuns(snapshot),
  })
}

/** A gap of zeros shorter than this costs less than a new segment. */
const MIN_GAP_BYTES = 256

/** What is not zero, in pieces. */
export function findRuns(memory: Uint8Array): AddedData[] {
  const words = new BigUint64Array(memory.buffer, memory.byteOffset, memory.length >> 3)
  const gap = MIN_GAP_BYTES >> 3
  const runs: AddedData[] = []
  let start = -1
  let last = -1
  const close = (): void => {
    if (start >= 0) runs.push({offset: start << 3, content: memory.subarray(start << 3, (last + 1) << 3)})
  }
  for (let at = 0; at < words.length; at++) {
    if (words[at] === 0n) continue
    if (start < 0 || at - last > gap) {
      close()
      start = at
    }
    last = at
  }
  close()
  return runs
}
