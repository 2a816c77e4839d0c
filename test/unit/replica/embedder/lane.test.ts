import assert from 'node:assert/strict'
import {once} from 'node:events'
import {Worker} from 'node:worker_threads'
import {OP} from '../../../../src/wasm/constants.js'
import {encodeModule} from '../../../../src/wasm/encode.js'
import {br, brIf, code, i32Const, localGet, localSet, localTee, loop} from '../../../../src/wasm/instructions.js'
import {aProgram, compile, i32} from './makers.js'

const SLICE = 100_000
/** `turns` turns of six instructions. */
const counting = (turns: number) => code(i32Const(turns), localSet(0), loop(localGet(0), i32Const(1), OP.i32Sub, localTee(0), brIf(0)))

function startLane(body: readonly number[]) {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const compiled = compile(encodeModule(aProgram(body, {locals: [i32]})), 'refuel')
  const worker = new Worker(new URL('./lane.worker.js', import.meta.url), {workerData: {compiled, shared, sliceInstructions: SLICE}})
  return {
    worker,
    /** Waits until the lane has asked for slice `number`. */
    async asked(number: number) {
      for (;;) {
        const now = Atomics.load(shared, 1)
        if (now >= number) return
        const waiting = Atomics.waitAsync(shared, 1, now, 5000)
        if (waiting.async) assert.equal(await waiting.value, 'ok')
      }
    },
    grant() {
      Atomics.add(shared, 0, 1)
      Atomics.notify(shared, 0)
    },
  }
}

describe('a long execution in slices, on a thread of its own', () => {
  it('ends with the same count after as many slices as it needs', async () => {
    const lane = startLane(counting(50_000))
    const finished = once(lane.worker, 'message')
    for (const slice of [1, 2, 3]) {
      await lane.asked(slice)
      lane.grant()
    }
    const [{outcome, used}] = await finished
    assert.deepEqual([outcome, used], [{kind: 'ok'}, 3 + 6 * 50_000])
    await lane.worker.terminate()
  })

  it('can be given up between two slices', async () => {
    const lane = startLane(loop(br(0)))
    await lane.asked(1)
    lane.grant()
    await lane.asked(2)
    await lane.worker.terminate()
  })
})
