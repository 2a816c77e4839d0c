/** Runs an export in slices: blocks where the fuel ends until the other thread gives more. */

import {parentPort, workerData} from 'node:worker_threads'
import {instantiate} from '../../../../src/replica/embedder/instance.js'
import type {CompiledModule} from '../../../../src/replica/embedder/types.js'

interface Lane {
  readonly compiled: CompiledModule
  /** [0] slices granted so far, [1] slices asked for. */
  readonly shared: Int32Array
  readonly sliceInstructions: number
}

const {compiled, shared, sliceInstructions} = workerData as Lane
let taken = 0
const outOfSlice = (): number => {
  Atomics.add(shared, 1, 1)
  Atomics.notify(shared, 1)
  Atomics.wait(shared, 0, taken)
  taken++
  return sliceInstructions
}
const instance = instantiate(compiled, {}, {growMemory: () => true, outOfSlice})
instance.begin(sliceInstructions)
const outcome = instance.callExport('run')
parentPort!.postMessage({outcome, used: instance.instructionsUsed()})
