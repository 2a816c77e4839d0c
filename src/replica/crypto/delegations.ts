/**
 * Chains of delegations: the sender's key signs the first, the key in it the second, …; the last key signs the request.
 *
 * Source: IC interface specification, "Authentication"; texts: the reference implementation.
 */

import {concatBytes, toHex} from '../../base/bytes.js'
import type {Delegation, SignedDelegation} from '../../protocol/envelope.js'
import {type CanisterId, PrincipalError, principalFromBytes} from '../../protocol/principal.js'
import {DELEGATION_SEPARATOR, hashOfMap} from '../../protocol/request-id.js'
import {findSignatureFault} from './signatures.js'
import {formatTime} from './time-format.js'

const MAX_DELEGATIONS = 20
const MAX_TARGETS = 1000

/** Canisters the sender may address; undefined: all. */
export type DelegationTargets = ReadonlySet<CanisterId> | undefined
export type DelegationPermissions = 'all' | 'queries'

export type VerifiedDelegations =
  | {
      readonly ok: true
      /** DER of the key that must have signed the request. */
      readonly publicKey: Uint8Array
      readonly targets: DelegationTargets
      readonly permissions: DelegationPermissions
    }
  | {readonly ok: false; readonly message: string}

export interface DelegationContext {
  /** DER of the key the chain begins with. */
  readonly senderPubkey: Uint8Array
  readonly nowNs: bigint
  /** DER of the root subnet's key. */
  readonly rootKey: Uint8Array
}

/** Checks length, repeated keys, expiry, then signatures and targets from first to last. A failure carries the text of the 400 answer. */
export function verifyDelegations(chain: readonly SignedDelegation[], context: DelegationContext): VerifiedDelegations {
  const fault = findChainFault(chain, context)
  if (fault !== undefined) return {ok: false, message: fault}
  let publicKey = context.senderPubkey
  let targets: DelegationTargets
  for (const {delegation, signature} of chain) {
    const payload = concatBytes(DELEGATION_SEPARATOR, hashOfMap(delegationFields(delegation)))
    const signatureFault = findSignatureFault({publicKey, signature, payload, rootKey: context.rootKey})
    if (signatureFault !== undefined) return {ok: false, message: `Invalid delegation: ${signatureFault}`}
    const own = findTargets(delegation)
    if (typeof own === 'string') return {ok: false, message: `Invalid delegation: Delegation target error: ${own}`}
    targets = intersect(targets, own)
    publicKey = delegation.pubkey
  }
  const permissions = chain.some(({delegation}) => delegation.permissions === 'queries') ? 'queries' : 'all'
  return {ok: true, publicKey, targets, permissions}
}

/** The signed map: fields that were not given do not enter. */
export function delegationFields({pubkey, expirationNs, targets, permissions}: Delegation) {
  return {pubkey, expiration: expirationNs, targets, permissions}
}

function findChainFault(chain: readonly SignedDelegation[], {senderPubkey, nowNs}: DelegationContext): string | undefined {
  if (chain.length > MAX_DELEGATIONS)
    return `Invalid delegation: Chain of delegations is too long: got ${chain.length} delegations, but at most ${MAX_DELEGATIONS} are allowed.`
  const seen = new Set([toHex(senderPubkey)])
  for (const {delegation} of chain) {
    const key = toHex(delegation.pubkey)
    if (seen.has(key))
      return `Invalid delegation: Chain of delegations contains at least one cycle: first repeating public key encountered ${key}`
    seen.add(key)
  }
  const expired = chain.find(({delegation}) => delegation.expirationNs < nowNs)
  if (!expired) return undefined
  return [
    'Invalid delegation expiry: Specified sender delegation has expired:',
    `Provided expiry:    ${formatTime(expired.delegation.expirationNs)}`,
    `Local replica time: ${formatTime(nowNs)}`,
  ].join('\n')
}

/** The delegation's own targets (undefined: all), or what is wrong with them. */
function findTargets({targets}: Delegation): DelegationTargets | string {
  if (!targets) return undefined
  if (targets.length > MAX_TARGETS) return `got ${targets.length} targets, but at most ${MAX_TARGETS} are allowed`
  try {
    return new Set(targets.map(principalFromBytes))
  } catch (error) {
    if (error instanceof PrincipalError) return error.message
    throw error
  }
}

function intersect(a: DelegationTargets, b: DelegationTargets): DelegationTargets {
  if (!a || !b) return a ?? b
  return new Set([...a].filter((target) => b.has(target)))
}
