/**
 * The worker's mind: owns the replicated state, its tree and the runtime. Executes batches, answers queries and `read_state`.
 *
 * Synchronous and without I/O: the worker around it moves messages and writes checkpoints.
 */

import {encodeHashTree} from '../../protocol/hash-tree.js'
import type {CanisterId} from '../../protocol/principal.js'
import type {OutcallResult} from '../adapters/perform-outcall.js'
import type {ExecutionEnvironment} from '../canister/environment.js'
import {WasmRuntime, type WasmRuntimeOptions} from '../canister/wasm-runtime.js'
import {encodeCertificateFor, TIME_PATH} from '../certification/certify.js'
import {type CertificateUse, type RootCertification, SubnetDelegations} from '../certification/delegations.js'
import {type LabelPath, type LabelTree, textLabel} from '../certification/label-tree.js'
import {createStateTree, type StateTree, updateStateTree} from '../certification/state-tree.js'
import {type Exclusion, makeWitness} from '../certification/witness.js'
import {type FeeTable, feesFor} from '../cycles/fees.js'
import {freezingLimit} from '../cycles/freezing-limit.js'
import {memoryUsageBytes} from '../cycles/memory-usage.js'
import type {ExecutionRooms, TraceEvent} from '../execution/execution-rooms.js'
import {filterIngress} from '../execution/ingress-filter.js'
import {findNextWake, type NextWake} from '../execution/next-wake.js'
import {environmentOf} from '../execution/subnet-environment.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import {finishOutcall} from '../management/http-response.js'
import type {Batch} from '../messaging/batch.js'
import {processBatch} from '../messaging/process-batch.js'
import {getSubnet} from '../registry/ranges.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, MessageId, ResponsePayload} from '../state/messages.js'
import type {HttpOutcall, ReplicatedState} from '../state/replicated-state.js'
import type {CheckpointInput} from '../store/checkpoint-store.js'
import type {QueryRequest} from './admit-query.js'
import {type Care, carefulRooms} from './careful-rooms.js'
import {encodeCheckpoint} from './checkpoint.js'
import {createExecutionRooms} from './execution-rooms.js'
import type {GenesisKeys} from './genesis.js'
import type {AnsweredRequest, CanisterSummary, Executed, FilterVerdict, InductionViewChange, OutcallChange} from './messages.js'
import {answerQuery} from './query-answer.js'
import {QueryCounter} from './query-counter.js'
import {answerReadState} from './read-state-answer.js'

export interface ExecutionCoreOptions {
  readonly state: ReplicatedState
  /** The state is that of a checkpoint; else all of it goes into the next one. */
  readonly isSaved?: boolean
  readonly keys: GenesisKeys
  readonly runtime: WasmRuntimeOptions
  /** Other than the Internet Computer's: for tests. */
  readonly slices?: ExecutionEnvironment['slices']
  readonly trace?: (event: TraceEvent) => void
  /** Of the root subnet, where this is another one. */
  readonly root?: RootCertification
}

/** What answers are made from: a state whose root is signed. */
export interface CertifiedView {
  readonly state: ReplicatedState
  /** A certificate that shows these paths. */
  readonly certify: (paths: readonly LabelPath[], use: CertificateUse, exclude?: Exclusion) => Uint8Array
  readonly keys: GenesisKeys
  readonly env: ExecutionEnvironment
  readonly queries: QueryCounter
}

const REQUEST_STATUS = textLabel('request_status')

export class ExecutionCore {
  readonly state: ReplicatedState
  readonly #keys: GenesisKeys
  readonly #tree: StateTree
  readonly #runtime: WasmRuntime
  readonly #rooms: ExecutionRooms
  readonly #slices: ExecutionCoreOptions['slices']
  readonly #trace: (event: TraceEvent) => void
  /** Created, changed or deleted since the last checkpoint was begun. */
  readonly #unsaved = new Set<CanisterId>()
  readonly #queries = new QueryCounter()
  readonly #delegations: SubnetDelegations
  #instructions = 0n
  #rootHash: Uint8Array
  /** Undefined while the newest state is not certified. */
  #certified: CertifiedView | undefined
  readonly #fees: FeeTable

  constructor({state, isSaved = false, keys, runtime, slices, trace, root}: ExecutionCoreOptions) {
    this.state = state
    if (!isSaved) for (const id of state.canisters.keys()) this.#unsaved.add(id)
    this.#keys = keys
    this.#delegations = new SubnetDelegations(state.subnetId, root)
    this.#fees = feesFor(getSubnet(keys.registry, state.subnetId))
    this.#tree = createStateTree(state, keys.registry)
    this.#runtime = new WasmRuntime(runtime)
    this.#rooms = createExecutionRooms(keys)
    this.#slices = slices
    this.#trace = (event) => {
      this.#instructions += event.instructions
      trace?.(event)
    }
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

  /** All pending outcalls, as a change. */
  get allOutcalls(): OutcallChange {
    return this.#outcallsFrom(0)
  }

