/** `canister send`: delivers a signed message, or asks for the answer to one that was sent. */

import {readCertificateBytes, readQueryAnswer, refuseRejectedCall, sendEnvelope} from '../agent/signed-request.js'
import {toHex} from '../base/bytes.js'
import {principalToText} from '../protocol/principal.js'
import {ArgumentInvalid, ConsentDeclined} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {NetworkContext} from './context.js'
import type {SignedMessage} from './signed-message.js'

export interface SendOptions {
  readonly file: string
  readonly message: SignedMessage
  /** Ask for the answer instead of sending. */
  readonly isStatus: boolean
  readonly isAssumed: boolean
}

export type SendReport =
  | {readonly kind: 'replied'; readonly reply: Uint8Array}
  | {readonly kind: 'submitted'; readonly requestId: string; readonly file: string}
  | {readonly kind: 'pending'; readonly status: string}

/** The context is one of the network that the message is for. Throws ConsentDeclined, CallRejected, ArgumentInvalid. */
export async function sendMessage(context: NetworkContext, {file, message, isStatus, isAssumed}: SendOptions): Promise<SendReport> {
  if (isStatus) return askStatus(context, message)
  if (!isAssumed && !(await context.confirm(describe(message)))) throw new ConsentDeclined('send the message')
  const {network: url, canisterId, content: envelope, callType} = message
  const kind = callType === 'query' ? 'query' : 'call'
  const body = await sendEnvelope({url, kind, effectiveCanisterId: canisterId, envelope})
  if (kind === 'query') return {kind: 'replied', reply: readQueryAnswer(body)}
  refuseRejectedCall(body)
  return {kind: 'submitted', requestId: message.requestId ?? '', file}
}

function describe({creation, expiration, network, callType, sender, canisterId, methodName, arg}: SignedMessage): string {
  return [
    'Will send message:',
    `  Creation:    ${creation}`,
    `  Expiration:  ${expiration}`,
    `  Network:     ${network}`,
    `  Call type:   ${callType}`,
    `  Sender:      ${sender}`,
    `  Canister id: ${principalToText(canisterId)}`,
    `  Method name: ${methodName}`,
    `  Arg:         0x${toHex(arg)}`,
  ].join('\n')
}

/** The certificate is checked: the courier need not be trusted. */
async function askStatus(context: NetworkContext, message: SignedMessage): Promise<SendReport> {
  const {signedRequestStatus: envelope, requestId, network: url, canisterId} = message
  if (!envelope || requestId === undefined) throw new ArgumentInvalid('Can only check request_status on update calls.')
  const body = await sendEnvelope({url, kind: 'read_state', effectiveCanisterId: canisterId, envelope})
  const agent = await connectAgent(context)
  const outcome = await agent.readOutcome(readCertificateBytes(body), canisterId, requestId)
  return outcome.reply ? {kind: 'replied', reply: outcome.reply} : {kind: 'pending', status: outcome.status}
}
