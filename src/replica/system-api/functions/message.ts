/** What the canister is told of the message it executes, and `accept_message`. */

import {EMPTY_BYTES, encodeUtf8} from '../../../base/bytes.js'
import {type Principal, principalToBytes} from '../../../protocol/principal.js'
import {contractViolation} from '../errors.js'
import type {Sandbox} from '../sandbox.js'
import {blobFunctions} from './blob.js'

export const messageFunctions = {
  ...blobFunctions('msg_arg_data', (sandbox) => sandbox.input.call.payload),
  ...blobFunctions('msg_caller', (sandbox) => principalToBytes(sandbox.input.call.caller)),
  ...blobFunctions('msg_caller_info_data', (sandbox) => sandbox.input.call.senderInfo?.info ?? EMPTY_BYTES),
  ...blobFunctions('msg_caller_info_signer', (sandbox) => principalToBytes(sandbox.input.call.senderInfo?.signer ?? ('' as Principal))),
  ...blobFunctions('msg_method_name', (sandbox) => encodeUtf8(sandbox.input.call.methodName ?? '')),
  ...blobFunctions('msg_reject_msg', (sandbox) => encodeUtf8(sandbox.input.call.rejectMessage ?? '')),

  msg_reject_code(sandbox: Sandbox): number {
    return sandbox.input.call.rejectCode ?? 0
  },

  msg_deadline(sandbox: Sandbox): bigint {
    return sandbox.input.call.deadlineNs
  },

  accept_message(sandbox: Sandbox): void {
    if (sandbox.isMessageAccepted) throw contractViolation('ic0.accept_message: the function was already called.')
    sandbox.isMessageAccepted = true
  },
}
