/**
 * Wallet canisters that an identity is said to have on a network: `wallets.json`, as dfx keeps it.
 *
 * `{"identities": {NAME: {NETWORK: id}}}`, beside the keys for networks that last, in the project or with the network for others.
 */

import {join} from 'node:path'
import {findText, writeJson} from '../io/files.js'
import {ConfigInvalid} from '../project/errors.js'
import {parseJson} from '../project/json-text.js'
import type {NetworkConfig} from '../project/networks.js'
import type {Places} from '../project/places.js'
import {inspect, mapOf, object, principal} from '../project/schema.js'
import {type CanisterId, type Principal, principalToText} from '../protocol/principal.js'
import {identityFolder} from './store.js'

const walletsJson = object({identities: mapOf(mapOf(principal))})

function walletsPath(places: Places, identity: string, network: NetworkConfig): string {
  const folder = network.isPersistent || network.kind === 'remote' ? identityFolder(places, identity) : network.folder
  return join(folder, 'wallets.json')
}

/** Undefined without one. Throws ConfigInvalid. */
export function findWallet(places: Places, identity: string, network: NetworkConfig): CanisterId | undefined {
  return readWallets(walletsPath(places, identity, network))[identity]?.[network.folderName]
}

export function setWallet(places: Places, identity: string, network: NetworkConfig, wallet: CanisterId): void {
  const file = walletsPath(places, identity, network)
  const wallets = readWallets(file)
  const changed = {...wallets, [identity]: {...wallets[identity], [network.folderName]: wallet}}
  const toTexts = (ids: Readonly<Record<string, Principal>>) =>
    Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, principalToText(id)]))
  writeJson(file, {identities: Object.fromEntries(Object.entries(changed).map(([name, ids]) => [name, toTexts(ids)]))})
}

function readWallets(file: string): Readonly<Record<string, Readonly<Record<string, Principal>>>> {
  const text = findText(file)
  if (text === undefined) return {}
  const {value, mistakes} = inspect(walletsJson, parseJson(text, file))
  if (mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return value?.identities ?? {}
}
