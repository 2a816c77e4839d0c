/** A load client: envelopes signed beforehand, posted over raw keep-alive connections, nothing verified. */

import {generateKeyPairSync, sign} from 'node:crypto'
import {Agent, request} from 'node:http'
import {concatBytes, encodeUtf8, fromHex} from '../../src/base/bytes.js'
import {sha224} from '../../src/base/sha256.js'
import {SELF_DESCRIBE_TAG, tagged} from '../../src/protocol/cbor.js'
import {encodeCbor} from '../../src/protocol/cbor-encode.js'
import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {hashOfMap, REQUEST_SEPARATOR} from '../../src/protocol/request-id.js'

/** `count` connections that stay open. */
export function rawConnections(_url: string, count: number): Agent[] {
  return Array.from({length: count}, () => new Agent({keepAlive: true, maxSockets: 1}))
}

/** Bodies of update calls without arguments, each with its own nonce, signed with one Ed25519 key. */
export function signedCalls(canisterId: string, method: string, count: number): Uint8Array[] {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const der = new Uint8Array(publicKey.export({format: 'der', type: 'spki'}))
  const sender = concatBytes(sha224(der), Uint8Array.of(2))
  const expiry = BigInt(Date.now() + 240_000) * 1_000_000n
  return Array.from({length: count}, (_, index) => {
    const content = {
      request_type: 'call',
      sender,
      nonce: encodeUtf8(`call ${index}`),
      ingress_expiry: expiry,
      canister_id: fromHex(canisterId),
      method_name: method,
      arg: encodeUtf8('DIDL\0\0'),
    }
    const signature = new Uint8Array(sign(null, concatBytes(REQUEST_SEPARATOR, hashOfMap(content)), privateKey))
    return encodeCbor(tagged(SELF_DESCRIBE_TAG, {content, sender_pubkey: der, sender_sig: signature}))
  })
}

/** Posts one synchronous call; throws unless it is answered with a certificate. */
export function post(agent: Agent, url: string, canisterId: string, body: Uint8Array): Promise<void> {
  const {hostname, port} = new URL(url)
  const id = canisterId.includes('-') ? canisterId : principalToText(canisterId as CanisterId)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path: `/api/v4/canister/${id}/call`,
        method: 'POST',
        agent,
        headers: {'content-type': 'application/cbor', 'content-length': body.length},
      },
      (response) => {
        response
          .resume()
          .on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`HTTP status ${response.statusCode}`))))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
