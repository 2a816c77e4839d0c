/**
 * A shared network that is started with other options is another network: the state of the former options is kept aside, and the one of these
 * comes back, if there is one. Source: digest dfx-compat, "places": a folder per settings.
 *
 *     <network folder>/aside/<options>/{icicle/, network-id}
 */
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {basename, join} from 'node:path'
import {findText} from '../io/files.js'
import type {LocalNetwork} from '../project/networks.js'
import {lockStore} from '../replica/store/lock.js'

/** What the state of a network is made with; the address is not part of it. */
export interface StateOptions {
  readonly systemCanisters: boolean
}

export interface Switched {
  /** Where the former state is. */
  readonly aside: string
  readonly former: StateOptions
  /** A state of these options was there. */
  readonly isBroughtBack: boolean
}

/** Undefined when the state has these options already, or there is none. The network must not run. Throws StoreInUse. */
export function switchState(network: LocalNetwork, wanted: StateOptions): Switched | undefined {
  const former = findOptions(network)
  if (network.scope !== 'shared' || !former || former.systemCanisters === wanted.systemCanisters) return undefined
  // Nobody may have it open; a lock of a process that is gone does not count.
  lockStore(network.stateFolder).release()
  const aside = asideFolder(network, former)
  rmSync(aside, {recursive: true, force: true})
  mkdirSync(aside, {recursive: true})
  movePlaces(network, network.folder, aside)
  const kept = asideFolder(network, wanted)
  const isBroughtBack = existsSync(kept)
  if (isBroughtBack) movePlaces(network, kept, network.folder)
  return {aside, former, isBroughtBack}
}

function asideFolder(network: LocalNetwork, {systemCanisters}: StateOptions): string {
  return join(network.folder, 'aside', systemCanisters ? 'system-canisters' : 'plain')
}

function movePlaces({stateFolder}: LocalNetwork, from: string, to: string): void {
  for (const name of [basename(stateFolder), 'network-id']) if (existsSync(join(from, name))) renameSync(join(from, name), join(to, name))
}

/** Undefined without a state, or for one that the server will refuse in its own words. */
function findOptions({stateFolder}: LocalNetwork): StateOptions | undefined {
  const text = findText(join(stateFolder, 'genesis.json'))
  try {
    return text === undefined
      ? undefined
      : {systemCanisters: (JSON.parse(text) as {hasSystemCanisters?: boolean}).hasSystemCanisters === true}
  } catch {
    return undefined
  }
}
