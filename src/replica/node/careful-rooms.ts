/**
 * Executes a height that the process may have died of: says what it is about to execute before it does, and does not execute what is quarantined.
 *
 * What is quarantined fails as a trap would, so that call contexts close, cycles come back and callers learn of it. Together with the log's record
 * that names it this is as deterministic as any other execution.
 */

import type {CanisterId} from '../../protocol/principal.js'
import {principalToText} from '../../protocol/principal.js'
import type {ExecutionEnvironment} from '../canister/environment.js'
import type {ExecutionOutput, Runtime} from '../canister/runtime.js'
import type {CanisterTask, ExecutionRooms} from '../execution/execution-rooms.js'
import type {CanisterMessage} from '../state/messages.js'

/** Something that is executed on its own. */
export interface Subject {
  /** The same in every replay: a message id, or caller and callback, or canister and task. */
  readonly id: string
  /** For people. */
  readonly text: string
}

export interface Care {
  readonly quarantined: readonly string[]
  readonly announce?: (subject: Subject) => void
}

const ERROR_CODE = 'IC0502'
const REASON = 'The process of the network ended each time it executed this message, so it is not executed.'

export function carefulRooms(rooms: ExecutionRooms, {quarantined, announce}: Care): ExecutionRooms {
  const isQuarantined = (subject: Subject): boolean => {
    announce?.(subject)
    return quarantined.includes(subject.id)
  }
  const envFor = (subject: Subject, env: ExecutionEnvironment): ExecutionEnvironment =>
    isQuarantined(subject) ? {...env, runtime: withoutRunning(env.runtime)} : env
  return {
    ...rooms,
    executeMessage: (canister, message, env) => rooms.executeMessage(canister, message, envFor(subjectOf(canister.id, message), env)),
    executeResponse: (canister, response, env) => rooms.executeResponse(canister, response, envFor(subjectOf(canister.id, response), env)),
    executeTask: (canister, task, env) => rooms.executeTask(canister, task, envFor(taskSubject(canister.id, task), env)),
    resumeMessage: (canister, env) => rooms.resumeMessage(canister, envFor(resumedSubject(canister.id), env)),
    resumeManagementCall: (where, canister) =>
      rooms.resumeManagementCall({...where, env: envFor(resumedSubject(canister.id), where.env)}, canister),
    executeManagementCall: (where, call) =>
      isQuarantined(subjectOf(call.receiver, call))
        ? {kind: 'reject', code: 5, errorCode: ERROR_CODE, message: REASON}
        : rooms.executeManagementCall(where, call),
  }
}

/** Every execution fails at once. */
function withoutRunning(runtime: Runtime): Runtime {
  const fail = (): ExecutionOutput => ({
    kind: 'finished',
    instructions: 0n,
    logs: [],
    result: {kind: 'failure', error: {errorCode: ERROR_CODE, description: REASON}},
  })
  return {
    inspectModule: (module) => runtime.inspectModule(module),
    run: fail,
    collect: fail,
    proceed: () => {},
    abandon: (canisterId) => runtime.abandon(canisterId),
    release: (heap) => runtime.release(heap),
    forgetAll: () => runtime.forgetAll(),
  }
}

function subjectOf(canisterId: CanisterId, message: CanisterMessage): Subject {
  const at = nameOf(canisterId)
  switch (message.kind) {
    case 'ingress':
      return {id: message.id, text: `the call of '${message.method}' of ${at}, request 0x${message.id}`}
    case 'request':
      return {
        id: `request ${message.sender} ${message.callbackId}`,
        text: `the call of '${message.method}' of ${at} by ${nameOf(message.sender)}`,
      }
    case 'response':
      return {id: `response ${canisterId} ${message.callbackId}`, text: `the answer of ${nameOf(message.respondent)} to ${at}`}
  }
}

function taskSubject(canisterId: CanisterId, task: CanisterTask): Subject {
  return {id: `${task} ${canisterId}`, text: `the ${task} of ${nameOf(canisterId)}`}
}

function resumedSubject(canisterId: CanisterId): Subject {
  return {id: `resumed ${canisterId}`, text: `the long execution of ${nameOf(canisterId)}`}
}

const nameOf = (id: CanisterId): string => (id === '' ? 'the management canister' : `canister ${principalToText(id)}`)
