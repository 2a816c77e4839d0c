import assert from 'node:assert/strict'
import fc from 'fast-check'
import {sha256} from '../../../../src/base/sha256.js'
import {type CanisterId, principalFromBytes, principalToText} from '../../../../src/protocol/principal.js'
import {METHODS} from '../../../../src/replica/management/methods.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import type {ReplicatedState} from '../../../../src/replica/state/replicated-state.js'
import {universalCanister} from '../../../spec/universal/universal-canister.js'
import {aUniversalCanister} from '../../../spec/universal/universal-subnet.js'
import {aCanister, idOf, SUBNET_ID, USER} from '../makers.js'
import {type CallOptions, ManagedSubnet, STRANGER} from './manage.js'

const ID = principalToText(idOf(0))
const OTHER = principalToText(idOf(1))
const T = 1_000_000_000_000n

const NO_SETTINGS = {
  controllers: [],
  compute_allocation: [],
  memory_allocation: [],
  freezing_threshold: [],
  reserved_cycles_limit: [],
  minimum_incoming_canister_call_cycles: [],
  log_visibility: [],
  snapshot_visibility: [],
  status_visibility: [],
  wasm_memory_limit: [],
  wasm_memory_threshold: [],
  environment_variables: [],
}
const settings = (change: object): object => ({canister_id: idOf(0), settings: {...NO_SETTINGS, ...change}, sender_canister_version: []})
const create = (change?: object): object => ({settings: change ? [{...NO_SETTINGS, ...change}] : [], sender_canister_version: []})
const install = (fields: object): object => ({
  canister_id: idOf(0),
  mode: {install: null},
  wasm_module: universalCanister(),
  arg: new Uint8Array(0),
  sender_canister_version: [],
  ...fields,
})
const chunked = (fields: object): object => ({
  target_canister: idOf(0),
  store_canister: [],
  mode: {install: null},
  chunk_hashes_list: [],
  wasm_module_hash: new Uint8Array(32),
  arg: new Uint8Array(0),
  sender_canister_version: [],
  ...fields,
})
const http = (fields: object): object => ({
  url: 'https://example.org/',
  max_response_bytes: [],
  method: {get: null},
  headers: [],
  body: [],
  transform: [],
  is_replicated: [],
  ...fields,
})
const ecdsa = (fields: object = {}): object => ({
  message_hash: new Uint8Array(32),
  derivation_path: [],
  key_id: {curve: {secp256k1: null}, name: 'key_1'},
  ...fields,
})
const subnetOf = (...canisters: CanisterState[]) => new ManagedSubnet(canisters)
const two = (): ManagedSubnet => subnetOf(aCanister(), aUniversalCanister({number: 1}))
const variables = (count: number, size = 1): object[] =>
  Array.from({length: count}, (_, index) => ({name: `${index}`.padStart(size, 'n'), value: 'v'}))
const headers = (count: number, size = 1): object[] => Array.from({length: count}, () => ({name: 'n'.repeat(size), value: 'v'}))
const principals = (count: number): unknown[] => Array.from({length: count}, (_, index) => principalFromBytes(Uint8Array.of(1, index)))

interface Refusal {
  readonly what: string
  readonly on?: () => ManagedSubnet
  readonly method: string
  readonly args?: unknown
  readonly options?: CallOptions
  readonly text: string
}

const byCanister: CallOptions = {from: idOf(1), cycles: 100n * T}
const byPoor = (cycles: bigint): CallOptions => ({from: idOf(1), cycles})
const onlyControllers = (sender: string): string =>
  `IC0512: Only the controllers of the canister ${ID} can control it.\nCanister's controllers: ${principalToText(USER)}\nSender's ID: ${sender}`

/** Methods that only controllers may call. */
const CONTROLLED = Object.entries(METHODS)
  .filter(([, {sender, via}]) => sender === 'controller' && via === 'ingressAndCanister')
  .map(([method]) => method)

