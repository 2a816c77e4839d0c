/** `identity new` and `identity import`: how the key is kept, and the passphrase if there is one. */
import {PassphrasesDiffer, PemFileNotFound} from '../identity/errors.js'
import {parsePem} from '../identity/keys.js'
import {createIdentity, requireNewIdentity} from '../identity/store.js'
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
  /** A PEM file to take the key from; a new key without it. */
  readonly pemFile?: string
  readonly askPassphrase?: (prompt: string) => string
}

export interface NewIdentityReport {
  readonly identity: string
  readonly storage: 'password-protected' | 'plaintext'
}

export function newIdentity(places: Places, request: NewIdentityRequest, reporter: Reporter): NewIdentityReport {
  const {name, force, isInteractive} = request
  requireNewIdentity(places, name, force)
  const pem = request.pemFile === undefined ? undefined : readPemFile(request.pemFile)
  const storage = decideStorage(request, reporter)
  const passphrase = storage === 'plaintext' ? undefined : askTwice(request.askPassphrase ?? readPassphrase, isInteractive)
  createIdentity(places, name, {force, passphrase, pem})
  reporter.info(`${pem === undefined ? 'Created' : 'Imported'} identity: "${name}".`)
  return {identity: name, storage}
}

/** Throws PemFileNotFound, and PemInvalid for a key that could not sign. */
function readPemFile(file: string): string {
  const pem = findText(file)
  if (pem === undefined) throw new PemFileNotFound(file)
  parsePem(pem)
  return pem
}

function decideStorage({mode, name, isInteractive}: NewIdentityRequest, reporter: Reporter): NewIdentityReport['storage'] {
  if (mode === 'keyring') reporter.info('icicle uses no keyring: the identity is protected by a passphrase instead.')
  if (mode !== undefined) return mode === 'plaintext' ? 'plaintext' : 'password-protected'
  if (isInteractive) return 'password-protected'
  reporter.warn(`Identity "${name}" is stored in plain text, for nobody is here to type a passphrase.`)
  return 'plaintext'
}

/** A mistyped passphrase would lose the key: on a terminal, where it is not seen, it is asked for twice. */
function askTwice(ask: (prompt: string) => string, isInteractive: boolean): string {
  const passphrase = ask('Please enter a passphrase for your identity: ')
  if (isInteractive && ask('Please enter the passphrase again: ') !== passphrase) throw new PassphrasesDiffer()
  return passphrase
}
