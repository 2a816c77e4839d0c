/** Asks a canister whether it wants an ingress message: `canister_inspect_message`, before consensus. Digest system-api section 3. */

import {instructionLimits} from '../cycles/instruction-limits.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress} from '../state/messages.js'
import type {CallError} from './answers.js'
import type {ExecutionEnvironment} from './environment.js'
import {describeError} from './error-text.js'
import {findModuleInfo, NO_MODULE} from './find-method.js'
import {errorOf, runExecution} from './run-execution.js'
import {callFacts} from './sandbox-facts.js'

export type Inspection = {readonly kind: 'accepted'} | ({readonly kind: 'rejected'} & CallError)

/** Changes nothing. A canister without the function accepts everything. */
export function inspectMessage(canister: CanisterState, message: Ingress, env: ExecutionEnvironment): Inspection {
  const info = findModuleInfo(canister, env)
  if (!info) return {kind: 'rejected', errorCode: NO_MODULE.errorCode, message: describeError(canister.id, NO_MODULE)}
  if (!info.methods.inspectMessage) return {kind: 'accepted'}
  const output = runExecution(canister, env, {
    mode: 'F',
    entry: {kind: 'export', name: 'canister_inspect_message'},
    call: callFacts(message.sender, {
      payload: message.payload,
      methodName: message.method,
      ...(message.senderInfo && {senderInfo: message.senderInfo}),
    }),
    instructionLimit: instructionLimits(env.isSystemSubnet).inspectMessage,
    effects: 'drop',
  })
  const error = errorOf(canister, output)
  if (error) return {kind: 'rejected', ...error}
  if (output.result.kind === 'success' && output.result.changes.isMessageAccepted) return {kind: 'accepted'}
  return {kind: 'rejected', errorCode: 'IC0406', message: 'Canister rejected the message'}
}
