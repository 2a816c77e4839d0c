/**
 * Query calls: evaluated on the certified state, leaving no trace in it; composite queries with everything they call.
 *
 * The calls of a composite query are made depth first, one after the other, after the function that made them has ended. Every callee
 * starts from the certified state, while the caller keeps its changed heap through its callbacks.
 * Source: digest execution-and-cycles sections 3 and 8.
 */

import {EMPTY_BYTES} from '../../base/bytes.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, principalToText} from '../../protocol/principal.js'
import type {ExecutionEnvironment, QueryCall} from '../canister/environment.js'
import {abandonQuery, type QueryFrame, type QueryStep, resumeQuery, startQuery} from '../canister/execute-query.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {queryManagement} from '../management/execute-management-call.js'
import {getSubnet} from '../registry/ranges.js'
import type {Registry} from '../registry/subnet-record.js'
import type {CallOutcome, ResponsePayload} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'

/** Calls below the entry: one that is called by a callee has depth 2. */
const MAX_DEPTH = 6
/** What a composite query may ask of the management canister. */
const COMPOSITE_MANAGEMENT_METHODS = ['canister_status', 'canister_metrics', 'fetch_canister_logs', 'list_canisters']

export interface QueryContext {
  readonly state: ReplicatedState
  readonly env: ExecutionEnvironment
  readonly registry: Registry
  /** Asked before every call of a composite query: true when 10 s have passed. Without it there is no limit of time. */
  readonly isOverdue?: () => boolean
}

/** One evaluation at one canister: what `canister_status.query_stats` counts. */
export interface QueryRecord {
  readonly canisterId: CanisterId
  readonly instructions: bigint
  readonly requestPayloadBytes: number
  readonly responsePayloadBytes: number
}

export interface QueryEvaluation {
  readonly outcome: CallOutcome
  /** Of all canisters that took part. */
  readonly records: readonly QueryRecord[]
}

export function evaluateQuery(context: QueryContext, receiver: CanisterId, call: QueryCall): QueryEvaluation {
  if (receiver === MANAGEMENT_CANISTER_ID || receiver === context.state.subnetId)
    return {outcome: askManagement(context, call), records: []}
  return new QueryGraph(context).evaluate(receiver, call)
}

/** No query method uses the chain keys. */
function askManagement({state, env, registry}: QueryContext, call: QueryCall): CallOutcome {
  return queryManagement({state, env, subnet: getSubnet(registry, state.subnetId), chainKeySeed: EMPTY_BYTES}, call)
}

/** Ends the whole query, not only the callee that ran into it. */
class GraphLimit {
  constructor(readonly outcome: CallOutcome) {}
}

class QueryGraph {
  readonly #context: QueryContext
  readonly #records: QueryRecord[] = []
  #instructionsLeft: bigint
  readonly #callOverhead: bigint

  constructor(context: QueryContext) {
    const limits = instructionLimits(context.env.isSystemSubnet)
    this.#context = context
    this.#instructionsLeft = limits.query
    this.#callOverhead = limits.compositeCallOverhead
  }

  evaluate(receiver: CanisterId, call: QueryCall): QueryEvaluation {
    const result = this.#visit(receiver, call, 0)
    return {outcome: result instanceof GraphLimit ? result.outcome : result, records: this.#records}
  }

  #visit(receiver: CanisterId, call: QueryCall, depth: number): CallOutcome | GraphLimit {
    const canister = this.#context.state.canisters.get(receiver)
    if (!canister) return rejected('IC0301', 3, `Canister ${principalToText(receiver)} not found`)
    const {env} = this.#context
    let step = startQuery(canister, call, env, {instructionLimit: this.#instructionsLeft, isEntry: depth === 0})
    let instructions = this.#spend(step)
    while (step.kind === 'waiting') {
      const resumed: QueryStep | GraphLimit = this.#proceed(step.frame, depth)
      if (resumed instanceof GraphLimit) {
        abandonQuery(step.frame, env)
        return resumed
      }
      if (resumed.kind === 'answered') abandonQuery(step.frame, env)
      instructions += this.#spend(resumed)
      step = resumed
    }
    this.#record(receiver, call, step.outcome, instructions)
    return step.outcome
  }

  /** Makes the oldest call of a frame, and brings its response back. */
  #proceed(frame: QueryFrame, depth: number): QueryStep | GraphLimit {
    const [next, ...pending] = frame.pending
    const limit = this.#findLimit(next!.receiver, depth + 1)
    if (limit) return limit
    const response = this.#call(frame, next!, depth + 1)
    if (response instanceof GraphLimit) return response
    return resumeQuery({...frame, pending}, next!, response, {env: this.#context.env, instructionLimit: this.#instructionsLeft})
  }

  #findLimit(receiver: CanisterId, depth: number): GraphLimit | undefined {
    if (depth > MAX_DEPTH && receiver !== MANAGEMENT_CANISTER_ID)
      return new GraphLimit(rejected('IC0525', 5, 'Composite query calls exceeded the maximum call depth.'))
    this.#instructionsLeft -= this.#callOverhead
    if (this.#instructionsLeft <= 0n) return new GraphLimit(rejected('IC0526', 5, 'Composite query calls exceeded the instruction limit.'))
    if (this.#context.isOverdue?.()) return new GraphLimit(rejected('IC0528', 5, 'Composite query call exceeded the time limit.'))
    return undefined
  }

  #call(frame: QueryFrame, {receiver, method, payload}: QueryFrame['pending'][number], depth: number): ResponsePayload | GraphLimit {
    const call: QueryCall = {caller: frame.canister.id, method, payload}
    const outcome = receiver === MANAGEMENT_CANISTER_ID ? this.#askManagement(call) : this.#visit(receiver, call, depth)
    if (outcome instanceof GraphLimit || outcome.kind === 'reply') return outcome
    return {kind: 'reject', code: outcome.code, message: outcome.message}
  }

  #askManagement(call: QueryCall): CallOutcome {
    if (COMPOSITE_MANAGEMENT_METHODS.includes(call.method)) return askManagement(this.#context, call)
    return rejected('IC0536', 5, `Query method ${call.method} not found.`)
  }

  #spend({instructions}: QueryStep): bigint {
    this.#instructionsLeft -= instructions
    return instructions
  }

  #record(canisterId: CanisterId, {payload}: QueryCall, outcome: CallOutcome, instructions: bigint): void {
    const responsePayloadBytes = outcome.kind === 'reply' ? outcome.data.length : outcome.message.length
    this.#records.push({canisterId, instructions, requestPayloadBytes: payload.length, responsePayloadBytes})
  }
}

function rejected(errorCode: string, code: 3 | 5, message: string): CallOutcome {
  return {kind: 'reject', code, errorCode, message}
}
