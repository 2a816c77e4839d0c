import assert from 'node:assert/strict'
import {toHex} from '../../../../src/base/bytes.js'
import type {ExecutionEnvironment} from '../../../../src/replica/canister/environment.js'
import {findNextWake} from '../../../../src/replica/execution/next-wake.js'
import {LanePool} from '../../../../src/replica/node/lane-pool.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {decodeCanister, encodeCanister} from '../../../../src/replica/state/codec.js'
import type {Ingress} from '../../../../src/replica/state/messages.js'
import {stateHash} from '../../../../src/replica/state/state-hash.js'
import {
  appendNumber,
  ic0,
  invoke,
  makeCall,
  op,
  type Piece,
  print,
  program,
  push,
  reply,
  setHook,
  setRegister,
  trap,
} from '../../../spec/universal/program.js'
import {universalCanister} from '../../../spec/universal/universal-canister.js'
import {aRuntime, aUniversalCanister} from '../../../spec/universal/universal-subnet.js'
import {idOf} from '../makers.js'
import {aRealSubnet, managing, type RealSubnet, running} from './real-subnet.js'
import {statusOf} from './subnet.js'

const SLICES = {first: 100_000n, further: 1_000_000n}
const WHOLE = {first: 40_000_000_000n, further: 40_000_000_000n}
/** Ten instructions a turn. */
const burn = (instructions: number): Piece => [...push(instructions / 10), ...op('burn')]
const drop = op('drop')
const NUMBERS = [0, 1, 2, 3, 4, 5, 6]
/** Messages of different lives have the same ids. */
const idOfMessage = (number: number) => toHex(new Uint8Array(32).fill(number)) as Ingress['id']

type Slices = ExecutionEnvironment['slices']
type Runtime = ExecutionEnvironment['runtime']

function aLongSubnet({runtime = aRuntime(), slices = SLICES}: {runtime?: Runtime; slices?: Slices} = {}): RealSubnet {
  const canisters = NUMBERS.map((number) => aUniversalCanister({number}))
  return aRealSubnet(canisters, runtime, slices)
}

const canisterOf = (subnet: RealSubnet, number: number): CanisterState => subnet.state.canisters.get(idOf(number))!

/** Messages that change all an execution can change, each to a canister of its own, then a second one to each. */
function everyKind(): Ingress[] {
  const touch: Piece = [
    ...push(7),
    ...setRegister(3),
    ...invoke('stable64_grow', 1),
    ...drop,
    ...invoke('stable64_write', 100, 512, 64),
    ...op('add'),
  ]
  const changing: Piece = [...push(1), ...push(2), ...touch, ...drop, ...print('at the end'), ...invoke('global_timer_set', 0), ...drop]
  return [
    running([burn(2_500_000), changing, reply('long')]),
    running([changing, burn(3_000_000), trap('after much')], {receiver: idOf(1)}),
    running([burn(1_000_000), op('unreachable')], {receiver: idOf(2)}),
    running([burn(5_000_000), reply('query')], {receiver: idOf(3), method: 'query'}),
    running([makeCall(idOf(5), {payload: program(burn(1_500_000), reply('other')), onReply: [burn(2_500_000), reply('back')]}), drop], {
      receiver: idOf(4),
    }),
    running(
      [
        makeCall(idOf(5), {
          payload: program(reply()),
          onReply: [burn(1_500_000), trap('callback')],
          onCleanup: [burn(1_700_000), print('cleaned up')],
        }),
        drop,
      ],
      {receiver: idOf(6)},
    ),
  ].map((message, index) => ({...message, id: idOfMessage(index + 1)}))
}

