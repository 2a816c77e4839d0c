/** Digest management-canister sections 1 to 7 and 9 over HTTP, with the unmodified agent; costs and refusals have their table in test/unit. */

import assert from 'node:assert/strict'
import {createPublicKey, verify} from 'node:crypto'
import {sha256} from '../../../src/base/sha256.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {findManagementMethod, managementInterface} from '../../../src/candid/management.js'
import {
  type CanisterId,
  canisterIdFromNumber,
  MANAGEMENT_CANISTER_ID,
  type Principal,
  principalFromBytes,
  principalToText,
} from '../../../src/protocol/principal.js'
import {ANY_LOCAL_ID} from '../../support/agent-client.js'
import {changeSettings, managementArgument, useUniversalNetwork} from '../../support/universal-network.js'
import {
  append,
  appendNumber,
  appendRead,
  getRegister,
  ic0,
  makeCall,
  type Piece,
  print,
  program,
  push,
  reply,
  setHook,
  setRegister,
  trap,
} from '../universal/program.js'
import {universalCanister} from '../universal/universal-canister.js'

interface Status {
  readonly status: object
  readonly version: bigint
  readonly module_hash: readonly Uint8Array[]
  readonly settings: Readonly<Record<string, unknown>>
  readonly memory_size: bigint
  readonly memory_metrics: Readonly<Record<string, bigint>>
  readonly cycles: bigint
}

