/**
 * Whether a request is what its sender signed: everything about an envelope that needs no state.
 *
 * Source: IC interface specification, "Authentication"; order and texts: the reference implementation.
 */

import {concatBytes, toHex} from '../../base/bytes.js'
import {findCanisterSignatureKey, findPublicKey, selfAuthenticatingId} from '../../protocol/der.js'
import type {Envelope, SenderInfo} from '../../protocol/envelope.js'
import {ANONYMOUS_PRINCIPAL, type Principal, principalToText} from '../../protocol/principal.js'
import {REQUEST_SEPARATOR, SENDER_INFO_SEPARATOR} from '../../protocol/request-id.js'
import {type DelegationPermissions, type DelegationTargets, verifyDelegations} from './delegations.js'
import {findSignatureFault} from './signatures.js'
import {formatTime} from './time-format.js'

const MAX_PATHS = 1000
const MAX_PATH_LABELS = 127
const MAX_NONCE_BYTES = 32
/** 5 minutes, and 30 seconds for clocks that differ. */
const MAX_INGRESS_TTL_NS = 330_000_000_000n

export interface AuthenticationContext {
  readonly nowNs: bigint
  /** DER of the root subnet's key. */
  readonly rootKey: Uint8Array
}

export type Authentication =
  | {
      readonly ok: true
      readonly sender: Principal
      /** Canisters the request may concern; undefined: all. For read_state they bound the receivers of the requests asked for. */
      readonly targets: DelegationTargets
      readonly permissions: DelegationPermissions
    }
  | {readonly ok: false; readonly message: string}

/** A failure carries the text of the 400 answer. Paths, expiry, nonce, sender, delegations, signature and targets, in this order. */
export function authenticate(envelope: Envelope, context: AuthenticationContext): Authentication {
  const limitFault = findPathFault(envelope) ?? findExpiryFault(envelope, context.nowNs) ?? findNonceFault(envelope)
  if (limitFault !== undefined) return {ok: false, message: limitFault}
  const authentication = envelope.senderPubkey ? authenticateSigned(envelope, context) : authenticateUnsigned(envelope)
  if (!authentication.ok) return authentication
  const fault = findUseFault(envelope, authentication.targets, authentication.permissions)
  return fault === undefined ? authentication : {ok: false, message: fault}
}

function findPathFault({content}: Envelope): string | undefined {
  if (content.kind !== 'read_state') return undefined
  if (content.paths.length > MAX_PATHS)
    return `Too many paths in read state request: got ${content.paths.length} paths, but at most ${MAX_PATHS} are allowed.`
  const deep = content.paths.find((path) => path.length > MAX_PATH_LABELS)
  return (
    deep && `At least one path in read state request is too deep: got ${deep.length} labels, but at most ${MAX_PATH_LABELS} are allowed.`
  )
}

function findExpiryFault({content}: Envelope, nowNs: bigint): string | undefined {
  if (content.kind !== 'call' && content.sender === ANONYMOUS_PRINCIPAL) return undefined
  const latestNs = nowNs + MAX_INGRESS_TTL_NS
  if (nowNs <= content.ingressExpiryNs && content.ingressExpiryNs <= latestNs) return undefined
  return `Invalid request expiry: Specified ingress_expiry not within expected range: Minimum allowed expiry: ${formatTime(nowNs)}, Maximum allowed expiry: ${formatTime(latestNs)}, Provided expiry:        ${formatTime(content.ingressExpiryNs)}`
}

function findNonceFault({content: {nonce}}: Envelope): string | undefined {
  if (!nonce || nonce.length <= MAX_NONCE_BYTES) return undefined
  return `Nonce in request is too big: got ${nonce.length} bytes, but at most ${MAX_NONCE_BYTES} are allowed.`
}

function authenticateUnsigned({content}: Envelope): Authentication {
  const {sender} = content
  if (sender !== ANONYMOUS_PRINCIPAL) return {ok: false, message: `Missing signature from user: ${principalToText(sender)}`}
  if (content.kind !== 'read_state' && content.senderInfo)
    return {ok: false, message: 'Invalid sender info: sender info is not allowed for the anonymous user.'}
  return {ok: true, sender, targets: undefined, permissions: 'all'}
}

function authenticateSigned(envelope: Envelope, context: AuthenticationContext): Authentication {
  const {sender} = envelope.content
  const senderPubkey = envelope.senderPubkey!
  if (sender === ANONYMOUS_PRINCIPAL) return {ok: false, message: 'Signature is not allowed for the anonymous user.'}
  if (selfAuthenticatingId(senderPubkey) !== sender)
    return {ok: false, message: `The user id '${principalToText(sender)}' does not match the public key '${toHex(senderPubkey)}'`}
  const chain = verifyDelegations(envelope.delegations ?? [], {senderPubkey, ...context})
  if (!chain.ok) return chain
  const payload = concatBytes(REQUEST_SEPARATOR, envelope.requestIdBytes)
  const check = {publicKey: chain.publicKey, signature: envelope.senderSig!, payload, rootKey: context.rootKey}
  const fault = findSignatureFault(check)
  if (fault !== undefined) return {ok: false, message: `Invalid signature: ${fault}`}
  const infoFault = findSenderInfoFault(envelope, context)
  if (infoFault !== undefined) return {ok: false, message: `Invalid sender info: ${infoFault}`}
  return {ok: true, sender, targets: chain.targets, permissions: chain.permissions}
}

/** The sender's key must be a canister signature key of the canister that signed the info. */
function findSenderInfoFault({content, senderPubkey}: Envelope, {rootKey}: AuthenticationContext): string | undefined {
  const senderInfo: SenderInfo | undefined = content.kind === 'read_state' ? undefined : content.senderInfo
  if (!senderInfo) return undefined
  const key = findPublicKey(senderPubkey!)
  const signer = key?.algorithm === 'canister-signature' ? findCanisterSignatureKey(key.key) : undefined
  if (!signer || toHex(senderInfo.signer) !== signer.canisterId) return 'the signer is not the canister of the public key of the sender.'
  const payload = concatBytes(SENDER_INFO_SEPARATOR, senderInfo.info)
  return findSignatureFault({publicKey: senderPubkey!, signature: senderInfo.sig, payload, rootKey})
}

/** What the delegations do not allow. Targets of a read_state are checked against its request ids, by who knows these. */
function findUseFault({content}: Envelope, targets: DelegationTargets, permissions: DelegationPermissions): string | undefined {
  if (content.kind === 'call' && permissions === 'queries')
    return 'Invalid delegation: The permissions of the delegation do not allow calls.'
  if (content.kind === 'read_state' || !targets || targets.has(content.canisterId)) return undefined
  return `Canister '${principalToText(content.canisterId)}' is not one of the delegation targets.`
}
