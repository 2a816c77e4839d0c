import assert from 'node:assert/strict'
import fc from 'fast-check'
import {concatBytes, toHex} from '../../../../src/base/bytes.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {
  assembleState,
  decodeCanister,
  decodeIngressHistory,
  decodeRestOfState,
  encodeCanister,
  encodeIngressHistory,
  encodeRestOfState,
} from '../../../../src/replica/state/codec.js'
import {CHUNK_BYTES, PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import type {ReplicatedState} from '../../../../src/replica/state/replicated-state.js'
import {stateHash} from '../../../../src/replica/state/state-hash.js'
import {decodeValue, encodeMapInPieces, encodeValue} from '../../../../src/replica/state/value-codec.js'
import type {FakeRooms} from '../execution/fake-rooms.js'
import {aRunningSubnet, SECOND, type Subnet} from '../execution/subnet.js'
import {aCanister, aCode, anIngress, aState, idOf, START_NS} from '../makers.js'

/** Through bytes and back, with what a checkpoint would have stored beside. */
function restoreCanister(canister: CanisterState): CanisterState {
  const {bytes, blobs, memories} = encodeCanister(canister)
  return decodeCanister(bytes, {
    loadBlob: (hash) => blobs.get(hash)!,
    loadMemory(name, sizeBytes) {
      const memory = memories.get(name)!
      assert.equal(memory.sizeBytes, sizeBytes)
      return memory.clone()
    },
  })
}

function restore(state: ReplicatedState): ReplicatedState {
  const canisters = [...state.canisters.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).map(restoreCanister)
  return assembleState(
    decodeRestOfState(encodeRestOfState(state)),
    canisters,
    decodeIngressHistory(concatBytes(...encodeIngressHistory(state.ingressHistory))),
  )
}

const heapOf = (...bytes: number[]) => {
  const memory = new PagedMemory()
  memory.growTo(CHUNK_BYTES)
  memory.write(5, Uint8Array.from(bytes))
  return memory
}

describe('encodeValue', () => {
  it('gives the bytes of a map in pieces too, however many entries make a piece', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat())), fc.integer({min: 1, max: 5}), (pairs, perPiece) => {
        const map = new Map(pairs)
        const pieces = encodeMapInPieces([...map.keys()], [...map.values()], perPiece)
        assert.deepEqual(concatBytes(...pieces), encodeValue(map))
      }),
    )
  })

  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      {maxDepth: 3},
      fc.constantFrom(undefined, null, true, false, -0, Number.NaN, Number.MAX_SAFE_INTEGER),
      fc.double(),
      fc.integer(),
      fc.bigInt(),
      fc.string({unit: 'grapheme'}),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value'), {noNullPrototype: true}),
      fc.array(fc.tuple(fc.string(), tie('value'))).map((entries) => new Map(entries)),
    ),
  })).value

  it('is undone by decodeValue', () => fc.assert(fc.property(value, (each) => assert.deepEqual(decodeValue(encodeValue(each)), each))))

  it('does not depend on the order of fields, but on that of maps', () => {
    assert.deepEqual(encodeValue({a: 1, b: 2n}), encodeValue({b: 2n, a: 1}))
    assert.notDeepEqual(
      encodeValue(
        new Map([
          [1, 1],
          [2, 2],
        ]),
      ),
      encodeValue(
        new Map([
          [2, 2],
          [1, 1],
        ]),
      ),
    )
  })

  it('refuses damaged bytes with a clean error', () => {
    const bytes = encodeValue({a: [1, 'text', 5n], b: new Map([[1, new Uint8Array(9)]])})
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decodeValue(bytes.subarray(0, length)), {code: 'STATE_DAMAGED'})
    assert.throws(() => decodeValue(Uint8Array.of(99)), {code: 'STATE_DAMAGED'})
    assert.throws(() => decodeValue(Uint8Array.of(0, 0)), {code: 'STATE_DAMAGED'})
  })
})

