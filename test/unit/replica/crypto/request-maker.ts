/** Signed requests for tests. */

import {generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import {concatBytes, fromHex} from '../../../../src/base/bytes.js'
import type {CborInput} from '../../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../../src/protocol/cbor-encode.js'
import {findPublicKey, selfAuthenticatingId} from '../../../../src/protocol/der.js'
import {type Envelope, parseEnvelope, type RequestKind} from '../../../../src/protocol/envelope.js'
import {principalToBytes} from '../../../../src/protocol/principal.js'
import {DELEGATION_SEPARATOR, type HashableMap, hashOfMap, REQUEST_SEPARATOR} from '../../../../src/protocol/request-id.js'
import {ed25519KeyFromSeed, signEd25519} from '../../../../src/replica/crypto/keys.js'

export const NOW_NS = 1685570400000000000n
export const CANISTER = '80000000001000000101'

export interface Signer {
  readonly publicKey: Uint8Array
  readonly sign: (payload: Uint8Array) => Uint8Array
}

export function anEd25519Signer(number: number): Signer {
  const key = ed25519KeyFromSeed(new Uint8Array(32).fill(number))
  return {publicKey: key.publicKeyDer, sign: (payload) => signEd25519(key, payload)}
}

export function anEcSigner(curve: 'P-256' | 'secp256k1'): Signer {
  const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: curve})
  return {
    publicKey: toDer(publicKey),
    sign: (payload) => new Uint8Array(sign('sha256', payload, {key: privateKey, dsaEncoding: 'ieee-p1363'})),
  }
}

export const toDer = (key: KeyObject): Uint8Array => new Uint8Array(key.export({format: 'der', type: 'spki'}))

export interface RequestOptions {
  readonly kind?: RequestKind
  readonly content?: Record<string, unknown>
  readonly signer?: Signer
  /** From the sender's signer to the last, which signs the request. */
  readonly chain?: readonly {
    readonly to: Signer
    readonly expiration?: bigint
    readonly targets?: Uint8Array[]
    readonly permissions?: string
  }[]
  /** Fields of the envelope that replace the right ones. */
  readonly wrong?: Record<string, CborInput | undefined>
}

export function aRequest({kind = 'call', content = {}, signer, chain = [], wrong = {}}: RequestOptions): Envelope {
  const own = kind === 'read_state' ? {paths: []} : {canister_id: fromHex(CANISTER), method_name: 'greet', arg: fromHex('4449444c0000')}
  const fields = {
    request_type: kind,
    sender: signer ? principalToBytes(selfAuthenticatingId(signer.publicKey)) : fromHex('04'),
    ingress_expiry: NOW_NS + 60_000_000_000n,
    ...own,
    ...content,
  } as HashableMap
  const last = chain.at(-1)?.to ?? signer
  const signed = signer && {
    sender_pubkey: signer.publicKey,
    sender_sig: last!.sign(concatBytes(REQUEST_SEPARATOR, hashOfMap(fields))),
    sender_delegation: chain.length > 0 ? aChain(signer, chain) : undefined,
  }
  const parsed = parseEnvelope(encodeCbor({content: fields as CborInput, ...signed, ...wrong}), kind)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.envelope
}

function aChain(signer: Signer, chain: NonNullable<RequestOptions['chain']>): CborInput {
  const signers = [signer, ...chain.map(({to}) => to)]
  return chain.map(({to, expiration = NOW_NS, targets, permissions}, i) => {
    const delegation = {pubkey: to.publicKey, expiration, targets, permissions}
    return {delegation, signature: signers[i]!.sign(concatBytes(DELEGATION_SEPARATOR, hashOfMap(delegation)))}
  })
}

/** The raw key inside a DER. */
export const rawKey = (der: Uint8Array): Uint8Array => findPublicKey(der)!.key
