/**
 * The worker's mind: owns the replicated state, its tree and the runtime. Executes batches, answers queries and `read_state`.
 *
 * Synchronous and without I/O: the worker around it moves messages and writes checkpoints.
 */

import {encodeHashTree} from '../../protocol/hash-tree.js'
import type {ExecutionEnvironment} from '../canister/environment.js'
import {WasmRuntime, type WasmRuntimeOptions} from '../canister/wasm-runtime.js'
import {encodeCertificateFor, TIME_PATH} from '../certification/certify.js'
import {type LabelPath, type LabelTree, textLabel} from '../certification/label-tree.js'
import {createStateTree, type StateTree, updateStateTree} from '../certification/state-tree.js'
import {makeWitness} from '../certification/witness.js'
import {feesFor} from '../cycles/fees.js'
import {freezingLimit} from '../cycles/freezing-limit.js'
import type {ExecutionRooms, TraceEvent} from '../execution/execution-rooms.js'
import {filterIngress} from '../execution/ingress-filter.js'
import {findNextWake, type NextWake} from '../execution/next-wake.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import type {Batch} from '../messaging/batch.js'
import {processBatch} from '../messaging/process-batch.js'
import {getSubnet} from '../registry/ranges.js'
import type {SubnetRecord} from '../registry/subnet-record.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, MessageId} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {createExecutionRooms} from './execution-rooms.js'
import type {GenesisKeys} from './genesis.js'
import type {AnsweredRequest, Executed, FilterVerdict, InductionViewChange} from './messages.js'
import {answerQuery} from './query-answer.js'
import {answerReadState} from './read-state-answer.js'

export interface ExecutionCoreOptions {
  readonly state: ReplicatedState
  readonly keys: GenesisKeys
  readonly runtime: WasmRuntimeOptions
  /** Other than the Internet Computer's: for tests. */
  readonly slices?: ExecutionEnvironment['slices']
  readonly trace?: (event: TraceEvent) => void
}

/** What answers are made from: a state whose root is signed. */
export interface CertifiedView {
  readonly state: ReplicatedState
  readonly labels: LabelTree
  readonly signature: Uint8Array
  readonly keys: GenesisKeys
  readonly env: ExecutionEnvironment
}

const REQUEST_STATUS = textLabel('request_status')
const CANISTER = textLabel('canister')
const CERTIFIED_DATA = textLabel('certified_data')

export class ExecutionCore {
  readonly state: ReplicatedState
  readonly #keys: GenesisKeys
  readonly #subnet: SubnetRecord
  readonly #tree: StateTree
  readonly #runtime: WasmRuntime
  readonly #rooms: ExecutionRooms
  readonly #slices: ExecutionCoreOptions['slices']
  readonly #trace: ExecutionCoreOptions['trace']
  #rootHash: Uint8Array
  #signature: Uint8Array | undefined

  constructor({state, keys, runtime, slices, trace}: ExecutionCoreOptions) {
    this.state = state
    this.#keys = keys
    this.#subnet = getSubnet(keys.registry, state.subnetId)
    this.#tree = createStateTree(state, keys.registry)
    this.#runtime = new WasmRuntime(runtime)
    this.#rooms = createExecutionRooms(keys)
    this.#slices = slices
    this.#trace = trace
    this.#rootHash = this.#labels.rootHash()
  }

  get #labels(): LabelTree {
    return this.#tree.labels
  }

  get rootHash(): Uint8Array {
    return this.#rootHash
  }

  get nextWake(): NextWake {
    return findNextWake(this.state)
  }

  /** The whole state as a change: what block making begins with. */
  get wholeView(): InductionViewChange {
    const canisters = [...this.state.canisters.values()].map((canister) => this.#viewOf(canister))
    return {canisters, historyAdded: [...this.state.ingressHistory.keys()], historyRemoved: []}
  }

  execute(batch: Batch): Executed {
    const {registry, rootKeyDer} = this.#keys
    processBatch(this.state, batch, {
      registry,
      rooms: this.#rooms,
      runtime: this.#runtime,
      rootKeyDer,
      previousRootHash: this.#rootHash,
      ...(this.#slices && {slices: this.#slices}),
      ...(this.#trace && {trace: this.#trace}),
    })
    updateStateTree(this.#tree, this.state, registry)
    this.#rootHash = this.#labels.rootHash()
    this.#signature = undefined
    return {
      kind: 'executed',
      height: this.state.height,
      timeNs: this.state.timeNs,
      rootHash: this.#rootHash,
      answered: [...this.state.touched.answered].map((id) => this.#answered(id)),
      view: this.#viewChange(),
      wake: this.nextWake,
    }
  }

  /** Queries and `read_state` are answered only between this and the next batch. */
  certified(height: number, signature: Uint8Array): void {
    if (height === this.state.height) this.#signature = signature
  }

  get isCertified(): boolean {
    return this.#signature !== undefined
  }

  filter(ingress: Ingress): FilterVerdict {
    const entry = this.state.ingressHistory.get(ingress.id)
    if (entry) return this.#known(ingress.id, entry.state.kind === 'terminal' || entry.state.kind === 'done')
    const rejection = filterIngress(this.state, ingress, {env: this.#environment(), registry: this.#keys.registry})
    return rejection ? {kind: 'rejected', ...rejection} : {kind: 'accepted'}
  }

  query(request: ReadRequest, nowNs: bigint): ReadAnswer {
    return answerQuery(this.#certifiedView(), request, nowNs)
  }

  readState(request: ReadRequest, nowNs: bigint): ReadAnswer {
    return answerReadState(this.#certifiedView(), request, nowNs)
  }

  #certifiedView(): CertifiedView {
    const signature = this.#signature!
    const getDataCertificate = (id: string): Uint8Array =>
      encodeCertificateFor({tree: this.#labels, paths: [[CANISTER, id, CERTIFIED_DATA]], signature})
    return {state: this.state, labels: this.#labels, signature, keys: this.#keys, env: {...this.#environment(), getDataCertificate}}
  }

  #environment(): ExecutionEnvironment {
    return {
      timeNs: this.state.timeNs,
      height: this.state.height,
      subnetId: this.state.subnetId,
      rootKeyDer: this.#keys.rootKeyDer,
      isSystemSubnet: this.#subnet.type === 'system',
      fees: feesFor(this.#subnet),
      runtime: this.#runtime,
    }
  }

  #known(id: MessageId, isTerminal: boolean): FilterVerdict {
    if (!isTerminal || !this.#signature) return {kind: 'known'}
    const certificate = encodeCertificateFor({tree: this.#labels, paths: [[REQUEST_STATUS, id]], signature: this.#signature})
    return {kind: 'known', certificate}
  }

  #answered(id: MessageId): AnsweredRequest {
    const path: LabelPath = [REQUEST_STATUS, id]
    return {id, witness: encodeHashTree(makeWitness(this.#labels, [path, TIME_PATH]))}
  }

  #viewChange(): InductionViewChange {
    const {touched, canisters, ingressHistory} = this.state
    const ids = [...touched.ingress]
    return {
      canisters: [...touched.canisters].map((id) => {
        const canister = canisters.get(id)
        return canister ? this.#viewOf(canister) : {id, spendableCycles: undefined}
      }),
      historyAdded: ids.filter((id) => ingressHistory.has(id)),
      historyRemoved: ids.filter((id) => !ingressHistory.has(id)),
    }
  }

  #viewOf(canister: CanisterState): InductionViewChange['canisters'][number] {
    return {id: canister.id, spendableCycles: canister.cycles - freezingLimit(canister, feesFor(this.#subnet))}
  }
}
