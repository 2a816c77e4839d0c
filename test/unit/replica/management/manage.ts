/** Calls methods of the management canister on a state, as execution does, and reads their answers. */

import assert from 'node:assert/strict'
import {decodeArgs} from '../../../../src/candid/decode.js'
import {encodeArgs} from '../../../../src/candid/encode.js'
import {findManagementMethod, managementInterface} from '../../../../src/candid/management.js'
import {type CanisterId, canisterIdFromNumber, MANAGEMENT_CANISTER_ID, type Principal} from '../../../../src/protocol/principal.js'
import type {ExecutionEnvironment} from '../../../../src/replica/canister/environment.js'
import {
  executeManagementCall,
  type ManagementEnvironment,
  type ManagementExecution,
  queryManagement,
} from '../../../../src/replica/management/execute-management-call.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import type {CallOutcome} from '../../../../src/replica/state/messages.js'
import type {ReplicatedState} from '../../../../src/replica/state/replicated-state.js'
import {anEnvironment} from '../../../spec/universal/universal-subnet.js'
import {anIngress, aRequest, aState, aSubnet, idOf, USER} from '../makers.js'

export const STRANGER = `${'cd'.repeat(28)}02` as Principal

export interface CallOptions {
  readonly sender?: Principal
  /** Called by this canister instead of a user, with cycles. */
  readonly from?: CanisterId
  readonly cycles?: bigint
  readonly env?: Partial<ExecutionEnvironment>
}

/** It hosts ids below its allocation range, too. */
const SUBNET = aSubnet({
  canisterRanges: [{first: canisterIdFromNumber(0n), last: canisterIdFromNumber(99n)}, aSubnet().allocationRange],
})

/** A state with management calls on it. */
export class ManagedSubnet {
  readonly state: ReplicatedState

  constructor(canisters: readonly CanisterState[] = []) {
    this.state = aState({canisters})
  }

  canister(number = 0): CanisterState {
    return this.state.canisters.get(idOf(number))!
  }

  /** The whole step, with what it did beside its answer. */
  run(method: string, args: unknown, options: CallOptions = {}): ManagementExecution {
    return executeManagementCall(this.#where(options), messageOf(method, encodeArgument(method, args), options))
  }

  /** The decoded result, or `IC0503: text`. */
  call(method: string, args: unknown = {canister_id: idOf(0)}, options: CallOptions = {}): unknown {
    return readOutcome(method, this.run(method, args, options))
  }

  /** As `call`, and fails when the method rejects. */
  ok<T = unknown>(method: string, args: unknown = {canister_id: idOf(0)}, options: CallOptions = {}): T {
    const result = this.run(method, args, options)
    assert.notEqual(result.kind, 'reject', result.kind === 'reject' ? result.message : '')
    return readOutcome(method, result) as T
  }

  callRaw(method: string, payload: Uint8Array, options: CallOptions = {}): unknown {
    return readOutcome(method, executeManagementCall(this.#where(options), messageOf(method, payload, options)))
  }

  query(method: string, args: unknown = {canister_id: idOf(0)}, caller: Principal = USER): unknown {
    return readOutcome(method, queryManagement(this.#where({}), {caller, method, payload: encodeArgument(method, args)}))
  }

  #where({env}: CallOptions): ManagementEnvironment {
    return {state: this.state, env: anEnvironment(env), subnet: SUBNET, chainKeySeed: new Uint8Array(32)}
  }
}

function encodeArgument(method: string, args: unknown): Uint8Array {
  const type = findManagementMethod(method)
  return type ? encodeArgs(type.args, type.args.length === 0 ? [] : [args], managementInterface().types) : new Uint8Array(0)
}

function messageOf(method: string, payload: Uint8Array, {sender = USER, from, cycles = 0n}: CallOptions) {
  return from === undefined
    ? anIngress({receiver: MANAGEMENT_CANISTER_ID, effectiveCanisterId: idOf(0), method, payload, sender})
    : aRequest({receiver: MANAGEMENT_CANISTER_ID, sender: from, method, payload, cycles})
}

function readOutcome(method: string, outcome: CallOutcome | {readonly kind: 'deferred'}): unknown {
  if (outcome.kind === 'deferred') return 'deferred'
  if (outcome.kind === 'reject') return `${outcome.errorCode}: ${outcome.message}`
  const values = decodeArgs(outcome.data, findManagementMethod(method)!.results, managementInterface().types)
  return values[0] ?? 'done'
}
