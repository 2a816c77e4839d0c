/** `canister sign`: writes a call that `canister send` delivers, from a computer that need not know the key. */

import {resolve} from 'node:path'
import {type Signer, signRequest} from '../agent/signed-request.js'
import {encodeUtf8, fromHex} from '../base/bytes.js'
import type {LoadedIdentity} from '../identity/load.js'
import {systemNowNs} from '../io/clock.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, principalToText} from '../protocol/principal.js'
import {type CallOptions, prepareCall} from './call.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {requireNewFile, type SignedMessage, writeSignedMessage} from './signed-message.js'

export interface SignOptions extends Omit<CallOptions, 'output' | 'isAsync'> {
  readonly file: string
  readonly expireAfterSeconds: bigint
}

export interface SignReport {
  readonly file: string
  readonly kind: 'query' | 'update'
  readonly canisterId: CanisterId
}

const NS_PER_SECOND = 1_000_000_000n
const NS_PER_MS = 1_000_000n

/** Throws as calling does, and ArgumentInvalid for a file that is there already. */
export async function signMessage(context: ProjectContext, options: SignOptions): Promise<SignReport> {
  const file = resolve(context.folder, options.file)
  requireNewFile(file)
  const {call, isQuery} = await prepareCall(context, await connectAgent(context), options)
  const identity = context.identity()
  const {principal: sender} = identity
  const signer = signerOf(identity)
  const nowNs = systemNowNs()
  const ingressExpiryNs = nowNs + options.expireAfterSeconds * NS_PER_SECOND
  const target = {sender, ingressExpiryNs, canisterId: call.canisterId, methodName: call.method, arg: call.arg}
  const {requestId, envelope} = signRequest({kind: isQuery ? 'query' : 'call', ...target}, signer)
  const paths = [[encodeUtf8('request_status'), fromHex(requestId)]]
  const status = isQuery ? undefined : signRequest({kind: 'read_state', sender, ingressExpiryNs, paths}, signer).envelope
  const message: SignedMessage = {
    creation: showTime(nowNs),
    expiration: showTime(ingressExpiryNs),
    network: context.networkUrl(),
    callType: isQuery ? 'query' : 'update',
    sender: principalToText(sender),
    canisterId: call.canisterId === MANAGEMENT_CANISTER_ID ? (call.effectiveCanisterId ?? call.canisterId) : call.canisterId,
    methodName: call.method,
    arg: call.arg,
    requestId: isQuery ? undefined : requestId,
    content: envelope,
    signedRequestStatus: status,
  }
  writeSignedMessage(file, message, context.network().isMainnet)
  return {file: options.file, kind: message.callType, canisterId: call.canisterId}
}

/** A key that acts for another shows the other's public key, and the chain. */
function signerOf({key, delegation}: LoadedIdentity): Signer | undefined {
  if (!key || !delegation) return key
  const chain = delegation.links.map(({pubkey, expirationNs, targets, signature}) => ({
    delegation: {pubkey, expiration: expirationNs, ...(targets ? {targets} : {})},
    signature,
  }))
  return {publicKeyDer: delegation.publicKey, delegation: chain, sign: (message) => key.sign(message)}
}

/** `2021-05-06 19:17:10 UTC` */
function showTime(ns: bigint): string {
  return `${new Date(Number(ns / NS_PER_MS)).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
