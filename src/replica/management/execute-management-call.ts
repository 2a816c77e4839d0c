/**
 * The management canister: takes one call, checks who may make it, runs the method and encodes the answer.
 *
 * Source: IC interface specification, "The IC management canister"; order of checks and texts: digest management-canister section 1.
 */

import {invariant} from '../../base/invariant.js'
import {MANAGEMENT_CANISTER_ID, type Principal, principalToText} from '../../protocol/principal.js'
import {type ErrorCode, rejectCodeOf} from '../../protocol/reject-codes.js'
import type {ExecutionEnvironment, QueryCall} from '../canister/environment.js'
import {getLongExecution} from '../canister/long-execution.js'
import type {SubnetRecord} from '../registry/subnet-record.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CallOutcome, Ingress, RejectCode, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {isVisibleTo} from './canister-status.js'
import {resumeInstallMethod} from './install-code.js'
import {canisterNotFound, isController, type ManagementCall, type ManagementStep, onlyControllers, reject} from './management-call.js'
import {decodeManagementArgs, encodeManagementReply} from './management-codec.js'
import {findMethodSpec, type MethodSpec} from './methods.js'

export interface ManagementEnvironment {
  readonly state: ReplicatedState
  readonly env: ExecutionEnvironment
  readonly subnet: SubnetRecord
  readonly chainKeySeed: Uint8Array
}

/** What became of a call. `deferred`: the answer comes from a stop context or a pending call. */
export type ManagementResult = CallOutcome | {readonly kind: 'deferred'}

/** The result with what it did beside its answer. */
export type ManagementExecution = ManagementResult & Omit<ManagementStep, 'kind' | 'value' | 'errorCode' | 'message'>

/** Executes an inducted call to `aaaaa-aa`, from a user or a canister. */
export function executeManagementCall(where: ManagementEnvironment, message: Ingress | Request): ManagementExecution {
  const spec = findMethodSpec(message.method)
  if (!spec) return rejected('IC0536', `Management canister has no method '${message.method}'`)
  const isAllowed = message.kind === 'request' ? spec.via !== 'query' : spec.via === 'ingressAndCanister'
  if (!isAllowed) return rejected('IC0406', notAllowed(message))
  const cycles = message.kind === 'request' ? message.cycles : 0n
  return encodeStep(runMethod(where, message, spec, cycles), message.method)
}

/** Goes on with the installation that holds a canister, and with the call that asked for it. */
export function resumeManagementCall(where: ManagementEnvironment, canister: CanisterState): ManagementExecution {
  const {cause} = getLongExecution(canister)
  invariant(cause.kind === 'install', 'of all methods only installations are long')
  const {call: message} = cause
  const decoded = decodeManagementArgs(message.method, message.payload)
  invariant(decoded.kind !== 'malformed', 'the arguments of an installation under way were decoded before')
  const cycles = message.kind === 'request' ? message.cycles : 0n
  const call = {...where, message, sender: message.sender, cycles, args: decoded.args} as ManagementCall<never>
  return encodeStep(resumeInstallMethod(call, canister), message.method)
}

function notAllowed({kind, method}: Ingress | Request): string {
  if (kind === 'ingress') return `Only canisters can call ic00 method ${method}`
  return `${method} API is only accessible to end users in non-replicated mode`
}

/** Evaluates a query call to `aaaaa-aa`. */
export function queryManagement(where: ManagementEnvironment, query: QueryCall): CallOutcome {
  const spec = findMethodSpec(query.method)
  if (!spec?.isQuery) return rejected('IC0536', `Query method ${query.method} not found.`)
  const message: Request = {
    kind: 'request',
    sender: query.caller,
    receiver: MANAGEMENT_CANISTER_ID,
    callbackId: 0,
    cycles: 0n,
    method: query.method,
    payload: query.payload,
    deadlineSeconds: 0,
  }
  const result = encodeStep(runMethod(where, message, spec, 0n), query.method)
  invariant(result.kind !== 'deferred', 'a management query answers at once')
  return result
}

function runMethod(where: ManagementEnvironment, message: Ingress | Request, spec: MethodSpec, cycles: bigint): ManagementStep {
  const decoded = decodeManagementArgs(message.method, message.payload)
  if (decoded.kind === 'malformed') return reject('IC0408', `Error decoding candid: ${decoded.message}`)
  const call = {...where, message, sender: message.sender, cycles, args: decoded.args} as ManagementCall<never>
  if (!spec.target) return spec.run(call, undefined as never)
  const id = spec.target(decoded.args as never)
  const target = where.state.canisters.get(id)
  if (!target) return canisterNotFound(principalToText(id))
  return checkSender(spec, target, message.sender) ?? spec.run(call, target)
}

function checkSender(spec: MethodSpec, target: CanisterState, sender: Principal): ManagementStep | undefined {
  switch (spec.sender) {
    case 'anyone':
      return undefined
    case 'controller':
      return isController(target, sender) ? undefined : onlyControllers(target, sender)
    case 'controllerOrSelf':
      return isController(target, sender) || sender === target.id ? undefined : onlyControllers(target, sender)
    case 'statusViewer':
      return sender === target.id || isVisibleTo(target, target.settings.statusVisibility, sender)
        ? undefined
        : onlyControllers(target, sender)
    case 'snapshotViewer':
      return isVisibleTo(target, target.settings.snapshotVisibility, sender) ? undefined : onlyControllers(target, sender)
  }
}

function encodeStep(step: ManagementStep, method: string): ManagementExecution {
  if (step.kind === 'deferred') return step
  if (step.kind === 'reject') {
    const {errorCode, message, ...rest} = step
    return {...rest, ...rejected(errorCode, message)}
  }
  const {value, ...rest} = step
  return {...rest, kind: 'reply', data: encodeManagementReply(method, value)}
}

function rejected(errorCode: ErrorCode, message: string): CallOutcome {
  return {kind: 'reject', code: rejectCodeOf(errorCode) as RejectCode, message, errorCode}
}