const refusals: readonly Refusal[] = [
  {what: 'an unknown method', method: 'nope', text: "IC0536: Management canister has no method 'nope'"},
  {
    what: 'a query method from a canister',
    method: 'fetch_canister_logs',
    options: byCanister,
    text: 'IC0406: fetch_canister_logs API is only accessible to end users in non-replicated mode',
  },
  ...['raw_rand', 'deposit_cycles', 'canister_info', 'node_metrics_history', 'bitcoin_get_balance'].map((method) => ({
    what: `${method} from a user`,
    method,
    args: {
      canister_id: idOf(0),
      num_requested_changes: [],
      subnet_id: SUBNET_ID,
      start_at_timestamp_nanos: 0n,
      address: '',
      network: {mainnet: null},
      min_confirmations: [],
    },
    text: `IC0406: Only canisters can call ic00 method ${method}`,
  })),
  ...CONTROLLED.filter((method) => !method.includes('snapshot')).map((method) => ({
    what: `${method} by a stranger`,
    method,
    args: {...settings({}), ...install({}), ...chunked({})},
    options: {sender: STRANGER},
    text: onlyControllers(principalToText(STRANGER)),
  })),
  {what: 'status by a stranger', method: 'canister_status', options: {sender: STRANGER}, text: onlyControllers(principalToText(STRANGER))},
  {
    what: 'a canister that does not exist',
    method: 'start_canister',
    args: {canister_id: idOf(9)},
    text: `IC0301: Canister ${principalToText(idOf(9))} not found.`,
  },
  {
    what: 'bitcoin',
    method: 'bitcoin_get_current_fee_percentiles',
    args: {network: {mainnet: null}},
    options: byCanister,
    text: 'IC0406: No bitcoin canisters available. A local network has no Bitcoin node: install a Bitcoin canister that is connected to your own node in regtest mode and call it by its id, or deploy to a network that has one.',
  },

  {
    what: 'creation without cycles',
    method: 'create_canister',
    args: create(),
    options: byPoor(5n),
    text: "IC0403: Creating a canister requires a fee of 500000000000 that is deducted from the canister's initial balance but only 5 cycles were received with the create_canister request.",
  },
  {
    what: 'creation with 11 controllers',
    method: 'create_canister',
    args: create({controllers: [principals(11)]}),
    options: byCanister,
    text: "IC0504: Could not validate the settings: Invalid settings: 'controllers' length exceeds maximum size allowed of 10.",
  },
  {
    what: 'creation with more compute than there is cycles for',
    method: 'create_canister',
    args: create({compute_allocation: [100n]}),
    options: byPoor(1n * T),
    text: 'IC0530: Cannot increase compute allocation to 100% due to insufficient cycles. At least ',
  },
  {
    what: 'an id of the allocation range',
    method: 'provisional_create_canister_with_cycles',
    args: {amount: [], settings: [], specified_id: [idOf(500)], sender_canister_version: []},
    text: `IC0408: The \`specified_id\` ${principalToText(idOf(500))} is invalid because it belongs to the canister allocation ranges of the test environment.`,
  },
  {
    what: 'an id of another subnet',
    method: 'provisional_create_canister_with_cycles',
    args: {amount: [], settings: [], specified_id: [USER], sender_canister_version: []},
    text: `IC0405: Unsuccessful validation of specified ID: Specified CanisterId ${principalToText(USER)} is not hosted by subnet ${principalToText(SUBNET_ID)}.`,
  },

  {
    what: 'compute above 100 %',
    method: 'update_settings',
    args: settings({compute_allocation: [101n]}),
    text: 'IC0504: ComputeAllocation expected to be in the range [0..100], got 101',
  },
  {
    what: 'memory above 2^64',
    method: 'update_settings',
    args: settings({memory_allocation: [1n << 64n]}),
    text: 'IC0504: MemoryAllocation expected to be in the range [0..18446744073709551615], got 18446744073709551616',
  },
  {
    what: 'more memory than the subnet has',
    method: 'update_settings',
    args: settings({memory_allocation: [3n << 40n]}),
    text: 'IC0101: Canister requested 3298534883328 of memory but only ',
  },
  {
    what: 'a freezing threshold above 2^64',
    method: 'update_settings',
    args: settings({freezing_threshold: [1n << 64n]}),
    text: 'IC0504: Freezing threshold expected to be in the range of [0..2^64-1], got 18446744073709551616',
  },
  {
    what: 'a reserved limit above 2^128',
    method: 'update_settings',
    args: settings({reserved_cycles_limit: [1n << 128n]}),
    text: `IC0504: Reserved cycles limit expected to be in the range of [0..2^128-1], got ${1n << 128n}`,
  },
  {
    what: 'a minimum of call cycles above 2^128',
    method: 'update_settings',
    args: settings({minimum_incoming_canister_call_cycles: [1n << 128n]}),
    text: `IC0504: Minimum incoming canister call cycles expected to be in the range of [0..2^128-1], got ${1n << 128n}`,
  },
  {
    what: '21 environment variables',
    method: 'update_settings',
    args: settings({environment_variables: [variables(21)]}),
    text: 'IC0408: Too many environment variables: 21 (max: 20)',
  },
  {
    what: 'a long name of a variable',
    method: 'update_settings',
    args: settings({environment_variables: [variables(1, 129)]}),
    text: `IC0408: Environment variable name "${'0'.padStart(129, 'n')}" exceeds the maximum allowed length of 128.`,
  },
  {
    what: 'a variable given twice',
    method: 'update_settings',
    args: settings({environment_variables: [[...variables(1), ...variables(1)]]}),
    text: 'IC0408: Duplicate environment variables are not allowed',
  },
  {
    what: '11 viewers',
    method: 'update_settings',
    args: settings({log_visibility: [{allowed_viewers: principals(11)}]}),
    text: 'IC0408: Deserialize error: the number of allowed viewers 11 exceeds the maximum of 10',
  },
  {
    what: 'variables before memory',
    method: 'update_settings',
    args: settings({environment_variables: [variables(21)], memory_allocation: [1n << 64n]}),
    text: 'IC0408: Too many environment variables',
  },
  {
    what: 'memory before compute',
    method: 'update_settings',
    args: settings({compute_allocation: [101n], memory_allocation: [1n << 64n]}),
    text: 'IC0504: MemoryAllocation',
  },
  {
    what: 'compute before controllers',
    method: 'update_settings',
    args: settings({compute_allocation: [101n], controllers: [principals(11)]}),
    text: 'IC0504: ComputeAllocation',
  },
  {
    what: 'controllers before cycles',
    method: 'update_settings',
    args: settings({controllers: [principals(11)], freezing_threshold: [1n << 64n]}),
    text: 'IC0504: Could not validate the settings',
  },
  {
    what: 'more compute than the subnet has',
    on: () =>
      subnetOf(aCanister({cycles: 1_000_000n * T}), ...[1, 2].map((number) => aCanister({number, settings: {computeAllocation: 100}}))),
    method: 'update_settings',
    args: settings({compute_allocation: [100n]}),
    text: "IC0101: Canister requested a compute allocation of 100% which cannot be satisfied because the Subnet's remaining compute capacity is 99%.",
  },
  {
    what: 'compute without cycles',
    on: () => subnetOf(aCanister({cycles: T})),
    method: 'update_settings',
    args: settings({compute_allocation: [50n]}),
    text: 'IC0530: Cannot increase compute allocation to 50% due to insufficient cycles. At least ',
  },
  {
    what: 'memory without cycles',
    on: () => subnetOf(aCanister({cycles: T})),
    method: 'update_settings',
    args: settings({memory_allocation: [100n << 30n]}),
    text: 'IC0531: Cannot increase memory allocation to 107374182400 due to insufficient cycles. At least ',
  },
  {
    what: 'a memory allocation above the reserved limit',
    on: () => subnetOf(aCanister({cycles: 1_000_000n * T, settings: {reservedCyclesLimit: 5n}})),
    method: 'update_settings',
    args: settings({memory_allocation: [100n << 30n]}),
    options: {env: {subnetMemory: {usedBytes: 1000n << 30n, capacityBytes: 2048n << 30n}}},
    text: 'IC0533: Cannot increase memory allocation to 107374182400 due to its reserved cycles limit. The current limit (5) would be exceeded by ',
  },
  {
    what: 'a reserved limit below what is reserved',
    on: () => subnetOf(aCanister({reservedCycles: 10n})),
    method: 'update_settings',
    args: settings({reserved_cycles_limit: [9n]}),
    text: 'IC0540: Cannot set the reserved cycles limit 9 below the reserved cycles balance of the canister 10.',
  },

  {what: 'deletion while running', method: 'delete_canister', text: `IC0510: Canister ${ID} must be stopped before it is deleted.`},
  {
    what: 'deletion while stopping',
    on: () => subnetOf(aCanister({status: 'stopping'})),
    method: 'delete_canister',
    text: `IC0510: Canister ${ID} must be stopped before it is deleted.`,
  },
  {
    what: 'deletion by itself',
    on: () => subnetOf(aCanister({settings: {controllers: [idOf(0)]}})),
    method: 'delete_canister',
    options: {from: idOf(0)},
    text: `IC0512: Canister ${ID} cannot delete itself.`,
  },

  {
    what: 'an upgrade of an empty canister',
    method: 'install_code',
    args: install({mode: {upgrade: []}}),
    text: `IC0537: Error from Canister ${ID}: Attempted to execute a message, but the canister contains no Wasm module.`,
  },
  {
    what: 'an installation on a canister with code',
    method: 'install_code',
    args: install({canister_id: idOf(1)}),
    text: `IC0514: Canister ${OTHER} cannot be installed because the canister is not empty. Try installing with mode='reinstall' instead.`,
  },
  {
    what: 'a module that is none',
    method: 'install_code',
    args: install({wasm_module: Uint8Array.of(1, 2)}),
    text: `IC0505: Error from Canister ${ID}: Canister's Wasm module is not valid`,
  },
  {
    what: 'an installation without cycles',
    on: () => subnetOf(aCanister({cycles: 100_000_000_000n})),
    method: 'install_code',
    args: install({}),
    text: `IC0207: Canister installation failed with \`Canister ${ID} is out of cycles: please top up the canister with at least `,
  },
  {
    what: 'an installation after a large one',
    on: () => subnetOf(aCanister({installCodeDebt: 1n})),
    method: 'install_code',
    args: install({}),
    text: `IC0209: Canister ${ID} is rate limited because it executed too many instructions in the previous install_code messages. Please retry installation after several minutes.`,
  },
  {
    what: 'a chunk store that does not exist',
    method: 'install_chunked_code',
    args: chunked({store_canister: [idOf(9)]}),
    text: `IC0301: InstallChunkedCode Error: Store canister ${principalToText(idOf(9))} was not found on subnet ${principalToText(SUBNET_ID)} of target canister ${ID}`,
  },
  {
    what: 'a chunk hash that is none',
    method: 'install_chunked_code',
    args: chunked({chunk_hashes_list: [{hash: Uint8Array.of(1)}]}),
    text: 'IC0504: Error from Wasm chunk store: Chunk hash is invalid. The length is not 32.',
  },
  {
    what: 'an unknown chunk',
    method: 'install_chunked_code',
    args: chunked({chunk_hashes_list: [{hash: new Uint8Array(32)}]}),
    text: `IC0504: Error from Wasm chunk store: Chunk hash [${Array(32).fill(0).join(', ')}] was not found.`,
  },
  {
    what: 'chunks that make another module',
    method: 'install_chunked_code',
    args: chunked({}),
    text: `IC0504: Error from Wasm chunk store: Wasm module hash [${sha256(new Uint8Array(0)).join(', ')}] does not match given hash [${Array(32).fill(0).join(', ')}].`,
  },
  {
    what: 'a chunk above 1 MiB',
    method: 'upload_chunk',
    args: {canister_id: idOf(0), chunk: new Uint8Array(1_048_577)},
    text: 'IC0504: Error from Wasm chunk store: Wasm chunk size 1048577 exceeds the maximum chunk size of 1048576.',
  },
  {
    what: 'a chunk that is not paid for',
    on: () => subnetOf(aCanister({cycles: 100_000_000n, settings: {freezingThresholdSeconds: 0n}})),
    method: 'upload_chunk',
    args: {canister_id: idOf(0), chunk: Uint8Array.of(1)},
    text: `IC0504: Error from Wasm chunk store: Error charging for 'upload_chunk': Canister ${ID} is out of cycles`,
  },

  {
    what: 'too large a response',
    method: 'http_request',
    args: http({max_response_bytes: [2_000_001n]}),
    options: byCanister,
    text: 'IC0406: max_response_bytes expected to be in the range [0..2000000], got 2000001',
  },
  {
    what: 'too long a URL',
    method: 'http_request',
    args: http({url: `https://${'a'.repeat(8185)}`}),
    options: byCanister,
    text: 'IC0406: url size 8193 exceeds 8192',
  },
  {
    what: '65 headers',
    method: 'http_request',
    args: http({headers: headers(65)}),
    options: byCanister,
    text: 'IC0406: number of all http headers 65 exceeds 64',
  },
  {
    what: 'too long a header name',
    method: 'http_request',
    args: http({headers: headers(1, 8193)}),
    options: byCanister,
    text: 'IC0406: number of bytes to represent some http header name 8193 exceeds 8192',
  },
  {
    what: 'too large headers',
    method: 'http_request',
    args: http({headers: headers(7, 8000)}),
    options: byCanister,
    text: 'IC0406: total number of bytes to represent all http header names and values 56007 exceeds 49152',
  },
  {
    what: 'too large a request',
    method: 'http_request',
    args: http({body: [new Uint8Array(2_000_001)]}),
    options: byCanister,
    text: 'IC0406: total number of bytes to represent all http header names and values and http body 2000001 exceeds 2000000',
  },
  {
    what: "another canister's transform",
    method: 'http_request',
    args: http({transform: [{function: {principal: idOf(0), method: 't'}, context: new Uint8Array(0)}]}),
    options: byCanister,
    text: `IC0406: transform principal id expected to be ${OTHER}, got ${ID}`,
  },
  {
    what: 'a replicated PUT',
    method: 'http_request',
    args: http({method: {put: null}}),
    options: byCanister,
    text: 'IC0406: http method PUT is only allowed with is_replicated = opt false',
  },
  {
    what: 'an outcall that is not paid for',
    method: 'http_request',
    args: http({max_response_bytes: [1000n]}),
    options: byPoor(7n),
    text: `IC0406: http_request request sent with 7 cycles, but ${49_140_000n + 20n * 5_200n + 1000n * 10_400n} cycles are required.`,
  },

  {
    what: 'a signature that is not paid for',
    method: 'sign_with_ecdsa',
    args: ecdsa(),
    options: byPoor(1n),
    text: 'IC0406: sign_with_ecdsa request sent with 1 cycles, but 10000000000 cycles are required.',
  },
  {
    what: 'a key nobody has',
    method: 'sign_with_ecdsa',
    args: ecdsa({key_id: {curve: {secp256k1: null}, name: 'nope'}}),
    options: byCanister,
    text: 'IC0406: sign_with_ecdsa request failed: unknown or disabled threshold key ecdsa:Secp256k1:nope.',
  },
  {
    what: 'a hash of 31 bytes',
    method: 'sign_with_ecdsa',
    args: ecdsa({message_hash: new Uint8Array(31)}),
    options: byCanister,
    text: 'IC0408: ',
  },
]

