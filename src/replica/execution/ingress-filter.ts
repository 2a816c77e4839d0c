/**
 * Whether a node takes an ingress message into its pool: what would be refused later anyway, and what the canister itself does not want.
 *
 * It changes nothing, and one node asks itself alone: consensus does not rely on it.
 * Source: digest http-interface section 6; management methods: digest management-canister section 1, "Refusals before induction".
 */

import {MANAGEMENT_CANISTER_ID, principalToText} from '../../protocol/principal.js'
import {type ErrorCode, rejectCodeOf} from '../../protocol/reject-codes.js'
import type {ExecutionEnvironment} from '../canister/environment.js'
import {findMethod, findModuleInfo} from '../canister/find-method.js'
import {inspectMessage} from '../canister/inspect-message.js'
import {ingressInductionCost} from '../cycles/ingress-charge.js'
import {findShortage, outOfCyclesMessage} from '../cycles/withdraw.js'
import {isVisibleTo} from '../management/canister-status.js'
import {isController} from '../management/management-call.js'
import {findMethodSpec} from '../management/methods.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, RejectCode} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {examineManagementIngress} from './management-ingress.js'
import type {QueryContext} from './queries.js'

export interface IngressRejection {
  readonly code: RejectCode
  readonly errorCode: string
  readonly message: string
}

type Refusal = readonly [errorCode: ErrorCode, message: string]

/** Undefined when the message may go into the pool. `env` is that of the certified state. */
export function filterIngress(
  state: ReplicatedState,
  message: Ingress,
  {env}: Pick<QueryContext, 'env' | 'registry'>,
): IngressRejection | undefined {
  const isForManagement = message.receiver === MANAGEMENT_CANISTER_ID || message.receiver === state.subnetId
  const refusal = isForManagement ? filterManagementCall(state, message, env) : filterCall(state, message, env)
  if (!refusal) return undefined
  const [errorCode, text] = refusal
  return {code: rejectCodeOf(errorCode) as RejectCode, errorCode, message: text}
}

function filterCall(state: ReplicatedState, message: Ingress, env: ExecutionEnvironment): Refusal | undefined {
  const canister = state.canisters.get(message.receiver)
  if (!canister) return notFound(message.receiver)
  return findCostRefusal(canister, message, env) ?? findMethodRefusal(canister, message, env)
}

function findMethodRefusal(canister: CanisterState, message: Ingress, env: ExecutionEnvironment): Refusal | undefined {
  const id = principalToText(canister.id)
  if (canister.status.kind === 'stopping') return ['IC0509', `Canister ${id} is stopping`]
  if (canister.status.kind === 'stopped') return ['IC0508', `Canister ${id} is stopped`]
  const info = findModuleInfo(canister, env)
  if (!info) return ['IC0537', 'Requested canister has no wasm module']
  if (findMethod(info, message.method, ['update', 'query', 'compositeQuery']) === 'compositeQuery')
    return ['IC0527', 'Composite query cannot be called in replicated mode']
  const inspection = inspectMessage(canister, message, env)
  if (inspection.kind === 'accepted') return undefined
  const {errorCode} = inspection
  return [errorCode as ErrorCode, errorCode === 'IC0406' ? notAccepted(id) : inspection.message]
}

function notAccepted(id: string): string {
  return `Error from Canister ${id}: Canister rejected the message.\nThe canister's \`canister_inspect_message\` did not accept this call: check the method, its argument and the identity of the caller.`
}

function filterManagementCall(state: ReplicatedState, message: Ingress, env: ExecutionEnvironment): Refusal | undefined {
  const {method, payload} = message
  const examined = examineManagementIngress(method, payload)
  switch (examined.kind) {
    case 'unknown_method':
      return ['IC0536', `ic00 interface does not expose method ${method}`]
    case 'not_for_users':
      return ['IC0406', notForUsers(method)]
    case 'malformed':
      return ['IC0408', `Failed to parse payload for ic00 method ${method}: ${examined.message}`]
    case 'valid': {
      if (examined.payer === undefined) return undefined
      const canister = state.canisters.get(examined.payer)
      if (!canister) return notFound(examined.payer)
      return findCostRefusal(canister, message, env) ?? findSenderRefusal(canister, message)
    }
  }
}

function notForUsers(method: string): string {
  return method === 'fetch_canister_logs'
    ? 'fetch_canister_logs API is not accessible via ingress in replicated mode'
    : `ic00 method ${method} can not be called via ingress messages`
}

function findSenderRefusal(canister: CanisterState, {sender, method}: Ingress): Refusal | undefined {
  const required = findMethodSpec(method)!.sender
  if (required === 'anyone' || isController(canister, sender)) return undefined
  if (required === 'statusViewer' && isVisibleTo(canister, canister.settings.statusVisibility, sender)) return undefined
  if (required === 'snapshotViewer' && isVisibleTo(canister, canister.settings.snapshotVisibility, sender)) return undefined
  return ['IC0512', `Only controllers of canister ${principalToText(canister.id)} can call ic00 method ${method}`]
}

function findCostRefusal(canister: CanisterState, message: Ingress, {fees}: ExecutionEnvironment): Refusal | undefined {
  const cost = ingressInductionCost(message, fees)
  const shortage = cost === 0n ? undefined : findShortage(canister, cost, fees)
  return shortage && ['IC0207', outOfCyclesMessage(canister, shortage, message.sender)]
}

function notFound(id: Ingress['receiver']): Refusal {
  return ['IC0301', `Canister ${principalToText(id)} not found`]
}
