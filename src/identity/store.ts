/** The identities on disk, in dfx's own folders: `identity/NAME/identity.pem` and the choice in `identity.json`. */
import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {findBytes, findText, writeBytes, writeJson, writeText} from '../io/files.js'
import {programName} from '../io/program.js'
import {ConfigInvalid} from '../project/errors.js'
import {parseJson} from '../project/json-text.js'
import {identitiesFolder, identityJsonPath, type Places} from '../project/places.js'
import {type Checked, inspect, integerBetween, listOf, object, text} from '../project/schema.js'
import {type EncryptedPem, encryptPem} from './encrypted-pem.js'
import {
  AnonymousReserved,
  IdentityExists,
  IdentityNameInvalid,
  IdentityNotFound,
  IdentityStorageUnsupported,
  KeyringEntryMissing,
  PassphraseTooShort,
} from './errors.js'
import {findKeyring, type Keyring} from './keyring.js'
import {generatePem} from './keys.js'

export const ANONYMOUS = 'anonymous'
export const DEFAULT_IDENTITY = 'default'
const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700

const MIN_PASSPHRASE = 9
const PLAIN_FILE = 'identity.pem'
const ENCRYPTED_FILE = 'identity.pem.encrypted'
const DELEGATION_FILE = 'delegation.json'

const identityJson = object({default: text})
const storageJson = object({
  encryption: object({pw_salt: text, file_nonce: listOf(integerBetween(0, 255))}),
  keyring_identity_suffix: text,
})
type StorageJson = Checked<typeof storageJson>

/** The name chosen with `identity use`; `default` before any choice. */
export function readChosenIdentity(places: Places): string {
  const file = identityJsonPath(places)
  const content = findText(file)
  if (content === undefined) return DEFAULT_IDENTITY
  const {value, mistakes} = inspect(identityJson, parseJson(content, file))
  if (mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return value?.default ?? DEFAULT_IDENTITY
}

/** Makes an identity the chosen one. Throws IdentityNotFound. */
export function chooseIdentity(places: Places, name: string): void {
  requireIdentity(places, name)
  writeJson(identityJsonPath(places), {default: name})
}

/** Sorted names, `anonymous` included. */
export function listIdentities(places: Places): readonly string[] {
  const folder = identitiesFolder(places)
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => hasIdentity(places, name)) : []
  return [...new Set([...names, ANONYMOUS])].sort()
}

export function hasIdentity(places: Places, name: string): boolean {
  if (name === ANONYMOUS) return true
  const folder = identityFolder(places, name)
  return [PLAIN_FILE, ENCRYPTED_FILE, 'identity.json'].some((file) => existsSync(join(folder, file)))
}

/** Names become folders: nothing else may be named by one. */
function requireName(name: string): void {
  if (!/^[A-Za-z0-9._@-]+$/.test(name) || name === '.' || name === '..') throw new IdentityNameInvalid(name)
}

/** Throws IdentityNameInvalid, IdentityNotFound. */
export function requireIdentity(places: Places, name: string): void {
  requireName(name)
  if (!hasIdentity(places, name)) throw new IdentityNotFound(name, identityFolder(places, name), programName())
}

export interface CreateIdentityOptions {
  /** Replaces an identity of the same name. */
  readonly force?: boolean
  /** Protects the key; without it the key lies in plain text. */
  readonly passphrase?: string | undefined
  /** Keeps the key instead of a file. */
  readonly keyring?: Keyring | undefined
  /** Text of a delegation chain for the key. */
  readonly delegation?: string | undefined
  /** An existing key; a new one is generated without it. */
  readonly pem?: string | undefined
}

/** Throws IdentityNameInvalid, AnonymousReserved, IdentityExists: what can be known before a passphrase is asked for. */
export function requireNewIdentity(places: Places, name: string, force: boolean): void {
  requireName(name)
  if (name === ANONYMOUS) throw new AnonymousReserved()
  if (!force && hasIdentity(places, name)) throw new IdentityExists(name)
}

/** Keeps a key, new or given, in a file only the user can read. Throws as `requireNewIdentity`, and PassphraseTooShort. */
export function createIdentity(places: Places, name: string, options: CreateIdentityOptions = {}): void {
  const {force = false, passphrase, pem = generatePem(), keyring, delegation} = options
  requireNewIdentity(places, name, force)
  if (passphrase !== undefined && passphrase.length < MIN_PASSPHRASE) throw new PassphraseTooShort(MIN_PASSPHRASE)
  const folder = identityFolder(places, name)
  const encrypted = passphrase === undefined ? undefined : encryptPem(pem, passphrase)
  rmSync(folder, {recursive: true, force: true})
  mkdirSync(folder, {recursive: true, mode: PRIVATE_FOLDER})
  if (delegation !== undefined) writeText(join(folder, DELEGATION_FILE), delegation, {mode: PRIVATE_FILE})
  if (encrypted) writeEncrypted(folder, encrypted)
  else if (keyring) storeInKeyring(folder, keyring, name, pem)
  else writeText(join(folder, PLAIN_FILE), pem, {mode: PRIVATE_FILE})
}

