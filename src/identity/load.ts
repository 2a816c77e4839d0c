/** An identity that can sign, by its name. */

import type {Places} from '../project/places.js'
import {ANONYMOUS_PRINCIPAL, type Principal} from '../protocol/principal.js'
import {parsePem, principalOfKey, type SigningKey} from './keys.js'
import {ANONYMOUS, DEFAULT_IDENTITY, ensureDefaultIdentity, readChosenIdentity, readIdentityPem} from './store.js'

export interface LoadedIdentity {
  readonly name: string
  readonly principal: Principal
  /** Undefined for `anonymous`, which signs nothing. */
  readonly key: SigningKey | undefined
  /** The key lies on disk unprotected: refused on mainnet by the commands that spend. */
  readonly isPlaintext: boolean
}

export const ANONYMOUS_IDENTITY: LoadedIdentity = {name: ANONYMOUS, principal: ANONYMOUS_PRINCIPAL, key: undefined, isPlaintext: false}

export interface LoadIdentityInput {
  readonly places: Places
  /** From `--identity` or DFX_IDENTITY; undefined: the chosen one. */
  readonly name: string | undefined
  /** Told when `default` is made on first use. */
  readonly tell: (line: string) => void
}

/** Throws IdentityNotFound, PemInvalid, IdentityStorageUnsupported. */
export function loadIdentity({places, name, tell}: LoadIdentityInput): LoadedIdentity {
  const wanted = name ?? readChosenIdentity(places)
  if (wanted === ANONYMOUS) return ANONYMOUS_IDENTITY
  if (wanted === DEFAULT_IDENTITY) ensureDefaultIdentity(places, tell)
  const key = parsePem(readIdentityPem(places, wanted))
  return {name: wanted, principal: principalOfKey(key.publicKeyDer), key, isPlaintext: true}
}
