/** Who waits for the answer of a message. */

import type {CallOrigin} from '../state/call-contexts.js'
import type {Ingress, Request} from '../state/messages.js'

export function callOriginOf(message: Ingress | Request): CallOrigin {
  return message.kind === 'ingress'
    ? {kind: 'ingress', sender: message.sender, messageId: message.id, method: message.method}
    : {
        kind: 'canister',
        sender: message.sender,
        callbackId: message.callbackId,
        deadlineSeconds: message.deadlineSeconds,
        method: message.method,
      }
}
