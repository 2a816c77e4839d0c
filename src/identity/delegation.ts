/**
 * Delegation chains: another key that may act for an identity until a moment. Kept beside the session key as `delegation.json`, in the form
 * of the agent libraries: `{publicKey, delegations: [{delegation: {pubkey, expiration, targets?}, signature}]}`, all hexadecimal.
 *
 * Source: IC interface specification, "Authentication".
 */

import {equalBytes, fromHex} from '../base/bytes.js'
import {parseJson} from '../project/json-text.js'
import {inspect, listOf, object, text} from '../project/schema.js'
import {DelegationInvalid} from './errors.js'

export interface DelegationLink {
  /** DER of the key that may act. */
  readonly pubkey: Uint8Array
  readonly expirationNs: bigint
  readonly targets: readonly Uint8Array[] | undefined
  readonly signature: Uint8Array
}

export interface DelegationChain {
  /** DER of the key that is acted for. */
  readonly publicKey: Uint8Array
  readonly links: readonly DelegationLink[]
}

const chainJson = object({
  publicKey: text,
  delegations: listOf(object({delegation: object({pubkey: text, expiration: text, targets: listOf(text)}), signature: text})),
})

/** Throws DelegationInvalid when it is not a chain, does not end at the session key, or has run out. */
export function parseDelegationChain(
  json: string,
  file: string,
  {sessionKey, nowNs}: {sessionKey: Uint8Array; nowNs: bigint},
): DelegationChain {
  const {value} = inspect(chainJson, parseJson(json, file))
  const links = (value?.delegations ?? []).map((link): DelegationLink | undefined => {
    const {pubkey, expiration, targets} = link.delegation ?? {}
    if (!isHex(pubkey) || !isHex(expiration) || !isHex(link.signature) || !(targets ?? []).every(isHex)) return undefined
    const expirationNs = BigInt(`0x${expiration}`)
    return {pubkey: fromHex(pubkey), expirationNs, targets: targets?.map(fromHex), signature: fromHex(link.signature)}
  })
  if (!isHex(value?.publicKey) || links.length === 0 || links.includes(undefined))
    throw new DelegationInvalid(`'${file}' is not a delegation chain.`)
  const chain = {publicKey: fromHex(value.publicKey), links: links as DelegationLink[]}
  if (!equalBytes(chain.links.at(-1)!.pubkey, sessionKey)) throw new DelegationInvalid(`The delegation in '${file}' is for another key.`)
  if (chain.links.some(({expirationNs}) => expirationNs < nowNs))
    throw new DelegationInvalid(`The delegation in '${file}' has expired.`, ['Import a fresh one with --force.'])
  return chain
}

function isHex(value: string | undefined): value is string {
  return value !== undefined && /^([\da-f]{2})+$/i.test(value)
}
