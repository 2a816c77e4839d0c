/** A lane: runs one long execution at a time, and blocks where its fuel ends. It knows nothing of the state. */

import {type MessagePort, parentPort, workerData} from 'node:worker_threads'
import {createInstance} from '../canister/instance-cache.js'
import {runEntry} from '../canister/run-entry.js'
import type {ExecutionInput} from '../canister/runtime.js'
import {createFirstInstance, createInstanceOf} from '../canister/wasm-runtime.js'
import type {CompiledModule} from '../embedder/types.js'
import {copyChangedPages, LANE_STATE, LaneControl, type LaneResult, type LaneTask, memoryOf} from './lane-protocol.js'

const {results} = workerData as {readonly results: MessagePort}

parentPort!.on('message', (task: LaneTask) => {
  const control = new LaneControl(task.shared)
  results.postMessage(runTask(task, control))
  control.state = LANE_STATE.ended
})

function runTask(task: LaneTask, control: LaneControl): LaneResult {
  try {
    return execute(task, control)
  } catch (error) {
    return {kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error)}
  }
}

function execute(
  {compiled: {module, info}, entry, sandbox, instructionLimit, keepsEffects, ...image}: LaneTask,
  control: LaneControl,
): LaneResult {
  const compiled: CompiledModule = {kind: 'compiled', module, info, instrumented: new Uint8Array(0)}
  const code: ExecutionInput['code'] = {
    module: {wasm: new Uint8Array(0), hash: new Uint8Array(0)},
    heap: memoryOf(image.heap),
    stable: memoryOf(image.stable),
    heapVersion: 0,
    ...(image.globals && {globals: image.globals}),
  }
  let granted = control.fuel
  const outOfSlice = (): number => {
    if (granted === instructionLimit) return 0
    control.state = LANE_STATE.outOfFuel
    control.waitWhile(LANE_STATE.outOfFuel)
    const more = control.fuel - granted
    granted += more
    return Number(more)
  }
  const maker = {create: (...args: Parameters<typeof createInstance>) => createInstance(args[0], args[1], args[2], outOfSlice)}
  const live =
    entry.kind === 'start' ? createFirstInstance(maker, compiled, code, entry.keepsHeap) : createInstanceOf(maker, compiled, code)
  const input: ExecutionInput = {code, entry, sandbox, instructionLimit, fuel: granted, effects: keepsEffects ? 'keep' : 'drop'}
  const output = runEntry(live, input, 'refuel')
  if (output.kind !== 'finished') return {kind: 'failed', message: `a lane cannot end ${output.kind}`}
  if (output.result.kind === 'failure' || !output.result.code) return {kind: 'finished', output}
  const {code: changed, ...result} = output.result
  return {
    kind: 'finished',
    output: {...output, result},
    changed: {heap: copyChangedPages(changed.heap), stable: copyChangedPages(changed.stable), globals: changed.globals},
  }
}
