/**
 * A network of one subnet in memory that speaks the public HTTP interface and signs what it says with a real BLS key: enough of the
 * management canister to create, install and inspect, and canisters that echo. For tests of the tool; the replica has its own.
 */

import {createServer, type IncomingMessage, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {compareBytes, concatBytes, encodeUtf8, fromHex} from '../../../src/base/bytes.js'
import {encodeLeb128} from '../../../src/base/leb128.js'
import {sha256} from '../../../src/base/sha256.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {findManagementMethod, managementInterface} from '../../../src/candid/management.js'
import {asBytes, asMap, asText, type CborInput, type CborMap, type CborValue, decodeCbor} from '../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../src/protocol/cbor-encode.js'
import {certificateMessage, encodeCertificate} from '../../../src/protocol/certificate.js'
import {encodePublicKey} from '../../../src/protocol/der.js'
import {type LabeledTree, pairFromTheLeft, rootHash} from '../../../src/protocol/hash-tree.js'
import {
  type CanisterId,
  canisterIdFromNumber,
  type Principal,
  principalFromBytes,
  principalToBytes,
} from '../../../src/protocol/principal.js'
import {type HashableMap, hashOfMap} from '../../../src/protocol/request-id.js'
import {blsPublicKey, initBls, signBls} from '../../../src/replica/crypto/bls.js'
import {listCustomSections} from '../../../src/wasm/sections.js'

export interface FakeCanister {
  status: 'running' | 'stopped'
  controllers: Principal[]
  wasm: Uint8Array | undefined
  /** Arguments of the last installation. */
  arg: Uint8Array
  mode: Record<string, unknown>
  cycles: bigint
  chunks: Map<string, Uint8Array>
}

type Answer = {readonly reply: Uint8Array} | {readonly code: number; readonly message: string; readonly errorCode: string}

export class FakeNetwork {
  readonly canisters = new Map<CanisterId, FakeCanister>()
  /** Names of the management methods that were called, in order. */
  readonly calls: string[] = []
  /** Replies to methods of other canisters than the management canister, by name; others echo. */
  readonly replies = new Map<string, Uint8Array>()
  /** Breaks every signature: nothing that this network says may be believed. */
  isForging = false
  #secret = sha256(encodeUtf8('fake network')).map((byte, index) => (index === 0 ? 1 : byte))
  #server: Server | undefined
  #answers = new Map<string, Answer>()

  async start(): Promise<string> {
    await initBls()
    const server = createServer((request, response) => {
      void this.#respond(request).then(({status, body}) => {
        response.writeHead(status, {'content-type': 'application/cbor'})
        response.end(body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.#server = server
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  async #respond(request: IncomingMessage): Promise<{status: number; body: Uint8Array}> {
    const path = request.url ?? ''
    const parts: Uint8Array[] = []
    for await (const part of request) parts.push(part as Uint8Array)
    if (path === '/api/v2/status') return ok({root_key: this.#rootKey(), replica_health_status: 'healthy'})
    if (!path.startsWith('/api/')) return {status: 404, body: new Uint8Array()}
    const content = asMap(asMap(decodeCbor(concatBytes(...parts)))!.get('content')!)!
    if (path.endsWith('/call')) return this.#call(content, path.includes('/v2/'))
    if (path.endsWith('/query')) return ok(toQueryAnswer(this.#execute(content)))
    if (path.endsWith('/read_state')) return ok({certificate: this.#certify()})
    return {status: 404, body: new Uint8Array()}
  }

  #call(content: CborMap, isAsync: boolean): {status: number; body: Uint8Array} {
    const requestId = Buffer.from(hashOfMap(toHashable(content))).toString('hex')
    this.#answers.set(requestId, this.#execute(content))
    return isAsync ? {status: 202, body: new Uint8Array()} : ok({status: 'replied', certificate: this.#certify()})
  }

  #execute(content: CborMap): Answer {
    const canisterId = principalFromBytes(asBytes(content.get('canister_id')!)!)
    const sender = principalFromBytes(asBytes(content.get('sender')!)!)
    const method = asText(content.get('method_name')!)!
    const arg = asBytes(content.get('arg')!)!
    if (canisterId === '') return this.#manage(method, arg, sender)
    const scripted = this.replies.get(method)
    if (scripted) return {reply: scripted}
    const canister = this.canisters.get(canisterId)
    if (!canister?.wasm) return {code: 3, message: `Canister ${canisterId} has no Wasm module`, errorCode: 'IC0537'}
    if (method === 'fail') return {code: 5, message: 'Canister trapped: on purpose', errorCode: 'IC0503'}
    return {reply: arg}
  }

  #manage(method: string, bytes: Uint8Array, sender: Principal): Answer {
    this.calls.push(method)
    const {args, results} = findManagementMethod(method)!
    const {types} = managementInterface()
    // biome-ignore lint/suspicious/noExplicitAny: the record of any method
    const [argument] = decodeArgs(bytes, args, types) as any[]
    const id = (argument.canister_id ?? argument.target_canister) as CanisterId | undefined
    const canister = id === undefined ? undefined : this.canisters.get(id)
    if (id !== undefined && !canister) return {code: 3, message: `Canister ${id} not found`, errorCode: 'IC0301'}
    if (canister && method !== 'provisional_top_up_canister' && !canister.controllers.includes(sender))
      return {code: 5, message: `Only controllers of canister ${id} can call ic00 method ${method}`, errorCode: 'IC0512'}
    const values = this.#apply(method, argument, sender, canister)
    return {reply: encodeArgs(results, values, types)}
  }

  // biome-ignore lint/suspicious/noExplicitAny: the record of any method
  #apply(method: string, argument: any, sender: Principal, canister: FakeCanister | undefined): unknown[] {
    switch (method) {
      case 'provisional_create_canister_with_cycles': {
        const id = (argument.specified_id[0] as CanisterId) ?? canisterIdFromNumber(BigInt(this.canisters.size + 1))
        const controllers = argument.settings[0]?.controllers[0] ?? [sender]
        this.canisters.set(id, aCanister({controllers, cycles: argument.amount[0] ?? 100_000_000_000_000n}))
        return [{canister_id: id}]
      }
      case 'install_code':
        Object.assign(canister!, {wasm: argument.wasm_module, arg: argument.arg, mode: argument.mode})
        return []
      case 'upload_chunk': {
        const hash = sha256(argument.chunk as Uint8Array)
        canister!.chunks.set(Buffer.from(hash).toString('hex'), argument.chunk)
        return [{hash}]
      }
      case 'stored_chunks':
        return [[...canister!.chunks.keys()].map((hash) => ({hash: fromHex(hash)}))]
      case 'clear_chunk_store':
        canister!.chunks.clear()
        return []
      case 'install_chunked_code': {
        const chunks = (argument.chunk_hashes_list as {hash: Uint8Array}[]).map(
          ({hash}) => canister!.chunks.get(Buffer.from(hash).toString('hex'))!,
        )
        Object.assign(canister!, {wasm: concatBytes(...chunks), arg: argument.arg, mode: argument.mode})
        return []
      }
      case 'start_canister':
      case 'stop_canister':
        canister!.status = method === 'start_canister' ? 'running' : 'stopped'
        return []
      case 'uninstall_code':
        canister!.wasm = undefined
        return []
      case 'delete_canister':
        this.canisters.delete(argument.canister_id)
        return []
      case 'update_settings':
        canister!.controllers = argument.settings.controllers[0] ?? canister!.controllers
        return []
      case 'provisional_top_up_canister':
        canister!.cycles += argument.amount as bigint
        return []
      case 'canister_status':
        return [aStatus(canister!)]
      case 'fetch_canister_logs':
        return [{canister_log_records: [{idx: 1n, timestamp_nanos: 1_620_328_630_000_000_002n, content: encodeUtf8('hello')}]}]
      default:
        throw new Error(`the fake network has no ${method}`)
    }
  }

  #rootKey(): Uint8Array {
    return encodePublicKey({algorithm: 'bls', key: blsPublicKey(this.#secret)})
  }

  #certify(): Uint8Array {
    const canisters = [...this.canisters].map(([id, canister]) => [principalToBytes(id), canisterTree(canister)] as const)
    const statuses = [...this.#answers].map(([id, answer]) => [fromHex(id), answerTree(answer)] as const)
    const tree = pairFromTheLeft([
      [encodeUtf8('canister'), sorted(canisters)],
      [encodeUtf8('request_status'), sorted(statuses)],
      [encodeUtf8('time'), encodeLeb128(BigInt(Date.now()) * 1_000_000n)],
    ])
    const signature = signBls(this.#secret, certificateMessage(this.isForging ? sha256(rootHash(tree)) : rootHash(tree)))
    return encodeCertificate({tree, signature})
  }
}

function aCanister(parts: Partial<FakeCanister>): FakeCanister {
  return {status: 'running', controllers: [], wasm: undefined, arg: new Uint8Array(), mode: {}, cycles: 0n, chunks: new Map(), ...parts}
}

function aStatus({status, controllers, wasm, cycles}: FakeCanister): object {
  const visibility = {controllers: null}
  const settings = {
    controllers,
    compute_allocation: 0n,
    memory_allocation: 0n,
    freezing_threshold: 2_592_000n,
    reserved_cycles_limit: 5_000_000_000_000n,
    minimum_incoming_canister_call_cycles: 0n,
    log_visibility: visibility,
    snapshot_visibility: visibility,
    status_visibility: visibility,
    wasm_memory_limit: 3_221_225_472n,
    wasm_memory_threshold: 0n,
    environment_variables: [],
  }
  const zeros = (names: string): object => Object.fromEntries(names.split(' ').map((name) => [name, 0n]))
  return {
    status: {[status]: null},
    ready_for_migration: false,
    version: 1n,
    settings,
    module_hash: wasm ? [sha256(wasm)] : [],
    memory_size: 4096n,
    memory_metrics: zeros(
      'wasm_memory_size stable_memory_size global_memory_size wasm_binary_size custom_sections_size canister_history_size wasm_chunk_store_size snapshots_size',
    ),
    cycles,
    reserved_cycles: 0n,
    idle_cycles_burned_per_day: 1_234_567n,
    query_stats: zeros('num_calls_total num_instructions_total request_payload_bytes_total response_payload_bytes_total'),
  }
}

function canisterTree({controllers, wasm}: FakeCanister): LabeledTree {
  const sections = wasm && wasm[0] === 0 ? listCustomSections(wasm).filter(({name}) => name.startsWith('icp:')) : []
  const metadata = sections.map(({name, content}) => [encodeUtf8(name.replace(/^icp:\w+ /, '')), content] as const)
  return [
    [encodeUtf8('controllers'), encodeCbor(controllers.map(principalToBytes))],
    ...(metadata.length > 0 ? [[encodeUtf8('metadata'), sorted(metadata)] as const] : []),
    ...(wasm ? [[encodeUtf8('module_hash'), sha256(wasm)] as const] : []),
  ]
}

function answerTree(answer: Answer): LabeledTree {
  if ('reply' in answer)
    return [
      [encodeUtf8('reply'), answer.reply],
      [encodeUtf8('status'), encodeUtf8('replied')],
    ]
  return [
    [encodeUtf8('error_code'), encodeUtf8(answer.errorCode)],
    [encodeUtf8('reject_code'), encodeLeb128(answer.code)],
    [encodeUtf8('reject_message'), encodeUtf8(answer.message)],
    [encodeUtf8('status'), encodeUtf8('rejected')],
  ]
}

function sorted(entries: readonly (readonly [Uint8Array, LabeledTree])[]): LabeledTree {
  return [...entries].sort(([a], [b]) => compareBytes(a, b))
}

function toQueryAnswer(answer: Answer): CborInput {
  if ('reply' in answer) return {status: 'replied', reply: {arg: answer.reply}}
  return {status: 'rejected', reject_code: answer.code, reject_message: answer.message, error_code: answer.errorCode}
}

function toHashable(content: CborMap): HashableMap {
  return Object.fromEntries([...content].map(([key, value]) => [String(key), value as Exclude<CborValue, null | boolean> as never]))
}

const ok = (body: CborInput): {status: number; body: Uint8Array} => ({status: 200, body: encodeCbor(body)})
