/**
 * The state machine: executes one batch on the state, in place. The result is a function of state, batch and registry alone; `runtime`
 * is a cache.
 *
 * Source: digest execution-and-cycles section 4; what the batch holds: digest consensus section 6.
 */

import {invariant} from '../../base/invariant.js'
import {recountMemory} from '../cycles/subnet-memory.js'
import type {RoundContext} from '../execution/execution-rooms.js'
import {expireMessages} from '../execution/expire.js'
import {decayInstallDebts} from '../execution/install-debt.js'
import {MessageMemory} from '../execution/message-memory.js'
import {executeRound} from '../execution/round.js'
import {environmentOf, type Surroundings} from '../execution/subnet-environment.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {settleAwake} from '../state/select-canisters.js'
import type {Batch, QueryStatsDelta} from './batch.js'
import {answerPendingCalls} from './consensus-answers.js'
import {inductIngress} from './induct-ingress.js'
import {countBlockMakers} from './node-metrics.js'

export interface BatchContext extends Pick<RoundContext, 'rooms' | 'trace'>, Omit<Surroundings, 'getDataCertificate'> {
  /** Root of the state tree before this batch: states are chained through `/metadata`. Undefined at genesis. */
  readonly previousRootHash: Uint8Array | undefined
}

/** Returns `state`, changed. `state.touched` names what this batch changed. */
export function processBatch(state: ReplicatedState, batch: Batch, context: BatchContext): ReplicatedState {
  const sinceLastRoundNs = batch.timeNs - state.timeNs
  beginBatch(state, batch, context.previousRootHash)
  const {registry, rooms, trace} = context
  const round: RoundContext = {env: environmentOf(state, context), registry, rooms, isSummary: batch.isSummary, ...(trace && {trace})}
  decayInstallDebts(state, sinceLastRoundNs)
  expireMessages(state)
  inductIngress(state, batch.ingress, {...round.env, rooms})
  answerPendingCalls(state, batch)
  executeRound(state, round, new MessageMemory(state))
  recountMemory(state, state.touched.canisters)
  settleAwake(state)
  return state
}

function beginBatch(state: ReplicatedState, batch: Batch, previousRootHash: Uint8Array | undefined): void {
  invariant(batch.height === state.height + 1, `batch ${batch.height} does not follow height ${state.height}`)
  invariant(batch.timeNs > state.timeNs, `batch ${batch.height} is not later than the one before`)
  for (const changed of Object.values(state.touched)) changed.clear()
  state.height = batch.height
  state.timeNs = batch.timeNs
  state.previousRootHash = previousRootHash
  countBlockMakers(state, batch)
  for (const stats of batch.queryStats ?? []) addQueryStats(state, stats)
  if (batch.stoppedForNs) skipCharges(state, batch.stoppedForNs)
}

/** Of a canister that still exists. */
function addQueryStats(state: ReplicatedState, added: QueryStatsDelta): void {
  const canister = state.canisters.get(added.canisterId)
  if (!canister) return
  const {calls, instructions, requestPayloadBytes, responsePayloadBytes} = canister.queryStats
  canister.queryStats = {
    calls: calls + added.calls,
    instructions: instructions + added.instructions,
    requestPayloadBytes: requestPayloadBytes + added.requestPayloadBytes,
    responsePayloadBytes: responsePayloadBytes + added.responsePayloadBytes,
  }
  state.touched.canisters.add(canister.id)
}

function skipCharges(state: ReplicatedState, durationNs: bigint): void {
  state.idleChargedAtNs += durationNs
  for (const canister of state.canisters.values()) {
    canister.chargedUntilNs += durationNs
    state.touched.canisters.add(canister.id)
  }
}
