/** An identity that can sign, by its name. */

import {systemNowNs} from '../io/clock.js'
import {readPassphrase} from '../io/passphrase.js'
import type {Places} from '../project/places.js'
import {ANONYMOUS_PRINCIPAL, type Principal} from '../protocol/principal.js'
import {type DelegationChain, parseDelegationChain} from './delegation.js'
import {decryptPem} from './encrypted-pem.js'
import {parsePem, principalOfKey, type SigningKey} from './keys.js'
import {ANONYMOUS, DEFAULT_IDENTITY, ensureDefaultIdentity, findDelegation, readChosenIdentity, readStoredKey} from './store.js'

export interface LoadedIdentity {
  readonly name: string
  readonly principal: Principal
  /** Undefined for `anonymous`, which signs nothing. */
  readonly key: SigningKey | undefined
  /** The key acts for another one, whose principal this is. */
  readonly delegation?: DelegationChain | undefined
  /** The key lies on disk unprotected: refused on mainnet by the commands that spend. */
  readonly isPlaintext: boolean
}

export const ANONYMOUS_IDENTITY: LoadedIdentity = {name: ANONYMOUS, principal: ANONYMOUS_PRINCIPAL, key: undefined, isPlaintext: false}

const PROMPT = 'Please enter the passphrase for your identity: '

export interface LoadIdentityInput {
  readonly places: Places
  /** From `--identity` or DFX_IDENTITY; undefined: the chosen one. */
  readonly name: string | undefined
  /** Told when `default` is made on first use, and when a key was decrypted. */
  readonly tell: (line: string) => void
  /** Asks the user; the terminal's own question when absent. */
  readonly askPassphrase?: (prompt: string) => string
}

/** Throws IdentityNotFound, PemInvalid, PassphraseWrong, IdentityStorageUnsupported. */
export function loadIdentity(input: LoadIdentityInput): LoadedIdentity {
  const name = input.name ?? readChosenIdentity(input.places)
  if (name === ANONYMOUS) return ANONYMOUS_IDENTITY
  if (name === DEFAULT_IDENTITY) ensureDefaultIdentity(input.places, input.tell)
  const {pem, isPlaintext} = readPem({...input, name})
  const key = parsePem(pem)
  const found = findDelegation(input.places, name)
  if (!found) return {name, principal: principalOfKey(key.publicKeyDer), key, isPlaintext}
  const delegation = parseDelegationChain(found.json, found.file, {sessionKey: key.publicKeyDer, nowNs: systemNowNs()})
  return {name, principal: principalOfKey(delegation.publicKey), key, delegation, isPlaintext}
}

/** The PEM text of an identity, decrypted if need be. Throws as `loadIdentity`. */
export function readPem({places, name, tell, askPassphrase = readPassphrase}: LoadIdentityInput & {readonly name: string}) {
  const {pem, encrypted, isInKeyring} = readStoredKey(places, name)
  if (!encrypted) return {pem: pem ?? '', isPlaintext: !isInKeyring}
  const decrypted = decryptPem(encrypted, askPassphrase(PROMPT))
  tell('Decryption complete.')
  return {pem: decrypted, isPlaintext: false}
}
