/** The identities on disk, in dfx's own folders: `identity/NAME/identity.pem` and the choice in `identity.json`. */
import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {findText, writeJson, writeText} from '../io/files.js'
import {programName} from '../io/program.js'
import {ConfigInvalid} from '../project/errors.js'
import {parseJson} from '../project/json-text.js'
import {identitiesFolder, identityJsonPath, type Places} from '../project/places.js'
import {inspect, object, text} from '../project/schema.js'
import {AnonymousReserved, IdentityExists, IdentityNameInvalid, IdentityNotFound, IdentityStorageUnsupported} from './errors.js'
import {generatePem} from './keys.js'

export const ANONYMOUS = 'anonymous'
export const DEFAULT_IDENTITY = 'default'
const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700

const identityJson = object({default: text})

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
  return ['identity.pem', 'identity.pem.encrypted', 'identity.json'].some((file) => existsSync(join(folder, file)))
}

/** Throws IdentityNotFound. */
export function requireIdentity(places: Places, name: string): void {
  if (!hasIdentity(places, name)) throw new IdentityNotFound(name, identityFolder(places, name), programName())
}

export interface CreateIdentityOptions {
  /** Replaces an identity of the same name. */
  readonly force?: boolean
}

/** Makes a secp256k1 identity in a file only the user can read. Throws IdentityNameInvalid, AnonymousReserved, IdentityExists. */
export function createIdentity(places: Places, name: string, {force = false}: CreateIdentityOptions = {}): void {
  if (!/^[A-Za-z0-9._@-]+$/.test(name) || name === '.' || name === '..') throw new IdentityNameInvalid(name)
  if (name === ANONYMOUS) throw new AnonymousReserved()
  const folder = identityFolder(places, name)
  if (hasIdentity(places, name)) {
    if (!force) throw new IdentityExists(name)
    rmSync(folder, {recursive: true})
  }
  mkdirSync(folder, {recursive: true, mode: PRIVATE_FOLDER})
  writeText(join(folder, 'identity.pem'), generatePem(), {mode: PRIVATE_FILE})
}

/** Makes `default` when the user has none and has chosen none; tells it in dfx's words. */
export function ensureDefaultIdentity(places: Places, tell: (line: string) => void): void {
  if (hasIdentity(places, DEFAULT_IDENTITY) || readChosenIdentity(places) !== DEFAULT_IDENTITY) return
  tell('Creating the "default" identity.')
  createIdentity(places, DEFAULT_IDENTITY)
  tell('Created the "default" identity.')
}

/** The PEM text of an identity. Throws IdentityNotFound, and IdentityStorageUnsupported for one kept elsewhere. */
export function readIdentityPem(places: Places, name: string): string {
  const folder = identityFolder(places, name)
  const pem = findText(join(folder, 'identity.pem'))
  if (pem !== undefined) return pem
  requireIdentity(places, name)
  throw new IdentityStorageUnsupported(
    `Identity '${name}' is kept encrypted, in a keyring or on a hardware module, which icicle cannot open yet.`,
  )
}

export function identityFolder(places: Places, name: string): string {
  return join(identitiesFolder(places), name)
}