describe('the management canister refuses', () => {
  for (const {what, on = two, method, args, options, text} of refusals)
    it(what, () => {
      const subnet = on()
      const before = totalCycles(subnet.state)
      const answer = subnet.call(method, args, options)
      assert.ok(typeof answer === 'string' && answer.startsWith(text), `${answer}`)
      if (!method.startsWith('install')) assert.equal(totalCycles(subnet.state), before)
    })

  it('an argument that is no Candid', () => {
    const answer = two().callRaw('start_canister', Uint8Array.of(1, 2, 3))
    assert.match(String(answer), /^IC0408: Error decoding candid: /)
  })

  it('would be noticed to take a stranger for a controller (planted)', () => {
    const subnet = subnetOf(aCanister({settings: {controllers: [STRANGER]}}))
    assert.notEqual(subnet.call('start_canister', undefined, {sender: STRANGER}), onlyControllers(principalToText(STRANGER)))
  })
})

describe('the management canister', () => {
  it('creates canisters for what is left of the cycles', () => {
    const subnet = two()
    const result = subnet.run('create_canister', create(), {from: idOf(1), cycles: 3n * T})
    assert.equal(result.acceptedCycles, 3n * T)
    const created = [...subnet.state.canisters.values()].at(-1)!
    assert.deepEqual([created.cycles, created.consumed.canisterCreation, created.version], [3n * T - T / 2n, T / 2n, 0n])
    assert.deepEqual(created.settings.controllers, [idOf(1)])
    assert.equal(created.history.totalChanges, 1n)
  })

  it('creates at a specified id, once', () => {
    const id = principalFromBytes(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7, 1, 1)) as CanisterId
    const subnet = two()
    const args = {amount: [5n], settings: [], specified_id: [id], sender_canister_version: []}
    assert.deepEqual(subnet.call('provisional_create_canister_with_cycles', args), {canister_id: id})
    assert.equal(subnet.state.canisters.get(id)!.cycles, 5n)
    assert.equal(
      subnet.call('provisional_create_canister_with_cycles', args),
      `IC0538: Canister ${principalToText(id)} is already installed.`,
    )
  })

  it('changes settings all or nothing, counts the version and records controllers', () => {
    const subnet = two()
    const canister = subnet.canister()
    subnet.ok('update_settings', settings({controllers: [[STRANGER, USER, USER]], freezing_threshold: [5n]}))
    assert.deepEqual(canister.settings.controllers, [USER, STRANGER])
    assert.deepEqual([canister.version, canister.settings.freezingThresholdSeconds], [1n, 5n])
    assert.equal(canister.history.changes.at(-1)!.details.kind, 'controllers_change')
    subnet.call('update_settings', settings({freezing_threshold: [6n], compute_allocation: [101n]}))
    assert.deepEqual([canister.version, canister.settings.freezingThresholdSeconds], [1n, 5n])
    subnet.ok('update_settings', settings({freezing_threshold: [7n]}))
    assert.deepEqual([canister.version, canister.history.totalChanges], [2n, 2n])
  })

  it('charges a new chunk, and not one that is there', () => {
    const subnet = two()
    const canister = subnet.canister()
    const upload = (): bigint => {
      const before = canister.cycles
      subnet.ok('upload_chunk', {canister_id: idOf(0), chunk: Uint8Array.of(1)})
      return before - canister.cycles
    }
    assert.deepEqual([upload(), upload()], [205_000_000n, 0n])
  })

  it('installs from chunks of another canister, and charges for putting them together', () => {
    const subnet = two()
    const wasm = universalCanister()
    const parts = [wasm.subarray(0, 1000), wasm.subarray(1000)]
    for (const chunk of parts) subnet.ok('upload_chunk', {canister_id: idOf(1), chunk})
    const hashes = parts.map((chunk) => ({hash: sha256(chunk)}))
    const args = chunked({store_canister: [idOf(1)], chunk_hashes_list: hashes, wasm_module_hash: sha256(wasm)})
    const whole = subnetOf(aCanister())
    whole.ok('install_code', install({}))
    subnet.ok('install_chunked_code', args)
    const spent = (each: ManagedSubnet): bigint => each.canister().consumed.instructions
    assert.equal(spent(subnet) - spent(whole), 2n * 1_048_576n)
  })

  it('says of a canister what a controller may know, as update and as query', () => {
    const subnet = two()
    assert.deepEqual(subnet.query('canister_status'), subnet.ok('canister_status'))
    assert.equal(subnet.query('canister_status', {canister_id: idOf(0)}, STRANGER), onlyControllers(principalToText(STRANGER)))
    subnet.canister().settings = {...subnet.canister().settings, statusVisibility: {kind: 'public'}}
    assert.equal(typeof subnet.query('canister_status', {canister_id: idOf(0)}, STRANGER), 'object')
    assert.deepEqual(subnet.query('canister_metrics'), subnet.ok('canister_metrics'))
  })

  it('shows logs to whom they are visible, by query only', () => {
    const subnet = two()
    const caller = principalToText(STRANGER)
    assert.equal(
      subnet.query('fetch_canister_logs', undefined, STRANGER),
      `IC0406: Caller ${caller} is not allowed to access canister logs`,
    )
    assert.deepEqual(subnet.query('fetch_canister_logs'), {canister_log_records: []})
    assert.equal(subnet.query('start_canister'), 'IC0536: Query method start_canister not found.')
  })

  it('lists canisters as ranges', () => {
    const subnet = subnetOf(...[0, 1, 2, 7].map((number) => aCanister({number})))
    assert.deepEqual(subnet.query('list_canisters', {}), {
      canisters: [
        {start: idOf(0), end: idOf(2)},
        {start: idOf(7), end: idOf(7)},
      ],
    })
  })

  it('keeps a balance of all cycles over random calls', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(CALLS.length - 1), fc.nat(1), fc.bigInt(0n, 4n * T)), {maxLength: 25}), (plan) => {
        const subnet = two()
        const before = totalCycles(subnet.state)
        let [attached, returned, made] = [0n, 0n, 0n]
        for (const [index, from, cycles] of plan) {
          const {method, args, makes = 0n} = CALLS[index]!
          const result = subnet.run(method, args, from === 0 ? {} : {from: idOf(1), cycles})
          if (result.kind === 'reply') made += makes
          if (from === 0) continue
          attached += cycles
          returned += cycles - (result.acceptedCycles ?? 0n)
        }
        assert.equal(totalCycles(subnet.state), before + attached - returned + made)
      }),
      {numRuns: 60},
    ))
})

