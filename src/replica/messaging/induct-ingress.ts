/**
 * Takes the users' messages of a block in: charges them, queues them, and rejects at once what cannot be queued.
 *
 * Source: digest execution-and-cycles section 1, "Induction errors": order, codes and texts.
 */

import {type CanisterId, MANAGEMENT_CANISTER_ID, principalToText} from '../../protocol/principal.js'
import {type ErrorCode, rejectCodeOf} from '../../protocol/reject-codes.js'
import type {FeeTable} from '../cycles/fees.js'
import {ingressInductionCost} from '../cycles/ingress-charge.js'
import {outOfCyclesMessage, withdraw} from '../cycles/withdraw.js'
import type {ExecutionRooms} from '../execution/execution-rooms.js'
import {answerIngress, MAX_INGRESS_HISTORY_ENTRIES, receiveIngress} from '../state/ingress-history.js'
import type {Ingress, RejectCode} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'

type Refusal = readonly [errorCode: ErrorCode, message: string]

export interface InductionRules {
  readonly fees: FeeTable
  readonly isSystemSubnet: boolean
  readonly rooms: Pick<ExecutionRooms, 'examineManagementIngress'>
}

/** In block order. Messages that were seen before, or have expired, are passed over: no message is executed twice. */
export function inductIngress(state: ReplicatedState, messages: readonly Ingress[], rules: InductionRules): void {
  for (const message of messages) {
    if (message.expiryNs < state.timeNs || state.ingressHistory.has(message.id)) continue
    const isFull = !rules.isSystemSubnet && state.ingressHistory.size >= MAX_INGRESS_HISTORY_ENTRIES
    receiveIngress(state, message)
    const refusal: Refusal | undefined = isFull
      ? ['IC0204', `Maximum ingress history capacity ${MAX_INGRESS_HISTORY_ENTRIES} reached`]
      : induct(state, message, rules)
    if (refusal) reject(state, message, refusal)
  }
}

function induct(state: ReplicatedState, message: Ingress, rules: InductionRules): Refusal | undefined {
  if (message.receiver === MANAGEMENT_CANISTER_ID || message.receiver === state.subnetId) return inductManagement(state, message, rules)
  const refusal = charge(state, message, message.receiver, rules)
  if (refusal) return refusal
  const canister = state.canisters.get(message.receiver)!
  if (canister.status.kind !== 'running')
    return [
      canister.status.kind === 'stopping' ? 'IC0509' : 'IC0508',
      `Canister ${principalToText(canister.id)} is ${canister.status.kind}`,
    ]
  canister.queues.pushIngress(message)
  return undefined
}

function inductManagement(state: ReplicatedState, message: Ingress, rules: InductionRules): Refusal | undefined {
  const {method, payload} = message
  const examined = rules.rooms.examineManagementIngress(method, payload)
  const prefix = 'Cannot enqueue management message because'
  switch (examined.kind) {
    case 'unknown_method':
      return ['IC0536', `${prefix} ${method} method is unknown.`]
    case 'not_for_users':
      return ['IC0406', `${prefix} ${method} method is not allowed to be called via ingress messages.`]
    case 'malformed':
      return ['IC0408', `${prefix} its Candid payload is invalid.`]
    case 'valid': {
      const refusal = examined.payer === undefined ? undefined : charge(state, message, examined.payer, rules)
      if (!refusal) state.subnetInput.push(message)
      return refusal
    }
  }
}

/** Takes the fee from the payer, above its freezing limit. */
function charge(state: ReplicatedState, message: Ingress, payer: CanisterId, {fees}: InductionRules): Refusal | undefined {
  const canister = state.canisters.get(payer)
  if (!canister) return ['IC0301', `Canister ${principalToText(payer)} not found`]
  const cost = ingressInductionCost(message, fees)
  const shortage = cost === 0n ? undefined : withdraw(canister, cost, 'ingressInduction', fees)
  if (shortage) return ['IC0207', outOfCyclesMessage(canister, shortage, message.sender)]
  state.touched.canisters.add(payer)
  return undefined
}

function reject(state: ReplicatedState, {id}: Ingress, [errorCode, message]: Refusal): void {
  answerIngress(state, id, {kind: 'reject', code: rejectCodeOf(errorCode) as RejectCode, errorCode, message})
}
