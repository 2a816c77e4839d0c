import assert from 'node:assert/strict'
import type {CanisterState} from '../../src/replica/state/canister-state.js'
import {appendMemory, getRegister, ic0, op, push, setRegister} from '../spec/universal/program.js'
import {universalCanister} from '../spec/universal/universal-canister.js'
import {anEnvironment, aRuntime, install} from '../spec/universal/universal-subnet.js'
import {aRealSubnet, type RealSubnet, running} from '../unit/replica/execution/real-subnet.js'
import {statusOf} from '../unit/replica/execution/subnet.js'
import {aCanister, idOf} from '../unit/replica/makers.js'

const COUNT = 50_000
/** Of them: cold instances cost the garbage collector some milliseconds each. */
const RUNNING = 3_000
const PER_ROUND = 500
/** 512 instances of 1.6 MiB, and as many again that are not collected yet. */
const CACHE_BYTES = 2 ** 29
const MAX_EXTERNAL_BYTES = 2 ** 31

type Runtime = ReturnType<typeof aRuntime>

/** One canister is installed, the others have code of the same kind and memories of their own. */
function manyCanisters(count: number, runtime: Runtime): CanisterState[] {
  const first = aCanister({number: 0})
  install(first, {mode: {kind: 'install'}, wasm: universalCanister()}, anEnvironment({runtime}))
  const code = first.code!
  return Array.from({length: count}, (_, number) =>
    aCanister({number, code: {...code, heap: code.heap.clone(), stable: code.stable.clone()}}),
  )
}

/** Every canister counts in its heap, and answers what it has counted to. */
function countUp(subnet: RealSubnet, first: number, expected: number): void {
  const messages = Array.from({length: PER_ROUND}, (_, index) =>
    running([getRegister(1), push(1), op('add'), setRegister(1), appendMemory(512 + 8, 1), ic0('msg_reply')], {
      receiver: idOf(first + index),
    }),
  )
  subnet.run({ingress: messages, timeNs: subnet.state.timeNs + 1_000_000n})
  for (const message of messages) {
    assert.equal(statusOf(subnet.state, message), 'replied')
    const {state} = subnet.state.ingressHistory.get(message.id)!
    assert.ok(state.kind === 'terminal' && state.outcome.kind === 'reply')
    assert.deepEqual([...state.outcome.data], [expected])
  }
  subnet.state.ingressHistory.clear()
  const {external} = process.memoryUsage()
  if (external > MAX_EXTERNAL_BYTES) throw new RangeError(`${external} bytes outside the heap`)
}

describe('50,000 canisters of which many run', function () {
  this.timeout(400_000)

  it('do not exhaust the memory, and find their heaps again', () => {
    const runtime = aRuntime({cacheBytes: CACHE_BYTES})
    const subnet = aRealSubnet(manyCanisters(COUNT, runtime), runtime)
    for (let first = 0; first < RUNNING; first += PER_ROUND) countUp(subnet, first, 1)
    const resident = process.memoryUsage.rss()
    console.log(`      ${process.version}: ${Math.round(resident / 2 ** 20)} MiB resident`)
    countUp(subnet, 0, 2)
    countUp(subnet, RUNNING - PER_ROUND, 2)
    assert.ok(resident < 4 * 2 ** 30)
  })

  it('would exhaust it: the planted bug is a cache that keeps all', () => {
    const runtime = aRuntime({cacheBytes: Number.POSITIVE_INFINITY})
    const subnet = aRealSubnet(manyCanisters(RUNNING, runtime), runtime)
    assert.throws(() => {
      for (let first = 0; first < RUNNING; first += PER_ROUND) countUp(subnet, first, 1)
    }, RangeError)
  })
})
