/** Calling other canisters. */

import {decodeUtf8Lossy} from '../../../base/bytes.js'
import {principalFromBytes} from '../../../protocol/principal.js'
import type {Closure} from '../../state/call-contexts.js'
import {contractViolation, failure} from '../errors.js'
import {MAX_CALL_TIMEOUT_SECONDS, MAX_METHOD_NAME_BYTES, MAX_PRINCIPAL_BYTES} from '../limits.js'
import type {Sandbox} from '../sandbox.js'
import {cyclesOf} from './cycles.js'

const NS_PER_SECOND = 1_000_000_000n

export const callFunctions = {
  call_new(
    sandbox: Sandbox,
    calleeSource: number,
    calleeLength: number,
    nameSource: number,
    nameLength: number,
    replyFunction: number,
    replyEnv: number,
    rejectFunction: number,
    rejectEnv: number,
  ): void {
    sandbox.calls.dropDraft()
    if (nameLength > MAX_METHOD_NAME_BYTES)
      throw contractViolation(`Size of method_name ${nameLength} exceeds the allowed limit of ${MAX_METHOD_NAME_BYTES}.`)
    if (calleeLength > MAX_PRINCIPAL_BYTES) throw failure('IC0504', 'Canister provided invalid principal id')
    const callee = principalFromBytes(sandbox.readHeap('call_new', calleeSource, calleeLength))
    const method = decodeUtf8Lossy(sandbox.readHeap('call_new', nameSource, nameLength))
    sandbox.calls.begin(callee, method, aClosure(replyFunction, replyEnv), aClosure(rejectFunction, rejectEnv))
  },

  call_on_cleanup(sandbox: Sandbox, cleanupFunction: number, env: number): void {
    const draft = sandbox.calls.getDraft('call_on_cleanup')
    if (draft.onCleanup)
      throw contractViolation('ic0.call_on_cleanup can be called at most once between `ic0.call_new` and `ic0.call_perform`')
    draft.onCleanup = aClosure(cleanupFunction, env)
  },

  call_data_append(sandbox: Sandbox, source: number, length: number): void {
    const draft = sandbox.calls.getDraft('call_data_append')
    sandbox.calls.checkRoom(draft, length)
    sandbox.calls.append(draft, sandbox.readHeap('call_data_append', source, length))
  },

  call_with_best_effort_response(sandbox: Sandbox, timeoutSeconds: number): void {
    const draft = sandbox.calls.getDraft('call_with_best_effort_response')
    if (draft.deadlineSeconds !== undefined)
      throw contractViolation('ic0.call_with_best_effort_response can be called at most once between `ic0.call_new` and `ic0.call_perform`')
    const timeout = BigInt(Math.min(timeoutSeconds >>> 0, MAX_CALL_TIMEOUT_SECONDS))
    draft.deadlineSeconds = Number(sandbox.input.subnet.timeNs / NS_PER_SECOND + timeout)
  },

  call_cycles_add(sandbox: Sandbox, amount: bigint): void {
    sandbox.calls.attachCycles(sandbox.calls.getDraft('call_cycles_add'), BigInt.asUintN(64, amount))
  },

  call_cycles_add128(sandbox: Sandbox, high: bigint, low: bigint): void {
    sandbox.calls.attachCycles(sandbox.calls.getDraft('call_cycles_add128'), cyclesOf(high, low))
  },

  call_perform(sandbox: Sandbox): number {
    return sandbox.calls.perform(sandbox.calls.getDraft('call_perform'))
  },
}

function aClosure(tableIndex: number, env: number): Closure {
  return {tableIndex, env: BigInt(env)}
}
