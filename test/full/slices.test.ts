import assert from 'node:assert/strict'
import {toHex} from '../../src/base/bytes.js'
import {findNextWake} from '../../src/replica/execution/next-wake.js'
import {LanePool} from '../../src/replica/node/lane-pool.js'
import type {Ingress} from '../../src/replica/state/messages.js'
import {stateHash} from '../../src/replica/state/state-hash.js'
import {op, print, push, reply, setRegister, trap} from '../spec/universal/program.js'
import {aRuntime, aUniversalCanister} from '../spec/universal/universal-subnet.js'
import {aRealSubnet, running} from '../unit/replica/execution/real-subnet.js'
import {statusOf} from '../unit/replica/execution/subnet.js'
import {idOf} from '../unit/replica/makers.js'

const GIGA = 1_000_000_000n
const ROUNDS = 14
const idOfMessage = (number: number) => toHex(new Uint8Array(32).fill(number)) as Ingress['id']

describe('slices of every length', function () {
  this.timeout(600_000)
  const lanes = new LanePool()
  after(() => lanes.close())

  /** Two updates of 5 G instructions, one of which traps at its end; nothing in the state tells in which round they ended. */
  function life(further: bigint): {hash: string; answers: string[]; rounds: number} {
    const slices = {first: further < 40n * GIGA ? GIGA / 10n : further, further}
    const subnet = aRealSubnet(
      [0, 1].map((number) => aUniversalCanister({number})),
      aRuntime({lanes}),
      slices,
    )
    const burn = [...push(500_000_000), ...op('burn')]
    const messages = [
      running([burn, push(7), setRegister(3), print('done'), reply('long')], {id: idOfMessage(1)}),
      running([push(7), setRegister(3), burn, trap('late')], {id: idOfMessage(2), receiver: idOf(1)}),
    ]
    subnet.run({ingress: messages})
    let rounds = 0
    for (let round = 0; round < ROUNDS; round++) {
      if (findNextWake(subnet.state).hasLongExecution) rounds++
      subnet.run({timeNs: subnet.state.timeNs + 1_000_000n})
    }
    for (const number of [0, 1])
      subnet.run({
        ingress: [running([reply()], {receiver: idOf(number), id: idOfMessage(10 + number)})],
        timeNs: subnet.state.timeNs + 1_000_000n,
      })
    for (const entry of subnet.state.ingressHistory.values()) Object.assign(entry, {terminalAtNs: 0n})
    return {hash: toHex(stateHash(subnet.state)), answers: messages.map((message) => statusOf(subnet.state, message).slice(0, 8)), rounds}
  }

  it('give the same state: 0.5 G, 2 G, 40 G', () => {
    const [half, two, forty] = [GIGA / 2n, 2n * GIGA, 40n * GIGA].map(life)
    console.log(`      ${process.version}: ${[half, two, forty].map((each) => `${each!.rounds} rounds`).join(', ')}, ${half!.hash}`)
    assert.deepEqual([half!.answers, half!.hash], [forty!.answers, forty!.hash])
    assert.deepEqual([two!.answers, two!.hash], [forty!.answers, forty!.hash])
    assert.deepEqual(forty!.answers, ['replied', '5 IC0503'])
    assert.deepEqual([half!.rounds, two!.rounds, forty!.rounds], [10, 3, 0])
  })
})