/** The state after a life in which no order of executions is visible, at a height when all has ended. */
function hashOfLife({runtime, slices}: {runtime?: Runtime; slices: Slices}): {hash: string; answers: string[]; rounds: number} {
  const subnet = aLongSubnet({...(runtime && {runtime}), slices})
  const messages = everyKind()
  let rounds = 0
  for (const message of messages) {
    subnet.run({ingress: [message], timeNs: subnet.state.timeNs + 1_000_000n})
    for (let round = 0; round < 12; round++) {
      if (findNextWake(subnet.state).hasLongExecution) rounds++
      subnet.run({timeNs: subnet.state.timeNs + 1_000_000n})
    }
    // One after the other, or their order would tell who ran last before.
    for (const number of NUMBERS) {
      const id = idOfMessage(100 + number + 10 * messages.indexOf(message))
      subnet.run({ingress: [running([reply()], {receiver: idOf(number), id})], timeNs: subnet.state.timeNs + 1_000_000n})
    }
  }
  for (const entry of subnet.state.ingressHistory.values()) Object.assign(entry, {terminalAtNs: 0n})
  const answers = messages.map((message) => statusOf(subnet.state, message))
  return {hash: toHex(stateHash(subnet.state)), answers, rounds}
}

/** Runs rounds until no long execution is left; returns how many. */
function finish(subnet: RealSubnet): number {
  let rounds = 0
  for (; findNextWake(subnet.state).hasLongExecution; rounds++) subnet.run()
  return rounds
}

