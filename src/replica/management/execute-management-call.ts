/**
 * The management canister: takes one call, checks who may make it, runs the method and encodes the answer.
 *
 * Source: IC interface specification, "The IC management canister"; order of checks and texts: digest management-canister section 1.
 */

import {invariant} from '../../base/invariant.js'
import {type Principal, principalToText} from '../../protocol/principal.js'
import {type ErrorCode, rejectCodeOf} from '../../protocol/reject-codes.js'
import type {Answer, ExecutionEnvironment, QueryCall} from '../canister/environment.js'
import type {SubnetRecord} from '../registry/subnet-record.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CallOutcome, Ingress, RejectCode, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {isVisibleTo} from './canister-status.js'
import {canisterNotFound, isController, type ManagementCall, type ManagementStep, reject} from './management-call.js'
import {decodeManagementArgs, encodeManagementReply} from './management-codec.js'
import {findMethodSpec, type MethodSpec} from './methods.js'

export interface ManagementEnvironment {
  readonly state: ReplicatedState
  readonly env: ExecutionEnvironment
  readonly subnet: SubnetRecord
}

export interface ManagementOutcome {
  /** Absent while the answer is still to come. */
  readonly outcome?: CallOutcome
  /** Attached cycles that go back with the answer. */
  readonly refund: bigint
  /** Answers to others, e.g. to stop requests that ended. */
  readonly answers: readonly Answer[]
  readonly instructions: bigint
}

/** Executes an inducted call to `aaaaa-aa`, from a user or a canister. */
export function executeManagementCall(where: ManagementEnvironment, message: Ingress | Request): ManagementOutcome {
  const cycles = message.kind === 'request' ? message.cycles : 0n
  const spec = findMethodSpec(message.method)
  const isAllowed = spec && (message.kind === 'request' ? spec.via !== 'query' : spec.via === 'ingressAndCanister')
  const step = !spec
    ? reject('IC0536', `Management canister has no method '${message.method}'`)
    : isAllowed
      ? runMethod(where, message, spec, cycles)
      : reject('IC0406', `${message.method} cannot be called by ${message.kind === 'request' ? 'a canister in replicated mode' : 'a user'}`)
  return finish(step, message.method, cycles)
}

/** Evaluates a query call to `aaaaa-aa`. */
export function queryManagement(where: ManagementEnvironment, query: QueryCall): CallOutcome {
  const spec = findMethodSpec(query.method)
  if (!spec?.isQuery) return rejected('IC0536', `Query method ${query.method} not found.`)
  const message = {...query, kind: 'request', sender: query.caller, cycles: 0n} as unknown as Request
  const {outcome} = finish(runMethod(where, message, spec, 0n), query.method, 0n)
  invariant(outcome, 'a management query answers at once')
  return outcome
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
  }
}

function onlyControllers(canister: CanisterState, sender: Principal): ManagementStep {
  const controllers = canister.settings.controllers.map(principalToText).join(' ')
  return reject(
    'IC0512',
    `Only the controllers of the canister ${principalToText(canister.id)} can control it.\nCanister's controllers: ${controllers}\nSender's ID: ${principalToText(sender)}`,
  )
}

function finish(step: ManagementStep, method: string, cycles: bigint): ManagementOutcome {
  const rest = {refund: cycles - (step.acceptedCycles ?? 0n), answers: step.answers ?? [], instructions: step.instructions ?? 0n}
  switch (step.kind) {
    case 'deferred':
      return rest
    case 'reply':
      return {...rest, outcome: {kind: 'reply', data: encodeManagementReply(method, step.value)}}
    case 'reject':
      return {...rest, outcome: rejected(step.errorCode, step.message)}
  }
}

function rejected(errorCode: ErrorCode, message: string): CallOutcome {
  return {kind: 'reject', code: rejectCodeOf(errorCode) as RejectCode, message, errorCode}
}