  execute(batch: Batch, care?: Care): Executed {
    const {nextSubnetCallId} = this.state
    const {registry, rootKeyDer} = this.#keys
    this.#instructions = 0n
    processBatch(this.state, batch, {
      registry,
      rooms: care ? carefulRooms(this.#rooms, care) : this.#rooms,
      runtime: this.#runtime,
      rootKeyDer,
      previousRootHash: this.#rootHash,
      ...(this.#slices && {slices: this.#slices}),
      trace: this.#trace,
    })
    updateStateTree(this.#tree, this.state, registry)
    this.#rootHash = this.#labels.rootHash()
    this.#certified = undefined
    for (const id of this.state.touched.canisters) this.#unsaved.add(id)
    return {
      kind: 'executed',
      height: this.state.height,
      timeNs: this.state.timeNs,
      rootHash: this.#rootHash,
      answered: [...this.state.touched.answered].map((id) => this.#answered(id)),
      view: this.#viewChange(),
      wake: this.nextWake,
      queryStats: this.#queries.take(),
      outcalls: this.#outcallsFrom(nextSubnetCallId),
      instructions: this.#instructions,
    }
  }

  /** What a checkpoint of this moment writes; the next one begins from here. */
  takeCheckpoint(anchor: Uint8Array): CheckpointInput {
    const ids = [...this.#unsaved]
    this.#unsaved.clear()
    return encodeCheckpoint(this.state, ids, anchor)
  }

  /** Queries and `read_state` are answered only between this and the next batch. */
  certified(height: number, signature: Uint8Array): void {
    if (height === this.state.height) this.#certified = this.#makeView(signature)
  }

  get isCertified(): boolean {
    return this.#certified !== undefined
  }

  filter(ingress: Ingress, use: CertificateUse): FilterVerdict {
    const entry = this.state.ingressHistory.get(ingress.id)
    if (entry) return this.#known(ingress.id, use, entry.state.kind === 'terminal' || entry.state.kind === 'done')
    const rejection = filterIngress(this.state, ingress, {env: this.#environment(), registry: this.#keys.registry})
    return rejection ? {kind: 'rejected', ...rejection} : {kind: 'accepted'}
  }

  query(request: QueryRequest, nowNs: bigint): ReadAnswer {
    return answerQuery(this.#certified!, request, nowNs)
  }

  /** The answer of an outcall from what this node fetched. */
  finishOutcall(request: HttpOutcall, result: OutcallResult): ResponsePayload {
    return finishOutcall(this.#certified!, request, result)
  }

  readState(request: ReadRequest, nowNs: bigint): ReadAnswer {
    return answerReadState(this.#certified!, request, nowNs)
  }

  #makeView(signature: Uint8Array): CertifiedView {
    const certify: CertifiedView['certify'] = (paths, use, exclude) => {
      const delegation = this.#delegations.find(use)
      return encodeCertificateFor({tree: this.#labels, paths, signature, ...(exclude && {exclude}), ...(delegation && {delegation})})
    }
    return {
      state: this.state,
      certify,
      keys: this.#keys,
      env: this.#environment(),
      queries: this.#queries,
    }
  }

  #environment(): ExecutionEnvironment {
    const {registry, rootKeyDer} = this.#keys
    return environmentOf(this.state, {registry, rootKeyDer, runtime: this.#runtime})
  }

  /** Those with `firstId` or later count as added. */
  #outcallsFrom(firstId: number): OutcallChange {
    const pending = this.state.pendingSubnetCalls.filter((call) => call.kind === 'http_request')
    const added = pending.filter(({id}) => id >= firstId).map(({id, request}) => ({id, request}))
    return {added, pendingIds: pending.map(({id}) => id)}
  }

  #known(id: MessageId, use: CertificateUse, isTerminal: boolean): FilterVerdict {
    if (!isTerminal || !this.#certified) return {kind: 'known'}
    const certificate = this.#certified.certify([[REQUEST_STATUS, id]], use)
    return {kind: 'known', certificate}
  }

  #answered(id: MessageId): AnsweredRequest {
    const path: LabelPath = [REQUEST_STATUS, id]
    const witness = encodeHashTree(makeWitness(this.#labels, [path, TIME_PATH]))
    const delegations = this.#delegationsFor(this.state.ingressHistory.get(id)!.effectiveCanisterId)
    return {id, witness, ...(delegations && {delegations})}
  }

  #delegationsFor(effectiveId: CanisterId): AnsweredRequest['delegations'] {
    const scope = effectiveId === this.state.subnetId ? 'subnet' : 'canister'
    const flat = this.#delegations.findEncoded({scope, effectiveId, delegation: 'flat'})
    const tree = this.#delegations.findEncoded({scope, effectiveId, delegation: 'tree'})
    return flat && tree && {flat, tree}
  }

  /** In the order of their ids. */
  listCanisters(): readonly CanisterSummary[] {
    return [...this.state.canisters.values()]
      .map((canister) => ({
        canisterId: canister.id,
        status: canister.status.kind,
        balanceCycles: canister.cycles,
        memoryBytes: BigInt(memoryUsageBytes(canister)),
        hasModule: canister.code !== undefined,
      }))
      .sort((a, b) => (a.canisterId < b.canisterId ? -1 : 1))
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
    return {id: canister.id, spendableCycles: canister.cycles - freezingLimit(canister, this.#fees)}
  }
}