describe('an execution that passes its slice', () => {
  const lanes = new LanePool()
  after(() => lanes.close())

  it('gives the same state whatever the slice, in lanes, without them, and with a runtime that forgets', function () {
    this.timeout(120_000)
    const whole = hashOfLife({slices: WHOLE})
    assert.deepEqual(whole.answers.slice(0, 1), ['replied'])
    assert.equal(whole.rounds, 0)
    const runs = {
      lanes: hashOfLife({slices: SLICES, runtime: aRuntime({lanes})}),
      'lanes, other slices': hashOfLife({slices: {first: 700_000n, further: 450_000n}, runtime: aRuntime({lanes})}),
      'no lanes': hashOfLife({slices: SLICES}),
      'a runtime that forgets': hashOfLife({slices: SLICES, runtime: aRuntime({isAmnesiac: true})}),
      'a runtime that forgets its lanes': hashOfLife({slices: SLICES, runtime: aRuntime({isAmnesiac: true, lanes})}),
    }
    for (const [name, {hash, answers, rounds}] of Object.entries(runs)) {
      assert.deepEqual(answers, whole.answers, name)
      assert.equal(hash, whole.hash, name)
      assert.ok(rounds > 10, `${name}: ${rounds} rounds with long executions`)
    }
  })

  it('catches the planted bug: a lane that hands over a page less', () => {
    const forgetful = new LanePool()
    const collect = forgetful.collect.bind(forgetful)
    forgetful.collect = (input) => {
      const before = input.code.heap.clone()
      const output = collect(input)
      const page = input.code.heap.listDirtyPages().find((each) => (each + 1) * 4096 <= before.sizeBytes)
      if (output?.kind === 'finished' && page !== undefined) input.code.heap.write(page * 4096, before.read(page * 4096, 4096))
      return output
    }
    const hashes = [aRuntime({lanes}), aRuntime({lanes: forgetful})].map((runtime) => {
      const subnet = aLongSubnet({runtime})
      for (const canister of subnet.state.canisters.values()) canister.code!.heap.clearDirty()
      subnet.run({ingress: [running([burn(3_000_000), push(9), setRegister(3), reply()], {id: idOfMessage(1)})]})
      finish(subnet)
      return toHex(stateHash(subnet.state))
    })
    forgetful.close()
    assert.notEqual(hashes[0], hashes[1])
  })

  it('is computed on the thread of the state when its lane breaks', () => {
    const broken = new LanePool()
    broken.start = ({input, compiled}) =>
      LanePool.prototype.start.call(broken, {input, compiled: {...compiled, module: undefined as unknown as WebAssembly.Module}})
    const ends = [lanes, broken].map((pool) => {
      const subnet = aLongSubnet({runtime: aRuntime({lanes: pool})})
      const message = running([burn(3_000_000), push(9), setRegister(3), reply('long')], {id: idOfMessage(1)})
      subnet.run({ingress: [message]})
      return [finish(subnet), statusOf(subnet.state, message), toHex(stateHash(subnet.state))]
    })
    broken.close()
    assert.deepEqual(ends[1], ends[0])
    assert.equal(ends[0]![1], 'replied')
  })

  it('takes a round for each slice, and holds its canister meanwhile, but nobody else', () => {
    const subnet = aLongSubnet({runtime: aRuntime({lanes})})
    const long = running([push(1), setRegister(1), burn(3_000_000), reply('long')])
    const [behind, other] = [running([reply('behind')]), running([reply('other')], {receiver: idOf(1)})]
    const stop = managing('stop_canister')
    subnet.run({ingress: [long, behind, other]})
    assert.deepEqual(
      [long, behind, other].map((message) => statusOf(subnet.state, message)),
      ['processing', 'received', 'replied'],
    )
    subnet.run({ingress: [stop]})
    const read = subnet.query(0, 'query', [push(512 + 8), push(1), ic0('msg_reply_data_append'), ic0('msg_reply')])
    assert.deepEqual(read.outcome, {kind: 'reply', data: Uint8Array.of(0)})
    assert.deepEqual(
      [long, behind, stop].map((message) => statusOf(subnet.state, message)),
      ['processing', 'received', 'received'],
    )
    assert.equal(finish(subnet), 2)
    assert.deepEqual(
      [long, stop, behind].map((message) => statusOf(subnet.state, message).slice(0, 8)),
      ['replied', 'replied', '5 IC0509'],
    )
    assert.equal(canisterOf(subnet, 0).status.kind, 'stopped')
  })

  it('keeps time and balance of its beginning, and is charged once', () => {
    const subnet = aLongSubnet()
    const started = running(
      [
        burn(1_500_000),
        ic0('time'),
        appendNumber,
        ...invoke('canister_cycle_balance128', 512),
        push(512),
        push(16),
        ...ic0('msg_reply_data_append'),
        ...ic0('msg_reply'),
      ].map((piece) => (typeof piece === 'number' ? [piece] : piece)),
    )
    const before = canisterOf(subnet, 0).cycles
    subnet.run({ingress: [started]})
    const beginNs = subnet.state.timeNs
    finish(subnet)
    const entry = subnet.state.ingressHistory.get(started.id)!
    assert.ok(entry.state.kind === 'terminal' && entry.state.outcome.kind === 'reply')
    const view = new DataView(entry.state.outcome.data.slice().buffer)
    assert.equal(view.getBigUint64(0, true), beginNs)
    const ingressFee = 1_200_000n + 2_000n * BigInt(started.sizeBytes)
    assert.equal(view.getBigUint64(8, true), before - ingressFee - 40_005_000_000n)
    const {instructions} = subnet.trace.find(({method}) => method === 'update')!
    assert.equal(canisterOf(subnet, 0).cycles, before - ingressFee - 5_000_000n - instructions)
  })

  it('runs in four lanes at most; the others begin anew when there is one', () => {
    const run = (count: number) => {
      const subnet = aLongSubnet({runtime: aRuntime({lanes})})
      const messages = NUMBERS.slice(0, count).map((number) => running([burn(2_500_000), reply()], {receiver: idOf(number)}))
      subnet.run({ingress: messages})
      const going = [...subnet.state.canisters.values()].filter(
        ({longExecution}) => longExecution !== undefined && longExecution.fuel > 0n,
      ).length
      const rounds = finish(subnet)
      assert.ok(messages.every((message) => statusOf(subnet.state, message) === 'replied'))
      return {going, rounds}
    }
    assert.deepEqual(run(4), {going: 4, rounds: 3})
    assert.deepEqual(run(7), {going: 4, rounds: 7})
  })

  it('is aborted before a checkpoint of consensus, and begins anew with its prepayment', () => {
    const subnet = aLongSubnet({runtime: aRuntime({lanes})})
    const {cycles} = canisterOf(subnet, 0)
    const message = running([burn(2_500_000), ic0('time'), appendNumber, [...ic0('msg_reply')]])
    subnet.run({ingress: [message]})
    const held = canisterOf(subnet, 0).cycles
    subnet.run({isSummary: true})
    assert.equal(canisterOf(subnet, 0).longExecution?.fuel, 0n)
    assert.equal(canisterOf(subnet, 0).cycles, held)
    assert.ok(cycles - held > 40_000_000_000n)
    subnet.run()
    const restartNs = subnet.state.timeNs
    assert.equal(finish(subnet), 3)
    const entry = subnet.state.ingressHistory.get(message.id)!
    assert.ok(entry.state.kind === 'terminal' && entry.state.outcome.kind === 'reply')
    assert.equal(new DataView(entry.state.outcome.data.slice().buffer).getBigUint64(0, true), restartNs)
    assert.ok(cycles - canisterOf(subnet, 0).cycles < 20_000_000n)
  })

  it('slices every step of an installation, to the same end', () => {
    const wasm = universalCanister({hooks: ['canister_pre_upgrade'], startProgram: program(burn(1_400_000))})
    const ends = ([['install'], ['upgrade'], ['upgrade', trap('no')]] as const).map(([mode, last = []]) => {
      const init = program(burn(2_600_000), print('new'), push(5), setRegister(2), last)
      return [WHOLE, SLICES].flatMap((slices) =>
        [aRuntime({lanes}), aRuntime({isAmnesiac: true})].map((runtime) => {
          const subnet = aLongSubnet({runtime, slices})
          const [first, install] = [
            running([setHook('canister_pre_upgrade', burn(2_200_000), push(3), setRegister(1), print('old')), reply()], {
              id: idOfMessage(1),
            }),
            managing(
              'install_code',
              {
                mode: mode === 'install' ? {reinstall: null} : {upgrade: []},
                canister_id: idOf(0),
                wasm_module: wasm,
                arg: init,
                sender_canister_version: [],
              },
              {id: idOfMessage(2)},
            ),
          ]
          const late = running([reply()], {receiver: idOf(1), id: idOfMessage(3)})
          subnet.run({ingress: [first]})
          subnet.run({ingress: [install], timeNs: subnet.state.timeNs + 1_000_000n})
          const isLong = canisterOf(subnet, 0).longExecution !== undefined
          for (let round = 0; round < 12; round++) subnet.run({timeNs: subnet.state.timeNs + 1_000_000n})
          subnet.run({ingress: [late], timeNs: subnet.state.timeNs + 1_000_000n})
          for (const entry of subnet.state.ingressHistory.values()) Object.assign(entry, {terminalAtNs: 0n})
          canisterOf(subnet, 0).installCodeDebt = 0n
          canisterOf(subnet, 0).lastFullExecutionHeight = 0
          assert.equal(isLong, slices === SLICES)
          assert.equal(findNextWake(subnet.state).hasLongExecution, false)
          return `${statusOf(subnet.state, install)} ${toHex(stateHash(subnet.state))}`
        }),
      )
    })
    for (const hashes of ends) assert.equal(new Set(hashes).size, 1, hashes.join('\n'))
    assert.deepEqual(
      ends.map(([hash]) => hash!.split(' ')[0]),
      ['replied', 'replied', '5'],
    )
  }).timeout(60_000)

  it('goes on after its canister was stored and loaded', () => {
    const end = (isStored: boolean) => {
      const subnet = aLongSubnet()
      const wasm = universalCanister({startProgram: program(burn(1_400_000))})
      const install = managing(
        'install_code',
        {
          mode: {upgrade: []},
          canister_id: idOf(0),
          wasm_module: wasm,
          arg: program(burn(2_600_000), push(5), setRegister(2)),
          sender_canister_version: [],
        },
        {id: idOfMessage(2)},
      )
      const message = running([burn(3_000_000), push(5), setRegister(2), reply()], {receiver: idOf(1), id: idOfMessage(1)})
      subnet.run({ingress: [install, message]})
      for (let round = 0; round < 9; round++) {
        if (isStored) for (const id of [idOf(0), idOf(1)]) subnet.state.canisters.set(id, restored(subnet.state.canisters.get(id)!))
        subnet.run()
      }
      return [statusOf(subnet.state, install), statusOf(subnet.state, message), toHex(stateHash(subnet.state))]
    }
    assert.deepEqual(end(true), end(false))
    assert.deepEqual(end(false).slice(0, 2), ['replied', 'replied'])
  })
})

function restored(canister: CanisterState): CanisterState {
  const {bytes, blobs, memories} = encodeCanister(canister)
  return decodeCanister(bytes, {loadBlob: (hash) => blobs.get(hash)!, loadMemory: (name) => memories.get(name)!.clone()})
}