describe('the management canister over HTTP', () => {
  const net = useUniversalNetwork()
  let user: Principal
  let caller: CanisterId
  before(async () => {
    user = principalFromBytes((await net.agent.getPrincipal()).toUint8Array())
    caller = await net.install()
  })

  const statusOf = async (id: CanisterId): Promise<Status> => (await net.queryManagement('canister_status', {canister_id: id})) as Status
  const createAs = async (fields: object = {}): Promise<CanisterId> => {
    const args = {amount: [], settings: [], specified_id: [], sender_canister_version: [], ...fields}
    const created = await net.manage('provisional_create_canister_with_cycles', args, ANY_LOCAL_ID)
    assert.equal(typeof created, 'object', String(created))
    return (created as {canister_id: CanisterId}).canister_id
  }
  const install = (
    id: CanisterId,
    mode: object,
    {arg = [], wasm = universalCanister()}: {arg?: Piece[]; wasm?: Uint8Array} = {},
  ): Promise<unknown> =>
    net.manage('install_code', {mode, canister_id: id, wasm_module: wasm, arg: program(...arg), sender_canister_version: []}, id)
  /** What a canister gets for a management call, decoded, or its reject text. */
  const viaCanister = async (method: string, args: object, cycles = 0n): Promise<unknown> => {
    const bytes = await net.updateBytes(
      caller,
      makeCall(MANAGEMENT_CANISTER_ID, {
        method,
        cycles,
        payload: managementArgument(method, args),
        onReply: [appendRead('msg_arg_data'), ic0('msg_reply')],
        onReject: [append('reject '), appendRead('msg_reject_msg'), ic0('msg_reply')],
      }),
    )
    const text = Buffer.from(bytes).toString()
    return text.startsWith('reject ') ? text : decodeArgs(bytes, findManagementMethod(method)!.results, managementInterface().types)[0]
  }

  it('creates canisters with defaults, and with settings', async () => {
    const status = await statusOf(await createAs())
    assert.deepEqual(status.status, {running: null})
    assert.equal(status.version, 0n)
    assert.deepEqual(status.settings.controllers, [user])
    assert.deepEqual(
      [status.settings.freezing_threshold, status.settings.reserved_cycles_limit, status.settings.wasm_memory_limit],
      [2_592_000n, 5_000_000_000_000n, 3_221_225_472n],
    )
    assert.equal(status.cycles, 100_000_000_000_000n)
    const {settings} = changeSettings(ANY_LOCAL_ID, {controllers: [[user, caller]], freezing_threshold: [9n]}) as {settings: object}
    const other = await statusOf(await createAs({settings: [settings], amount: [7_000_000_000_000n]}))
    assert.deepEqual([other.settings.freezing_threshold, other.cycles], [9n, 7_000_000_000_000n])
    assert.equal((other.settings.controllers as unknown[]).length, 2)
  })

  it('creates a canister at its id of the main network, once', async () => {
    const id = canisterIdFromNumber(77n)
    assert.equal(await createAs({specified_id: [id]}), id)
    const args = {amount: [], settings: [], specified_id: [id], sender_canister_version: []}
    assert.equal(
      await net.manage('provisional_create_canister_with_cycles', args, ANY_LOCAL_ID),
      `IC0538: Canister ${principalToText(id)} is already installed.`,
    )
  })

  it('installs, upgrades, reinstalls and uninstalls', async () => {
    const id = await createAs()
    await install(
      id,
      {install: null},
      {
        arg: [
          [...push(1), ...setRegister(1)],
          [...push(1), ...ic0('stable64_grow'), ...setRegister(2)],
        ],
      },
    )
    const register = async (): Promise<number> => (await net.query(id, [getRegister(1), appendNumber, ic0('msg_reply')])).charCodeAt(0)
    const stable = async (): Promise<number> => (await net.query(id, [ic0('stable64_size'), appendNumber, ic0('msg_reply')])).charCodeAt(0)
    assert.deepEqual([await register(), await stable()], [1, 1])
    assert.match(String(await install(id, {install: null})), /^IC0514: /)
    await install(id, {upgrade: []})
    assert.deepEqual([await register(), await stable()], [0, 1])
    await net.update(id, setHook('canister_pre_upgrade', trap('not now')), reply())
    assert.match(String(await install(id, {upgrade: []})), /^IC0503: .*not now/)
    await install(id, {upgrade: [{skip_pre_upgrade: [true], wasm_memory_persistence: []}]})
    await install(id, {reinstall: null})
    assert.equal(await stable(), 0)
    const before = await statusOf(id)
    assert.match(String(await install(id, {reinstall: null}, {arg: [trap('init')]})), /^IC0503: .*init/)
    const after = await statusOf(id)
    assert.deepEqual([after.version, after.module_hash], [before.version, before.module_hash])
    assert.deepEqual(after.module_hash, [sha256(universalCanister())])
    await net.manage('uninstall_code', {canister_id: id, sender_canister_version: []}, id)
    const empty = await statusOf(id)
    assert.deepEqual([empty.module_hash, empty.version], [[], before.version + 1n])
    assert.equal(empty.memory_size, empty.memory_metrics.canister_history_size)
    assert.match(String(await install(id, {upgrade: []})), /^IC0537: /)
    assert.match(String(await install(id, {install: null}, {wasm: Uint8Array.of(0)})), /^IC0505: /)
  })

  it('installs from chunks', async () => {
    const id = await createAs()
    const wasm = universalCanister()
    const chunks = [wasm.slice(0, 2000), wasm.slice(2000)]
    for (const chunk of chunks) assert.deepEqual(await net.manage('upload_chunk', {canister_id: id, chunk}, id), {hash: sha256(chunk)})
    const hashes = chunks.map((chunk) => ({hash: sha256(chunk)}))
    assert.equal(((await net.manage('stored_chunks', {canister_id: id}, id)) as unknown[]).length, 2)
    const args = {
      target_canister: id,
      store_canister: [],
      mode: {install: null},
      chunk_hashes_list: hashes,
      wasm_module_hash: sha256(wasm),
      arg: new Uint8Array(0),
      sender_canister_version: [],
    }
    await net.manage('install_chunked_code', args, id)
    assert.equal(await net.update(id, reply('in one piece')), 'in one piece')
    await net.manage('clear_chunk_store', {canister_id: id}, id)
    assert.deepEqual(await net.manage('stored_chunks', {canister_id: id}, id), [])
  })

  it('changes settings', async () => {
    const id = await createAs()
    const variables = [
      {name: 'A', value: '1'},
      {name: 'B', value: '2'},
    ]
    await net.manage(
      'update_settings',
      changeSettings(id, {
        compute_allocation: [1n],
        memory_allocation: [1n << 30n],
        log_visibility: [{public: null}],
        environment_variables: [variables],
      }),
      id,
    )
    const {settings} = await statusOf(id)
    assert.deepEqual(
      [settings.compute_allocation, settings.memory_allocation, settings.log_visibility, settings.environment_variables],
      [1n, 1n << 30n, {public: null}, variables],
    )
    assert.match(
      String(await net.manage('update_settings', changeSettings(id, {compute_allocation: [101n]}), id)),
      /^IC0504: ComputeAllocation expected/,
    )
    await net.manage('update_settings', changeSettings(id, {controllers: [[caller]]}), id)
    assert.match(String(await net.manage('start_canister', {canister_id: id}, id)), /^IC0512: /)
  })

  it('takes snapshots and brings them back', async () => {
    const id = await net.install()
    const register = async (): Promise<number> => (await net.query(id, [getRegister(1), appendNumber, ic0('msg_reply')])).charCodeAt(0)
    await net.update(id, [...push(5), ...setRegister(1)], reply())
    const taken = (await net.manage(
      'take_canister_snapshot',
      {canister_id: id, replace_snapshot: [], uninstall_code: [], sender_canister_version: []},
      id,
    )) as {id: Uint8Array}
    await net.update(id, [...push(6), ...setRegister(1)], reply())
    await net.manage('load_canister_snapshot', {canister_id: id, snapshot_id: taken.id, sender_canister_version: []}, id)
    assert.equal(await register(), 5)
    assert.equal(((await net.manage('list_canister_snapshots', {canister_id: id}, id)) as unknown[]).length, 1)
    await net.manage('delete_canister_snapshot', {canister_id: id, snapshot_id: taken.id}, id)
    assert.match(String(await net.manage('read_canister_snapshot_metadata', {canister_id: id, snapshot_id: taken.id}, id)), /^IC0305: /)
  })

  it('tells canisters the history of others', async () => {
    const id = await net.install()
    await net.manage('update_settings', changeSettings(id, {controllers: [[user, caller]]}), id)
    const info = (await viaCanister('canister_info', {canister_id: id, num_requested_changes: [20n]})) as {
      total_num_changes: bigint
      recent_changes: {details: object; canister_version: bigint}[]
    }
    assert.equal(info.total_num_changes, 3n)
    assert.deepEqual(
      info.recent_changes.map(({details, canister_version}) => [Object.keys(details)[0], canister_version]),
      [
        ['creation', 0n],
        ['code_deployment', 1n],
        ['controllers_change', 2n],
      ],
    )
  })

  it('keeps logs, of traps too, and shows them by query', async () => {
    const id = await net.install()
    await net.update(id, print('hello'), reply())
    await net.update(id, print('before'), trap('over'))
    const logs = (await net.queryManagement('fetch_canister_logs', {canister_id: id})) as {
      canister_log_records: {idx: bigint; content: Uint8Array}[]
    }
    assert.deepEqual(
      logs.canister_log_records.map(({idx, content}) => [idx, Buffer.from(content).toString().split(':')[0]]),
      [
        [0n, 'hello'],
        [1n, 'before'],
        [2n, '[TRAP]'],
      ],
    )
  })

  it('counts what a canister consumed, in a query', async () => {
    const id = await net.install()
    const metrics = async () =>
      ((await net.queryManagement('canister_metrics', {canister_id: id})) as {cycles_consumed: Record<string, bigint>}).cycles_consumed
    const before = await metrics()
    await net.update(id, reply())
    const after = await metrics()
    assert.ok(after.instructions! > before.instructions! + 5_000_000n && after.ingress_induction! > before.ingress_induction! + 1_200_000n)
  })

  it('lists canisters, in a query', async () => {
    const {canisters} = (await net.queryManagement('list_canisters', {})) as {canisters: {start: CanisterId; end: CanisterId}[]}
    assert.ok(canisters.some(({start, end}) => start <= caller && caller <= end))
  })

  it('creates, fills and manages canisters for canisters', async () => {
    const created = (await viaCanister('create_canister', {settings: [], sender_canister_version: []}, 2_000_000_000_000n)) as {
      canister_id: CanisterId
    }
    const of = {canister_id: created.canister_id}
    await viaCanister('deposit_cycles', of, 5n)
    const status = (await viaCanister('canister_status', of)) as Status
    assert.deepEqual(status.settings.controllers, [caller])
    assert.equal(status.cycles, 1_500_000_000_005n)
    assert.match(String(await net.manage('canister_status', of, created.canister_id)), /^IC0512: /)
    const info = await viaCanister('subnet_info', {subnet_id: '' as Principal})
    assert.equal(typeof (info as {replica_version: string}).replica_version, 'string')
    const metrics = (await viaCanister('node_metrics_history', {subnet_id: '' as Principal, start_at_timestamp_nanos: 0n})) as {
      node_metrics: unknown[]
    }[]
    assert.equal(metrics[0]!.node_metrics.length, 1)
    assert.match(
      String(await viaCanister('bitcoin_get_balance', {address: 'x', network: {mainnet: null}, min_confirmations: []})),
      /^reject No bitcoin canisters available\. /,
    )
  })

  it('signs for canisters with keys that fit', async () => {
    const key_id = {algorithm: {ed25519: null}, name: 'key_1'}
    const path = {derivation_path: [Uint8Array.of(1)], key_id}
    const {public_key} = (await viaCanister('schnorr_public_key', {canister_id: [], ...path})) as {public_key: Uint8Array}
    const message = Uint8Array.of(1, 2, 3)
    const {signature} = (await viaCanister('sign_with_schnorr', {message, aux: [], ...path}, 10_000_000_000n)) as {signature: Uint8Array}
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), public_key])
    assert.ok(verify(null, message, createPublicKey({key: der, format: 'der', type: 'spki'}), signature))
    assert.equal(
      await viaCanister('sign_with_schnorr', {message, aux: [], ...path}, 1n),
      'reject sign_with_schnorr request sent with 1 cycles, but 10000000000 cycles are required.',
    )
  })

  it('planted bug: a status that shows another version would be noticed', async () => {
    const id = await createAs()
    const {version} = await statusOf(id)
    await net.manage('start_canister', {canister_id: id}, id)
    assert.notEqual((await statusOf(id)).version, version)
  })
})
