/**
 * What nodes state together: a sentence about a height, signed by shares until a threshold is reached. Notarization, finalization,
 * beacon, tape, certification and catch-up packages differ in their subject, in who signs and in how many must.
 *
 * Source: digest consensus section 2.
 */

import {concatBytes, encodeUtf8, fromHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {NodeId} from '../../protocol/principal.js'
import {STATE_ROOT_SEPARATOR} from '../../protocol/request-id.js'

export type Purpose = 'notarization' | 'finalization' | 'beacon' | 'tape' | 'certification' | 'catch-up'

/** Lower-case hexadecimal of 32 bytes. */
export type Hash = string & {readonly __brand: 'Hash'}

/**
 * `subject` is hexadecimal: of the block hash (notarization, finalization), of the beacon before (beacon), of the state's root hash
 * (certification), of block, beacon and state hash joined (catch-up), nothing (tape).
 */
export interface Statement {
  readonly purpose: Purpose
  readonly height: number
  readonly subject: string
}

export interface NodeSignature {
  readonly signer: NodeId
  readonly signature: Uint8Array
}

export interface Share extends NodeSignature {
  readonly kind: 'share'
  readonly statement: Statement
}

/** A statement with enough shares: their list (notarization, finalization) or one signature of the subnet. */
export interface Aggregate {
  readonly kind: 'aggregate'
  readonly statement: Statement
  readonly proof: readonly NodeSignature[] | Uint8Array
}

export const MULTI_SIGNED: ReadonlySet<Purpose> = new Set(['notarization', 'finalization'])

/** Which threshold key signs: `low` needs f + 1 nodes, `high` 2f + 1. */
export function committeeKeyOf(purpose: Purpose): 'low' | 'high' {
  return purpose === 'beacon' || purpose === 'tape' ? 'low' : 'high'
}

/** Domain strings, so that no signature serves two purposes. */
const DOMAINS: Readonly<Record<Exclude<Purpose, 'certification'>, string>> = {
  notarization: 'notarization_content_domain',
  finalization: 'finalization_content_domain',
  beacon: 'random_beacon_content_domain',
  tape: 'random_tape_content_domain',
  'catch-up': 'catch_up_content_domain',
}

/** The bytes that are signed. A certification is what clients see: `0d"ic-state-root" ‖ root hash`. */
export function messageOf({purpose, height, subject}: Statement): Uint8Array {
  if (purpose === 'certification') return concatBytes(STATE_ROOT_SEPARATOR, fromHex(subject))
  return inDomain(DOMAINS[purpose], encodeCbor([height, fromHex(subject)]))
}

/** Names a statement among all. */
export function keyOf({purpose, height, subject}: Statement): string {
  return `${purpose} ${height} ${subject}`
}

/** `length ‖ domain ‖ content` */
export function inDomain(domain: string, content: Uint8Array): Uint8Array {
  const name = encodeUtf8(domain)
  return concatBytes(Uint8Array.of(name.length), name, content)
}

/** What a random output is taken from: the next beacon signs the hash of this one, a batch gets the hash of its tape. */
export function hashOfSignature(domain: string, signature: Uint8Array): Uint8Array {
  return sha256(inDomain(domain, signature))
}
