/**
 * Signatures of security keys and passkeys.
 *
 * Source: IC interface specification, "Web Authentication"; W3C Web Authentication, section 6.5.5.
 */

import {verify} from 'node:crypto'
import {concatBytes, decodeUtf8, encodeUtf8} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {asBytes, asMap, asText, decodeCbor} from '../../protocol/cbor.js'
import {CborError} from '../../protocol/errors.js'
import {findCoseKey, toBase64Url} from './public-keys.js'

interface Assertion {
  readonly authenticatorData: Uint8Array
  readonly clientData: Uint8Array
  readonly signature: Uint8Array
}

/** Why the signature is not good, or undefined when it is. `coseKey` and `signature` are CBOR. */
export function findWebAuthnFault(coseKey: Uint8Array, signature: Uint8Array, payload: Uint8Array): string | undefined {
  const key = findCoseKey(coseKey)
  if (!key) return 'the public key is none of ES256, RS256, EdDSA'
  const assertion = findAssertion(signature)
  if (typeof assertion === 'string') return assertion
  const challenge = findChallenge(assertion.clientData)
  if (challenge === undefined) return 'the client data has no challenge'
  if (challenge.replace(/=+$/, '') !== toBase64Url(payload)) return 'the challenge is not the signed message'
  const message = concatBytes(assertion.authenticatorData, sha256(assertion.clientData))
  const hash = key.algorithm === 'EdDSA' ? null : 'sha256'
  return verify(hash, message, key.key, assertion.signature) ? undefined : `${key.algorithm} signature could not be verified`
}

function findAssertion(bytes: Uint8Array): Assertion | string {
  try {
    const map = asMap(decodeCbor(bytes))
    const authenticatorData = asBytes(map?.get('authenticator_data'))
    const clientText = asText(map?.get('client_data_json'))
    const clientData = clientText === undefined ? asBytes(map?.get('client_data_json')) : encodeUtf8(clientText)
    const signature = asBytes(map?.get('signature'))
    return authenticatorData && clientData && signature
      ? {authenticatorData, clientData, signature}
      : 'the signature is not {authenticator_data, client_data_json, signature}'
  } catch (error) {
    if (error instanceof CborError) return error.message
    throw error
  }
}

function findChallenge(clientData: Uint8Array): string | undefined {
  try {
    const parsed: unknown = JSON.parse(decodeUtf8(clientData) ?? '')
    const challenge = (parsed as {challenge?: unknown} | null)?.challenge
    return typeof challenge === 'string' ? challenge : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