describe('encodeCanister', () => {
  const snapshot = {
    id: Uint8Array.of(1),
    takenAtNs: 5n,
    source: 'taken_from_canister',
    canisterVersion: 3n,
    wasm: Uint8Array.of(3, 3),
    heap: heapOf(8),
    stable: heapOf(9),
    globals: [{type: 'f64', bits: 0x7ff8_0000_0000_0001n}],
    certifiedData: new Uint8Array(0),
    chunkStore: new Map(),
  } as const

  it('is undone by decodeCanister, memories and blobs stored beside', () => {
    const canister = aCanister({code: aCode({heap: heapOf(1), stable: heapOf(2)}), snapshots: new Map([['01', snapshot]])})
    canister.queues.pushIngress(anIngress())
    const restored = restoreCanister(canister)
    assert.deepEqual(restored, canister)
    assert.deepEqual([...encodeCanister(canister).memories.keys()], ['heap', 'stable', '01/heap', '01/stable'])
    assert.deepEqual(restored.queues.snapshot(), canister.queues.snapshot())
  })

  it('keeps modules out of the bytes', () => {
    const wasm = new Uint8Array(100_000)
    const {bytes, blobs} = encodeCanister(aCanister({code: aCode({module: {wasm}})}))
    assert.ok(bytes.length < 3000, `${bytes.length} bytes`)
    assert.deepEqual([...blobs.values()], [wasm])
  })

  it('refuses another version', () => {
    const {bytes} = encodeCanister(aCanister())
    assert.throws(() => decodeCanister(Uint8Array.of(9, ...bytes.subarray(1)), {} as never), {code: 'STATE_VERSION_UNKNOWN'})
  })
})

const program = fc.array(fc.nat(6), {minLength: 1, maxLength: 12}).map((bytes) => Uint8Array.from(bytes))
const calls = fc.array(fc.record({receiver: fc.nat(3), payload: program}), {maxLength: 3})
const plan = fc.array(calls, {minLength: 1, maxLength: 6})
type Plan = readonly (readonly {receiver: number; payload: Uint8Array}[])[]

const start = (state?: ReplicatedState): Subnet<FakeRooms> => {
  const code = aCode({module: {exportsHeartbeat: true}})
  return aRunningSubnet({state: state ?? aState({canisters: [0, 1, 2].map((number) => aCanister({number, code}))})})
}
const apply = (subnet: Subnet, rounds: Plan, offset = 0) => {
  for (const [round, batch] of rounds.entries())
    subnet.run({
      ingress: batch.map(({receiver, payload}, n) =>
        anIngress({
          id: (100 * (round + offset) + n).toString(16).padStart(64, '0') as never,
          receiver: idOf(receiver),
          payload,
          expiryNs: START_NS + 999n * SECOND,
        }),
      ),
    })
}

describe('stateHash', () => {
  it('is the same for the same batches', () =>
    fc.assert(
      fc.property(plan, (rounds) => {
        const [a, b] = [start(), start()]
        for (const subnet of [a, b]) apply(subnet, rounds)
        assert.equal(toHex(stateHash(a.state)), toHex(stateHash(b.state)))
      }),
      {numRuns: 40},
    ))

  it('is the same when the state went through a checkpoint between the batches', () =>
    fc.assert(
      fc.property(plan, plan, (before, after) => {
        const whole = start()
        apply(whole, before)
        const resumed = start(restore(whole.state))
        assert.equal(toHex(stateHash(resumed.state)), toHex(stateHash(whole.state)))
        for (const subnet of [whole, resumed]) apply(subnet, after, before.length)
        assert.equal(toHex(stateHash(resumed.state)), toHex(stateHash(whole.state)))
        assert.deepEqual(resumed.rooms.log, whole.rooms.log.slice(-resumed.rooms.log.length || whole.rooms.log.length))
      }),
      {numRuns: 40},
    ))

  it('planted: notices a timer, a byte of memory, a queued message and a history entry', () => {
    const changes: ((canister: CanisterState, state: ReplicatedState) => unknown)[] = [
      (canister) => {
        canister.globalTimerNs = 1n
      },
      (canister) => canister.code!.heap.write(9, Uint8Array.of(1)),
      (canister) => canister.code!.stable.growTo(2 * CHUNK_BYTES),
      (canister) => canister.queues.pushIngress(anIngress()),
      (_, state) => state.ingressHistory.set('00' as never, {} as never),
      (_, state) => state.subnetInput.push(anIngress()),
    ]
    const hashes = changes.map((change) => {
      const canister = aCanister({code: aCode({heap: heapOf(1), stable: heapOf(2)})})
      const state = aState({canisters: [canister]})
      const before = toHex(stateHash(state))
      change(canister, state)
      return toHex(stateHash(state)) !== before
    })
    assert.deepEqual(
      hashes,
      changes.map(() => true),
    )
  })

  it('does not see whether zeros were written', () => {
    const written = heapOf(0)
    const untouched = new PagedMemory()
    untouched.growTo(CHUNK_BYTES)
    const [a, b] = [written, untouched].map((heap) => toHex(stateHash(aState({canisters: [aCanister({code: aCode({heap})})]}))))
    assert.equal(a, b)
  })
})