function storeInKeyring(folder: string, keyring: Keyring, name: string, pem: string): void {
  keyring.store(name, pem)
  writeStorage(folder, {keyring_identity_suffix: name})
}

function writeStorage(folder: string, storage: StorageJson): void {
  writeJson(join(folder, 'identity.json'), {hsm: null, encryption: null, keyring_identity_suffix: null, ...storage}, {mode: PRIVATE_FILE})
}

/** The name under which the keyring knows the key, for an identity that is kept there. */
export function findKeyringName(places: Places, name: string): string | undefined {
  return readStorage(identityFolder(places, name)).keyring_identity_suffix
}

/** After a rename: the keyring knows the key by the new name. */
export function moveInKeyring(places: Places, name: string, from: string, keyring: Keyring | undefined): void {
  const pem = keyring?.find(from)
  if (!keyring || pem === undefined) throw new KeyringEntryMissing(name)
  storeInKeyring(identityFolder(places, name), keyring, name, pem)
  keyring.remove(from)
}

/** The text of the delegation chain that belongs to the key. */
export function findDelegation(places: Places, name: string): {readonly json: string; readonly file: string} | undefined {
  const file = join(identityFolder(places, name), DELEGATION_FILE)
  const json = findText(file)
  return json === undefined ? undefined : {json, file}
}

function writeEncrypted(folder: string, {pwSalt, fileNonce, content}: EncryptedPem): void {
  writeBytes(join(folder, ENCRYPTED_FILE), content, {mode: PRIVATE_FILE})
  const encryption = {pw_salt: pwSalt, file_nonce: [...fileNonce]}
  writeStorage(folder, {encryption})
}

/** Makes `default` when the user has none and has chosen none; tells it in dfx's words. */
export function ensureDefaultIdentity(places: Places, tell: (line: string) => void): void {
  if (hasIdentity(places, DEFAULT_IDENTITY) || readChosenIdentity(places) !== DEFAULT_IDENTITY) return
  tell('Creating the "default" identity.')
  createIdentity(places, DEFAULT_IDENTITY)
  tell('Created the "default" identity.')
}

export interface StoredKey {
  /** Plain text, or undefined for an encrypted one. */
  readonly pem: string | undefined
  readonly encrypted: EncryptedPem | undefined
  readonly isInKeyring: boolean
}

/** The key of an identity as it lies there. Throws IdentityNotFound, and IdentityStorageUnsupported for one kept elsewhere. */
export function readStoredKey(places: Places, name: string): StoredKey {
  requireName(name)
  const folder = identityFolder(places, name)
  const pem = findText(join(folder, PLAIN_FILE))
  if (pem !== undefined) return {pem, encrypted: undefined, isInKeyring: false}
  requireIdentity(places, name)
  const encrypted = findEncrypted(folder)
  if (encrypted) return {pem: undefined, encrypted, isInKeyring: false}
  const suffix = readStorage(folder).keyring_identity_suffix
  if (suffix === undefined)
    throw new IdentityStorageUnsupported(`Identity '${name}' is kept on a hardware module, which icicle cannot open.`)
  const kept = findKeyring()?.find(suffix)
  if (kept === undefined) throw new KeyringEntryMissing(name)
  return {pem: kept, encrypted: undefined, isInKeyring: true}
}

function findEncrypted(folder: string): EncryptedPem | undefined {
  const content = findBytes(join(folder, ENCRYPTED_FILE))
  if (content === undefined) return undefined
  const {pw_salt: pwSalt, file_nonce: nonce} = readStorage(folder).encryption ?? {}
  return pwSalt !== undefined && nonce ? {content, pwSalt, fileNonce: Uint8Array.from(nonce)} : undefined
}

/** How the key of a folder is kept; empty without an identity.json. Throws ConfigInvalid. */
function readStorage(folder: string): StorageJson {
  const file = join(folder, 'identity.json')
  const json = findText(file)
  if (json === undefined) return {}
  const {value, mistakes} = inspect(storageJson, parseJson(json, file))
  if (mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return value ?? {}
}

export function identityFolder(places: Places, name: string): string {
  return join(identitiesFolder(places), name)
}