const CALLS: readonly {readonly method: string; readonly args: unknown; readonly makes?: bigint}[] = [
  {method: 'create_canister', args: create()},
  {method: 'deposit_cycles', args: {canister_id: idOf(0)}},
  {method: 'provisional_top_up_canister', args: {canister_id: idOf(0), amount: 77n}, makes: 77n},
  {method: 'install_code', args: install({mode: {reinstall: null}})},
  {method: 'upload_chunk', args: {canister_id: idOf(0), chunk: Uint8Array.of(3)}},
  {method: 'take_canister_snapshot', args: {canister_id: idOf(0), replace_snapshot: [], uninstall_code: [], sender_canister_version: []}},
  {method: 'update_settings', args: settings({memory_allocation: [1n << 30n]})},
  {method: 'uninstall_code', args: {canister_id: idOf(0), sender_canister_version: []}},
  {method: 'stop_canister', args: {canister_id: idOf(0)}},
  {method: 'delete_canister', args: {canister_id: idOf(0)}},
  {method: 'http_request', args: http({max_response_bytes: [10n]})},
  {method: 'sign_with_ecdsa', args: ecdsa()},
]

/** On accounts and paid away. */
function totalCycles({canisters, metrics}: ReplicatedState): bigint {
  let total = metrics.consumedCyclesOfDeleted
  for (const {cycles, reservedCycles, consumed} of canisters.values()) {
    total += cycles + reservedCycles
    for (const spent of Object.values(consumed)) total += spent
  }
  return total
}
