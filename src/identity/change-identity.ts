/** Renames and removes identities. */
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {programName} from '../io/program.js'
import type {Places} from '../project/places.js'
import {AnonymousReserved, IdentityHasWallets, IdentityInUse} from './errors.js'
import {findKeyring} from './keyring.js'
import {
  ANONYMOUS,
  chooseIdentity,
  findKeyringName,
  identityFolder,
  moveInKeyring,
  readChosenIdentity,
  requireIdentity,
  requireNewIdentity,
} from './store.js'

/** The new name is the chosen one if the old was: gives true then. Throws IdentityNotFound and as `requireNewIdentity`. */
export function renameIdentity(places: Places, from: string, to: string): boolean {
  if (from === ANONYMOUS) throw new AnonymousReserved()
  requireIdentity(places, from)
  requireNewIdentity(places, to, false)
  const target = identityFolder(places, to)
  mkdirSync(dirname(target), {recursive: true})
  renameSync(identityFolder(places, from), target)
  const kept = findKeyringName(places, to)
  if (kept !== undefined) moveInKeyring(places, to, kept, findKeyring())
  const isChosen = readChosenIdentity(places) === from
  if (isChosen) chooseIdentity(places, to)
  return isChosen
}

export interface RemoveIdentityOptions {
  /** Removes an identity that has wallets, too. */
  readonly dropWallets: boolean
}

/** Deletes the key for good. Throws IdentityNotFound, IdentityInUse, IdentityHasWallets, AnonymousReserved. */
export function removeIdentity(places: Places, name: string, {dropWallets}: RemoveIdentityOptions): void {
  if (name === ANONYMOUS) throw new AnonymousReserved()
  requireIdentity(places, name)
  if (readChosenIdentity(places) === name) throw new IdentityInUse(name, programName())
  const folder = identityFolder(places, name)
  if (!dropWallets && existsSync(join(folder, 'wallets.json'))) throw new IdentityHasWallets(name)
  const kept = findKeyringName(places, name)
  if (kept !== undefined) findKeyring()?.remove(kept)
  rmSync(folder, {recursive: true})
}
