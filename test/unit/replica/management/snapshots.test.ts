import assert from 'node:assert/strict'
import {bigEndian64, concatBytes, toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {principalToBytes, principalToText} from '../../../../src/protocol/principal.js'
import {snapshotBytes} from '../../../../src/replica/cycles/memory-usage.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {appendNumber, getRegister, ic0, type Piece, push, reply, setRegister} from '../../../spec/universal/program.js'
import {answerText, aUniversalCanister, outcomeNumber, query, update} from '../../../spec/universal/universal-subnet.js'
import {aCanister, idOf, START_NS, USER} from '../makers.js'
import {ManagedSubnet, STRANGER} from './manage.js'

const ID = principalToText(idOf(0))
const BASE = 2_000_000_000n
const BASE_FEE = 5_000_000n
const idBytes = (counter: number, number = 0): Uint8Array => concatBytes(bigEndian64(BigInt(counter)), principalToBytes(idOf(number)))

const TAKE = {canister_id: idOf(0), replace_snapshot: [], uninstall_code: [], sender_canister_version: []}
const LOAD = {canister_id: idOf(0), snapshot_id: idBytes(0), sender_canister_version: []}
const ONE = {canister_id: idOf(0), snapshot_id: idBytes(0)}
const METADATA = {
  canister_id: idOf(0),
  replace_snapshot: [],
  wasm_module_size: 8n,
  globals: [],
  wasm_memory_size: 65_536n,
  stable_memory_size: 0n,
  certified_data: new Uint8Array(0),
  global_timer: [],
  on_low_wasm_memory_hook_status: [],
}
const remember = (value: number): Piece => [...push(value), ...setRegister(3)]
const recalled = (canister: CanisterState): bigint => outcomeNumber(query(canister, [getRegister(3), appendNumber, ic0('msg_reply')]))

describe('canister snapshots', () => {
  it('bring code, heap and certified data back', () => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    const canister = subnet.canister()
    answerText(update(canister, [remember(7), reply()]))
    canister.certifiedData = Uint8Array.of(1, 2)
    const snapshot = subnet.ok<{id: Uint8Array; taken_at_timestamp: bigint; total_size: bigint}>('take_canister_snapshot', TAKE)
    assert.equal(toHex(snapshot.id), toHex(idBytes(0)))
    assert.equal(snapshot.taken_at_timestamp, START_NS)
    assert.equal(snapshot.total_size, BigInt(snapshotBytes(canister.snapshots.get(toHex(snapshot.id))!)))
    answerText(update(canister, [remember(8), reply()]))
    canister.certifiedData = Uint8Array.of(3)
    const {version} = canister
    subnet.ok('load_canister_snapshot', LOAD)
    assert.equal(recalled(canister), 7n)
    assert.deepEqual(canister.certifiedData, Uint8Array.of(1, 2))
    assert.equal(canister.version, version + 1n)
    assert.deepEqual(canister.history.changes.at(-1)!.details, {
      kind: 'load_snapshot',
      snapshotId: idBytes(0),
      canisterVersion: version - 1n,
      takenAtNs: START_NS,
      source: 'taken_from_canister',
    })
    answerText(update(canister, [remember(9), reply()]))
    subnet.ok('load_canister_snapshot', LOAD)
    assert.equal(recalled(canister), 7n)
  })

  it('travel to another canister, slice by slice', () => {
    const subnet = new ManagedSubnet([aUniversalCanister(), aCanister({number: 1})])
    answerText(update(subnet.canister(), [remember(5), reply()]))
    subnet.ok('upload_chunk', {canister_id: idOf(0), chunk: Uint8Array.of(4, 4)})
    subnet.ok('take_canister_snapshot', TAKE)
    const metadata = subnet.ok<Record<string, unknown>>('read_canister_snapshot_metadata', ONE)
    assert.deepEqual(metadata.source, {taken_from_canister: null})
    const {snapshot_id} = subnet.ok<{snapshot_id: Uint8Array}>('upload_canister_snapshot_metadata', {
      ...metadata,
      canister_id: idOf(1),
      replace_snapshot: [],
    })
    for (const [kind, total] of [
      ['wasm_module', metadata.wasm_module_size],
      ['wasm_memory', metadata.wasm_memory_size],
      ['stable_memory', metadata.stable_memory_size],
    ] as const)
      for (let offset = 0n; offset < (total as bigint); offset += 50_000n) {
        const left = (total as bigint) - offset
        const size = left < 50_000n ? left : 50_000n
        const {chunk} = subnet.ok<{chunk: Uint8Array}>('read_canister_snapshot_data', {...ONE, kind: {[kind]: {offset, size}}})
        subnet.ok('upload_canister_snapshot_data', {canister_id: idOf(1), snapshot_id, kind: {[kind]: {offset}}, chunk})
      }
    const hash = sha256(Uint8Array.of(4, 4))
    assert.deepEqual(metadata.wasm_chunk_store, [{hash}])
    const {chunk} = subnet.ok<{chunk: Uint8Array}>('read_canister_snapshot_data', {...ONE, kind: {wasm_chunk: {hash}}})
    subnet.ok('upload_canister_snapshot_data', {canister_id: idOf(1), snapshot_id, kind: {wasm_chunk: null}, chunk})
    subnet.ok('load_canister_snapshot', {canister_id: idOf(1), snapshot_id, sender_canister_version: []})
    const copy = subnet.canister(1)
    assert.equal(recalled(copy), 5n)
    assert.deepEqual([...copy.chunkStore.keys()], [toHex(hash)])
    assert.equal(answerText(update(copy, [reply('alive')])), 'alive')
  })

  it('load on another canister of the same controller, and name it in the history', () => {
    const subnet = new ManagedSubnet([aUniversalCanister(), aCanister({number: 1})])
    answerText(update(subnet.canister(), [remember(6), reply()]))
    subnet.ok('take_canister_snapshot', TAKE)
    subnet.ok('load_canister_snapshot', {...LOAD, canister_id: idOf(1)})
    assert.equal(recalled(subnet.canister(1)), 6n)
    const {details} = subnet.canister(1).history.changes.at(-1)!
    assert.equal(details.kind === 'load_snapshot' && details.fromCanisterId, idOf(0))
  })

  it('leave an empty canister behind on request', () => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    subnet.ok('take_canister_snapshot', {...TAKE, uninstall_code: [true]})
    assert.equal(subnet.canister().code, undefined)
    assert.equal(subnet.canister().history.changes.at(-1)!.details.kind, 'code_uninstall')
    subnet.ok('load_canister_snapshot', LOAD)
    assert.equal(answerText(update(subnet.canister(), [reply('back')])), 'back')
  })

  it('are replaced, listed and deleted; an id is never given twice', () => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    const listed = (): string[] => subnet.ok<{id: Uint8Array}[]>('list_canister_snapshots').map(({id}) => toHex(id))
    subnet.ok('take_canister_snapshot', TAKE)
    subnet.ok('take_canister_snapshot', {...TAKE, replace_snapshot: [idBytes(0)]})
    assert.deepEqual(listed(), [toHex(idBytes(1))])
    subnet.ok('delete_canister_snapshot', {...ONE, snapshot_id: idBytes(1)})
    subnet.ok('take_canister_snapshot', TAKE)
    assert.deepEqual(listed(), [toHex(idBytes(2))])
  })

  it('give timer and hook back only when they were uploaded', () => {
    const subnet = new ManagedSubnet([aUniversalCanister(), aCanister({number: 1})])
    const canister = subnet.canister()
    canister.globalTimerNs = 5n
    subnet.ok('take_canister_snapshot', TAKE)
    canister.globalTimerNs = 9n
    subnet.ok('load_canister_snapshot', LOAD)
    assert.equal(canister.globalTimerNs, 9n)
    const metadata = subnet.ok<Record<string, unknown>>('read_canister_snapshot_metadata', ONE)
    assert.deepEqual(metadata.global_timer, [{active: 5n}])
    const {snapshot_id} = subnet.ok<{snapshot_id: Uint8Array}>('upload_canister_snapshot_metadata', {
      ...metadata,
      canister_id: idOf(0),
      replace_snapshot: [],
    })
    const {wasm} = canister.code!.module
    subnet.ok('upload_canister_snapshot_data', {canister_id: idOf(0), snapshot_id, kind: {wasm_module: {offset: 0n}}, chunk: wasm})
    subnet.ok('load_canister_snapshot', {...LOAD, snapshot_id})
    assert.equal(canister.globalTimerNs, 5n)
  })

  describe('cost', () => {
    const spent = (subnet: ManagedSubnet, method: string, args: unknown): bigint => {
      const before = subnet.canister().cycles
      subnet.ok(method, args)
      return before - subnet.canister().cycles
    }
    const size = (subnet: ManagedSubnet): bigint => BigInt(snapshotBytes([...subnet.canister().snapshots.values()][0]!))

    it('two billion instructions and one a byte to take and to load', () => {
      const subnet = new ManagedSubnet([aUniversalCanister()])
      const taken = spent(subnet, 'take_canister_snapshot', TAKE)
      assert.equal(taken, BASE_FEE + BASE + size(subnet))
      assert.equal(spent(subnet, 'load_canister_snapshot', LOAD), BASE_FEE + BASE + size(subnet))
    })

    it('five million and one a byte for a slice', () => {
      const subnet = new ManagedSubnet([aUniversalCanister()])
      spent(subnet, 'take_canister_snapshot', TAKE)
      const read = {...ONE, kind: {wasm_memory: {offset: 0n, size: 1000n}}}
      assert.equal(spent(subnet, 'read_canister_snapshot_data', read), BASE_FEE + 5_000_000n + 1000n)
      spent(subnet, 'upload_canister_snapshot_metadata', METADATA)
      const upload = {...ONE, snapshot_id: idBytes(1), kind: {wasm_memory: {offset: 0n}}, chunk: new Uint8Array(300)}
      assert.equal(spent(subnet, 'upload_canister_snapshot_data', upload), BASE_FEE + 5_000_000n + 300n)
    })

    it('counts a snapshot as memory of the canister', () => {
      const subnet = new ManagedSubnet([aUniversalCanister()])
      subnet.ok('take_canister_snapshot', TAKE)
      const {memory_metrics} = subnet.ok<{memory_metrics: {snapshots_size: bigint}}>('canister_status')
      assert.equal(memory_metrics.snapshots_size, size(subnet))
    })
  })

  const taken = (): ManagedSubnet => {
    const subnet = new ManagedSubnet([aUniversalCanister(), aUniversalCanister({number: 1}), aCanister({number: 2})])
    subnet.ok('take_canister_snapshot', TAKE)
    subnet.ok('take_canister_snapshot', {...TAKE, canister_id: idOf(1)})
    return subnet
  }
  const uploaded = (metadata: object = {}): ManagedSubnet => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    subnet.ok('upload_canister_snapshot_metadata', {...METADATA, ...metadata})
    return subnet
  }
  const full = (): ManagedSubnet => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    for (let count = 0; count < 10; count++) subnet.ok('take_canister_snapshot', TAKE)
    return subnet
  }
  const poor = (): ManagedSubnet => {
    const subnet = taken()
    subnet.canister().cycles = 40_000_000n
    subnet.canister().settings = {...subnet.canister().settings, freezingThresholdSeconds: 0n}
    return subnet
  }
  const foreign = (): ManagedSubnet => {
    const subnet = taken()
    subnet.canister(1).settings = {...subnet.canister(1).settings, controllers: [STRANGER]}
    return subnet
  }
  const ofOther = toHex(idBytes(0, 1))
  const unknown = toHex(idBytes(77))
  const onlyControllers = `IC0512: Only the controllers of the canister ${ID} can control it.\nCanister's controllers: ${principalToText(USER)}\nSender's ID: ${principalToText(STRANGER)}`

  const refusals: readonly {
    readonly what: string
    readonly on?: () => ManagedSubnet
    readonly method: string
    readonly args: unknown
    readonly sender?: typeof STRANGER
    readonly text: string
  }[] = [
    {
      what: 'an empty canister',
      method: 'take_canister_snapshot',
      args: {...TAKE, canister_id: idOf(2)},
      text: `IC0406: Failed to create snapshot for empty canister ${principalToText(idOf(2))}:`,
    },
    {
      what: 'an eleventh',
      on: full,
      method: 'take_canister_snapshot',
      args: TAKE,
      text: `IC0406: Canister ${ID} has reached the maximum number of snapshots allowed: 10.`,
    },
    {
      what: 'an eleventh upload',
      on: full,
      method: 'upload_canister_snapshot_metadata',
      args: METADATA,
      text: `IC0406: Canister ${ID} has reached the maximum number of snapshots allowed: 10.`,
    },
    {
      what: 'replacing an unknown one',
      method: 'take_canister_snapshot',
      args: {...TAKE, replace_snapshot: [idBytes(77)]},
      text: `IC0305: Could not find the snapshot ID ${unknown} for canister ${ID}.`,
    },
    {
      what: "replacing another canister's",
      method: 'take_canister_snapshot',
      args: {...TAKE, replace_snapshot: [idBytes(0, 1)]},
      text: `IC0406: The snapshot ${ofOther} does not belong to canister ${ID}.`,
    },
    {
      what: 'an unknown one to load',
      method: 'load_canister_snapshot',
      args: {...LOAD, snapshot_id: idBytes(77)},
      text: `IC0305: Could not find the snapshot ID ${unknown} for canister ${ID}.`,
    },
    {
      what: 'an id cut short',
      method: 'load_canister_snapshot',
      args: {...LOAD, snapshot_id: Uint8Array.of(1)},
      text: `IC0305: Could not find the snapshot ID 01 for canister ${ID}.`,
    },
    {
      what: 'an unknown one to delete',
      method: 'delete_canister_snapshot',
      args: {...ONE, snapshot_id: idBytes(77)},
      text: `IC0305: Could not find the snapshot ID ${unknown} for canister ${ID}.`,
    },
    {
      what: "deleting another canister's",
      method: 'delete_canister_snapshot',
      args: {...ONE, snapshot_id: idBytes(0, 1)},
      text: `IC0406: The snapshot ${ofOther} does not belong to canister ${ID}.`,
    },
    {
      what: "reading another canister's",
      method: 'read_canister_snapshot_metadata',
      args: {...ONE, snapshot_id: idBytes(0, 1)},
      text: `IC0406: The snapshot ${ofOther} does not belong to canister ${ID}.`,
    },
    {
      what: 'a source that the sender does not control',
      on: foreign,
      method: 'load_canister_snapshot',
      args: {...LOAD, snapshot_id: idBytes(0, 1)},
      text: `IC0406: Only a controller of the canister that snapshot ${ofOther} belongs to can load it on canister ${ID}. Sender: ${principalToText(USER)}.`,
    },
    {
      what: 'data for one that was taken',
      method: 'upload_canister_snapshot_data',
      args: {...ONE, kind: {wasm_module: {offset: 0n}}, chunk: Uint8Array.of(1)},
      text: 'IC0409: Only canister snapshots created by metadata upload can be mutated.',
    },
    {
      what: 'a slice beyond the module',
      method: 'read_canister_snapshot_data',
      args: {...ONE, kind: {wasm_module: {offset: 1_000_000n, size: 5n}}},
      text: 'IC0408: Invalid subslice into wasm module: offset: 1000000, size: 5',
    },
    {
      what: 'a slice beyond the heap',
      method: 'read_canister_snapshot_data',
      args: {...ONE, kind: {wasm_memory: {offset: 1n << 63n, size: 5n}}},
      text: 'IC0408: Invalid subslice into main memory: offset: 9223372036854775808, size: 5',
    },
    {
      what: 'a slice beyond the stable memory',
      method: 'read_canister_snapshot_data',
      args: {...ONE, kind: {stable_memory: {offset: 0n, size: 1n}}},
      text: 'IC0408: Invalid subslice into stable memory: offset: 0, size: 1',
    },
    {
      what: 'too large a slice',
      method: 'read_canister_snapshot_data',
      args: {...ONE, kind: {wasm_memory: {offset: 0n, size: 2_000_001n}}},
      text: 'IC0408: Requested slice too large: 2000001 > 2000000',
    },
    {
      what: 'too large an upload',
      on: uploaded,
      method: 'upload_canister_snapshot_data',
      args: {...ONE, kind: {wasm_memory: {offset: 0n}}, chunk: new Uint8Array(2_000_001)},
      text: 'IC0408: Requested slice too large: 2000001 > 2000000',
    },
    {
      what: 'an upload beyond the module',
      on: uploaded,
      method: 'upload_canister_snapshot_data',
      args: {...ONE, kind: {wasm_module: {offset: 8n}}, chunk: Uint8Array.of(1)},
      text: 'IC0408: Invalid subslice into wasm module: offset: 8, size: 1',
    },
    {
      what: 'an unknown chunk',
      method: 'read_canister_snapshot_data',
      args: {...ONE, kind: {wasm_chunk: {hash: Uint8Array.of(1, 2)}}},
      text: 'IC0504: Error from Wasm chunk store: Chunk hash [1, 2] was not found.',
    },
    {
      what: 'a heap size that is no multiple of a page',
      method: 'upload_canister_snapshot_metadata',
      args: {...METADATA, wasm_memory_size: 5n},
      text: 'IC0408: wasm_memory_size 5 is not a multiple of 65536',
    },
    {
      what: 'too large a stable memory',
      method: 'upload_canister_snapshot_metadata',
      args: {...METADATA, stable_memory_size: 501n << 30n},
      text: 'IC0408: stable_memory_size 537944653824 exceeds 536870912000',
    },
    {
      what: 'a module that was not uploaded',
      on: uploaded,
      method: 'load_canister_snapshot',
      args: LOAD,
      text: `IC0505: Error from Canister ${ID}: Canister's Wasm module is not valid`,
    },
    {
      what: 'too few cycles to take',
      on: poor,
      method: 'take_canister_snapshot',
      args: TAKE,
      text: 'IC0207: Canister snapshotting failed with: `Canister',
    },
    {
      what: 'too few cycles to load',
      on: poor,
      method: 'load_canister_snapshot',
      args: LOAD,
      text: 'IC0207: Canister snapshotting failed with: `Canister',
    },
    ...[
      'take_canister_snapshot',
      'load_canister_snapshot',
      'list_canister_snapshots',
      'delete_canister_snapshot',
      'read_canister_snapshot_metadata',
      'upload_canister_snapshot_metadata',
    ].map((method) => ({
      what: `${method} by a stranger`,
      method,
      args: {...TAKE, ...LOAD, ...METADATA},
      sender: STRANGER,
      text: onlyControllers,
    })),
  ]
  for (const {what, on = taken, method, args, sender = USER, text} of refusals)
    it(`refuse ${what}, and change nothing`, () => {
      const subnet = on()
      const before = [...subnet.canister().snapshots.keys(), subnet.canister().cycles, subnet.canister().version]
      const answer = subnet.call(method, args, {sender})
      assert.ok(typeof answer === 'string' && answer.startsWith(text), `${answer}`)
      assert.deepEqual([...subnet.canister().snapshots.keys(), subnet.canister().cycles, subnet.canister().version], before)
    })

  it('refuse globals that are not those of the module', () => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    const {wasm} = subnet.canister().code!.module
    subnet.ok('upload_canister_snapshot_metadata', {...METADATA, wasm_module_size: BigInt(wasm.length), globals: [{f32: 1.5}]})
    subnet.ok('upload_canister_snapshot_data', {...ONE, kind: {wasm_module: {offset: 0n}}, chunk: wasm})
    assert.equal(
      subnet.call('load_canister_snapshot', LOAD),
      'IC0408: Wasm exported globals of canister module and snapshot metadata do not match.',
    )
  })

  it('refuse a heap smaller than the module begins with', () => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    const {module, globals} = subnet.canister().code!
    const values = globals.map(({type, bits}) => ({[type]: type === 'i32' || type === 'f32' ? Number(bits) : BigInt(bits)}))
    subnet.ok('upload_canister_snapshot_metadata', {
      ...METADATA,
      wasm_module_size: BigInt(module.wasm.length),
      globals: values,
      wasm_memory_size: 0n,
    })
    subnet.ok('upload_canister_snapshot_data', {...ONE, kind: {wasm_module: {offset: 0n}}, chunk: module.wasm})
    assert.match(String(subnet.call('load_canister_snapshot', LOAD)), /^IC0408: Wasm memory of 0 pages does not fit/)
  })

  it('are seen by whom snapshot_visibility names', () => {
    const subnet = taken()
    subnet.canister().settings = {...subnet.canister().settings, snapshotVisibility: {kind: 'allowed_viewers', viewers: [STRANGER]}}
    assert.equal(subnet.ok<unknown[]>('list_canister_snapshots', {canister_id: idOf(0)}, {sender: STRANGER}).length, 1)
  })

  it('would be noticed to share their heap with the canister (planted)', () => {
    const subnet = new ManagedSubnet([aUniversalCanister()])
    const canister = subnet.canister()
    answerText(update(canister, [remember(7), reply()]))
    subnet.ok('take_canister_snapshot', TAKE)
    const [key, snapshot] = [...canister.snapshots][0]!
    canister.snapshots.set(key, {...snapshot, heap: canister.code!.heap})
    answerText(update(canister, [remember(8), reply()]))
    subnet.ok('load_canister_snapshot', LOAD)
    assert.notEqual(recalled(canister), 7n)
  })
})
