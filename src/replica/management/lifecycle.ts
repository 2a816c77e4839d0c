/**
 * `start_canister`, `stop_canister`, `delete_canister`, `uninstall_code`: the status machine of a canister.
 *
 * Source: IC interface specification, the methods' sections; digest management-canister section 3, "Status machine".
 */

import {type CanisterId, principalToText} from '../../protocol/principal.js'
import {uninstallCode} from '../canister/uninstall-code.js'
import type {CanisterState, StopContext} from '../state/canister-state.js'
import {recordChange} from './history.js'
import {changeOrigin, type EndedCall, type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'

export interface CanisterIdArgs {
  readonly canister_id: CanisterId
}

export interface UninstallArgs extends CanisterIdArgs {
  readonly sender_canister_version: readonly [] | readonly [bigint]
}

/** Runs again; stop requests that were waiting are rejected. */
export function startCanister(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  const ended = canister.status.kind === 'stopping' ? canister.status.stopContexts.map((stop) => cancelledStop(stop, canister)) : []
  canister.status = {kind: 'running'}
  canister.version++
  touch(call.state, canister.id)
  return {...reply(), ended}
}

/** Stops at once when no call context is open; else the answer comes when the last one closes, or after 5 minutes. */
export function stopCanister(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  if (canister.status.kind === 'stopped') return reply()
  const waiting = canister.status.kind === 'stopping' ? canister.status.stopContexts : []
  if (canister.status.kind === 'running') canister.version++
  canister.status = {kind: 'stopping', stopContexts: [...waiting, {call: call.message, sinceNs: call.env.timeNs}]}
  touch(call.state, canister.id)
  return {kind: 'deferred'}
}

export function deleteCanister(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  const id = principalToText(canister.id)
  if (call.sender === canister.id) return reject('IC0512', `Canister ${id} cannot delete itself.`)
  if (canister.status.kind !== 'stopped') return reject('IC0510', `Canister ${id} must be stopped before it is deleted.`)
  if (canister.queues.hasInput() || canister.queues.hasOutput())
    return reject('IC0203', `Canister ${id} has messages in its queues and cannot be deleted now. Please retry after some time.`)
  call.state.canisters.delete(canister.id)
  const consumed = Object.values(canister.consumed).reduce((sum, cycles) => sum + cycles, 0n)
  call.state.metrics.consumedCyclesOfDeleted += consumed + canister.cycles + canister.reservedCycles
  if (canister.code) call.env.runtime.release(canister.code.heap)
  touch(call.state, canister.id)
  return reply()
}

export function uninstall(call: ManagementCall<UninstallArgs>, canister: CanisterState): ManagementStep {
  const {code} = canister
  const answers = uninstallCode(canister)
  if (code) call.env.runtime.release(code.heap)
  canister.version++
  recordChange(canister, call.env.timeNs, changeOrigin(call), {kind: 'code_uninstall'})
  touch(call.state, canister.id)
  return {...reply(), answers, answersFrom: canister.id}
}

function cancelledStop({call}: StopContext, canister: CanisterState): EndedCall {
  const id = principalToText(canister.id)
  const message = call.kind === 'ingress' ? `Canister ${id}'s stop request was cancelled.` : `Canister ${id}'s stop request cancelled`
  return {call, outcome: {kind: 'reject', code: 5, message, errorCode: 'IC0511'}}
}
