/**
 * Snapshots of a whole local network: canisters, ids, keys, time. Large files are linked, so that one costs neither time nor room.
 *
 *     <network folder>/snapshots/NAME/{snapshot.json, network-id, state/}
 *
 * They outlive `start --clean`. `snapshot.json` is written last: without it there is no snapshot.
 */
import {copyFileSync, existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {findText, writeJson} from '../io/files.js'
import type {LocalNetwork} from '../project/networks.js'
import {linkState, replaceState} from '../replica/store/link-state.js'
import {lockStore} from '../replica/store/lock.js'
import {askNetwork} from './ask-network.js'
import {SnapshotExists, SnapshotNameInvalid, SnapshotNotFound, StateMissing} from './errors.js'
import {findRunningNetwork} from './running-network.js'

export interface Snapshot {
  readonly name: string
  /** ISO 8601. */
  readonly createdAt: string
  /** Of the project whose canister ids were saved with it: its folder, and its canister_ids.json as text. */
  readonly project?: {readonly root: string; readonly ids: string}
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i
const RECORD = 'snapshot.json'
const NETWORK_ID = 'network-id'

/** The network may run: then it is asked for one. Throws SnapshotNameInvalid, SnapshotExists, StateMissing, StoreUnwritable. */
export async function createSnapshot(network: LocalNetwork, name: string, project: Snapshot['project']): Promise<Snapshot> {
  const folder = snapshotFolder(network, name)
  if (existsSync(join(folder, RECORD))) throw new SnapshotExists(name)
  if (!existsSync(network.stateFolder)) throw new StateMissing(network.name)
  rmSync(folder, {recursive: true, force: true})
  mkdirSync(folder, {recursive: true})
  const state = join(folder, 'state')
  if (findRunningNetwork(network)) await askNetwork(network, 'snapshot', {folder: state})
  else await linkStopped(network, state)
  copyIfThere(join(network.folder, NETWORK_ID), join(folder, NETWORK_ID))
  const snapshot: Snapshot = {name, createdAt: new Date().toISOString(), ...(project && {project})}
  writeJson(join(folder, RECORD), snapshot)
  return snapshot
}

/** By name. */
export function listSnapshots(network: LocalNetwork): Snapshot[] {
  const folder = join(network.folder, 'snapshots')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((name) => findSnapshot(network, name) ?? [])
}

/** The network must be stopped. Throws SnapshotNotFound, StoreInUse, StoreUnwritable. */
export async function restoreSnapshot(network: LocalNetwork, name: string): Promise<Snapshot> {
  const snapshot = getSnapshot(network, name)
  const folder = snapshotFolder(network, name)
  await replaceState(network.stateFolder, join(folder, 'state'))
  copyIfThere(join(folder, NETWORK_ID), join(network.folder, NETWORK_ID))
  return snapshot
}

/** Throws SnapshotNotFound. */
export function deleteSnapshot(network: LocalNetwork, name: string): void {
  getSnapshot(network, name)
  rmSync(snapshotFolder(network, name), {recursive: true, force: true})
}

function getSnapshot(network: LocalNetwork, name: string): Snapshot {
  const snapshot = findSnapshot(network, name)
  if (!snapshot)
    throw new SnapshotNotFound(
      name,
      listSnapshots(network).map((each) => each.name),
    )
  return snapshot
}

function findSnapshot(network: LocalNetwork, name: string): Snapshot | undefined {
  const text = NAME.test(name) ? findText(join(snapshotFolder(network, name), RECORD)) : undefined
  return text === undefined ? undefined : (JSON.parse(text) as Snapshot)
}

function snapshotFolder(network: LocalNetwork, name: string): string {
  if (!NAME.test(name)) throw new SnapshotNameInvalid(name)
  return join(network.folder, 'snapshots', name)
}

async function linkStopped(network: LocalNetwork, state: string): Promise<void> {
  const lock = lockStore(network.stateFolder)
  try {
    await linkState(network.stateFolder, state, {withTail: true})
  } finally {
    lock.release()
  }
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) copyFileSync(from, to)
}
