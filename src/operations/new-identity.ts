/** `identity new` and `identity import`: where the key comes from, how it is kept, and the passphrase if there is one. */

import {parseDelegationChain} from '../identity/delegation.js'
import {PassphrasesDiffer, PemFileNotFound} from '../identity/errors.js'
import {findKeyring, type Keyring} from '../identity/keyring.js'
import {parsePem} from '../identity/keys.js'
import {generateSeedPhrase, pemOfSeedPhrase} from '../identity/seed-phrase.js'
import {createIdentity, requireNewIdentity} from '../identity/store.js'
import {systemNowNs} from '../io/clock.js'
import {findText} from '../io/files.js'
import {readPassphrase} from '../io/passphrase.js'
import type {Places} from '../project/places.js'
import type {Reporter} from './reporter.js'

export const STORAGE_MODES = ['keyring', 'password-protected', 'plaintext'] as const
export type StorageMode = (typeof STORAGE_MODES)[number]

export interface NewIdentityRequest {
  readonly name: string
  readonly force: boolean
  /** Undefined: a password where somebody can type one, plain text with a warning elsewhere. */
  readonly mode: StorageMode | undefined
  readonly isInteractive: boolean
  /** A PEM file to take the key from. */
  readonly pemFile?: string
  /** A file with a seed phrase to make the key from; a new phrase without this and without `pemFile`. */
  readonly seedFile?: string
  /** A file with a delegation chain for the key. */
  readonly delegationFile?: string
  readonly askPassphrase?: (prompt: string) => string
}

export interface NewIdentityReport {
  readonly identity: string
  readonly storage: StorageMode
}

/** Throws what the identity room throws for names, files and phrases. Nothing is written before everything is known. */
export async function newIdentity(places: Places, request: NewIdentityRequest, reporter: Reporter): Promise<NewIdentityReport> {
  const {name, force, isInteractive, pemFile, seedFile, delegationFile} = request
  requireNewIdentity(places, name, force)
  const phrase = pemFile === undefined && seedFile === undefined ? await generateSeedPhrase() : undefined
  const pem = pemFile === undefined ? await pemOfSeedPhrase(phrase ?? requireText(seedFile!)) : requireText(pemFile)
  const {publicKeyDer} = parsePem(pem)
  const delegation = delegationFile === undefined ? undefined : requireText(delegationFile)
  if (delegation !== undefined) parseDelegationChain(delegation, delegationFile!, {sessionKey: publicKeyDer, nowNs: systemNowNs()})
  const {storage, keyring} = decideStorage(request, reporter)
  const passphrase = storage === 'password-protected' ? askTwice(request.askPassphrase ?? readPassphrase, isInteractive) : undefined
  createIdentity(places, name, {force, passphrase, pem, keyring, delegation})
  if (phrase !== undefined) tellPhrase(name, phrase, reporter)
  reporter.info(`${phrase === undefined ? 'Imported' : 'Created'} identity: "${name}".`)
  return {identity: name, storage}
}

/** Throws PemFileNotFound. */
function requireText(file: string): string {
  const text = findText(file)
  if (text === undefined) throw new PemFileNotFound(file)
  return text
}

function tellPhrase(name: string, phrase: string, reporter: Reporter): void {
  reporter.secret(`Your seed phrase for identity '${name}': ${phrase}
This can be used to reconstruct your key in case of emergency, so write it down in a safe place.`)
}

function decideStorage(
  {mode, name, isInteractive}: NewIdentityRequest,
  reporter: Reporter,
): {readonly storage: StorageMode; readonly keyring?: Keyring} {
  const keyring = mode === 'keyring' ? findKeyring() : undefined
  if (keyring) return {storage: 'keyring', keyring}
  if (mode === 'keyring') reporter.info('There is no keyring to be used here: the identity is protected by a passphrase instead.')
  if (mode !== undefined) return {storage: mode === 'plaintext' ? 'plaintext' : 'password-protected'}
  if (isInteractive) return {storage: 'password-protected'}
  reporter.warn(`Identity "${name}" is stored in plain text, for nobody is here to type a passphrase.`)
  return {storage: 'plaintext'}
}

/** A mistyped passphrase would lose the key: on a terminal, where it is not seen, it is asked for twice. */
function askTwice(ask: (prompt: string) => string, isInteractive: boolean): string {
  const passphrase = ask('Please enter a passphrase for your identity: ')
  if (isInteractive && ask('Please enter the passphrase again: ') !== passphrase) throw new PassphrasesDiffer()
  return passphrase
}
