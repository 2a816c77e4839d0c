/** Who waits for the answer to a message. */

import type {CallOrigin} from '../state/call-contexts.js'
import type {Ingress, Request} from '../state/messages.js'

export function callOriginOf(message: Ingress | Request): CallOrigin {
  const {sender, method} = message
  if (message.kind === 'ingress') return {kind: 'ingress', sender, messageId: message.id, method}
  return {kind: 'canister', sender, callbackId: message.callbackId, deadlineSeconds: message.deadlineSeconds, method}
}
