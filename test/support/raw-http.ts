/** Requests to the HTTP interface byte by byte, where an agent would not send the wrong thing. */

import {generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import {Agent, type OutgoingHttpHeaders, request} from 'node:http'
import {concatBytes, encodeUtf8} from '../../src/base/bytes.js'
import {sha224} from '../../src/base/sha256.js'
import {type CborInput, type CborMap, decodeCbor, SELF_DESCRIBE_TAG, tagged} from '../../src/protocol/cbor.js'
import {encodeCbor} from '../../src/protocol/cbor-encode.js'
import {type CanisterId, type Principal, principalFromBytes, principalToBytes} from '../../src/protocol/principal.js'
import {DELEGATION_SEPARATOR, hashOfMap, REQUEST_SEPARATOR} from '../../src/protocol/request-id.js'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Uint8Array
  /** The body as text. */
  readonly text: string
}

const keepAlive = new Agent({keepAlive: true, maxSockets: 64})

/** The id of a subnet that is its own root: of the key in its status. */
export async function fetchSubnetId(url: string): Promise<Principal> {
  const status = readMap(await send(`${url}/api/v2/status`, undefined, {method: 'GET', headers: {}}))
  return principalFromBytes(concatBytes(sha224(status.get('root_key') as Uint8Array), Uint8Array.of(2)))
}

/** Closes the connections that requests left open. */
export const closeConnections = (): void => keepAlive.destroy()

export interface SendOptions {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
}

export function send(url: string, body: Uint8Array | undefined, {method = 'POST', headers = CBOR}: SendOptions = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = body ? {'content-length': body.length} : {}
    const sent = request(url, {method, agent: keepAlive, headers: {...headers, ...length}}, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = new Uint8Array(Buffer.concat(parts))
        resolve({status: response.statusCode!, headers: response.headers, bytes, text: Buffer.from(bytes).toString()})
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const CBOR: OutgoingHttpHeaders = {'content-type': 'application/cbor'}

/** The CBOR body of an answer, as a map. */
export function readMap(answer: HttpAnswer): CborMap {
  const value = decodeCbor(answer.bytes)
  if (!(value instanceof Map)) throw new Error(`not a map: ${answer.text}`)
  return value
}

/** An Ed25519 key that signs requests. */
export class TestKey {
  readonly der: Uint8Array
  readonly principal: Principal
  readonly #key: KeyObject

  constructor() {
    const {publicKey, privateKey} = generateKeyPairSync('ed25519')
    this.der = new Uint8Array(publicKey.export({format: 'der', type: 'spki'}))
    this.principal = principalFromBytes(concatBytes(sha224(this.der), Uint8Array.of(2)))
    this.#key = privateKey
  }

  sign(payload: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, payload, this.#key))
  }
}

export type Content = Readonly<Record<string, CborInput | undefined>>

export const expiryIn = (seconds: number): bigint => BigInt(Date.now() + seconds * 1000) * 1_000_000n

let lastNonce = 0

export type MethodOptions = Content & {readonly arg?: Uint8Array; readonly from?: Principal}

/** Content of a call or query; anonymous unless `from` is given. What else is given replaces or adds fields. */
export function methodContent(
  kind: 'call' | 'query',
  canisterId: CanisterId,
  method: string,
  {arg = encodeUtf8('DIDL\0\0'), from = '04' as Principal, ...more}: MethodOptions = {},
): Content {
  return {
    request_type: kind,
    sender: principalToBytes(from),
    nonce: encodeUtf8(`nonce ${process.pid} ${++lastNonce}`),
    ingress_expiry: expiryIn(120),
    canister_id: principalToBytes(canisterId),
    method_name: method,
    arg,
    ...more,
  }
}

export function readStateContent(
  paths: readonly (readonly (Uint8Array | string)[])[],
  sender = '04' as Principal,
  more: Content = {},
): Content {
  return {
    request_type: 'read_state',
    sender: principalToBytes(sender),
    ingress_expiry: expiryIn(120),
    paths: paths.map((path) => path.map((label) => (typeof label === 'string' ? encodeUtf8(label) : label))),
    ...more,
  }
}

export const requestIdOf = (content: Content): Uint8Array => hashOfMap(content as Parameters<typeof hashOfMap>[0])

/** The envelope as CBOR: signed by `key`, or without signature. `more` replaces or adds fields. */
export function envelopeOf(content: Content, key?: TestKey, more: Content = {}): Uint8Array {
  const signed = key ? {sender_pubkey: key.der, sender_sig: key.sign(concatBytes(REQUEST_SEPARATOR, requestIdOf(content)))} : {}
  return encodeCbor(tagged(SELF_DESCRIBE_TAG, {content, ...signed, ...more} as CborInput))
}

export interface DelegationFields {
  readonly expiration?: bigint
  readonly targets?: readonly Uint8Array[]
  readonly permissions?: string
}

/** `from` lets `to` sign in its place. */
export function delegate(from: TestKey, to: TestKey, {expiration = expiryIn(60), ...fields}: DelegationFields = {}): CborInput {
  const delegation = {pubkey: to.der, expiration, ...fields}
  const signature = from.sign(concatBytes(DELEGATION_SEPARATOR, hashOfMap(delegation as Parameters<typeof hashOfMap>[0])))
  return {delegation, signature}
}
