/** `network snapshot`: the whole local network, saved and brought back, with the canister ids that the project knows. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {findText, writeText} from '../io/files.js'
import {createSnapshot, deleteSnapshot, listSnapshots, restoreSnapshot, type Snapshot} from '../network/snapshots.js'
import {canisterIdsPath, networkFolder} from '../project/canister-ids.js'
import type {LocalNetwork, NetworkConfig} from '../project/networks.js'
import type {Project} from '../project/project.js'
import type {Reporter} from './reporter.js'
import {requireLocal} from './start-local-network.js'

export interface SnapshotContext {
  readonly network: NetworkConfig
  readonly project: Project | undefined
  readonly reporter: Reporter
}

export interface SnapshotReport {
  readonly name: string
  readonly createdAt: string
}

/** The network may run or not. Throws SnapshotNameInvalid, SnapshotExists, StateMissing, StoreUnwritable. */
export async function saveNetwork({network, project, reporter}: SnapshotContext, name: string): Promise<SnapshotReport> {
  const local = requireLocal(network)
  const created = await reporter.step(`Taking snapshot '${name}'…`, () => createSnapshot(local, name, findIds(project, local)))
  return describe(created)
}

export function listNetworkSnapshots({network}: SnapshotContext): SnapshotReport[] {
  return listSnapshots(requireLocal(network)).map(describe)
}

/** What the network held until now is gone; it must be stopped. Throws SnapshotNotFound, StoreInUse, StoreUnwritable. */
export async function bringBackNetwork({network, project, reporter}: SnapshotContext, name: string): Promise<SnapshotReport> {
  const local = requireLocal(network)
  const snapshot = await reporter.step(`Restoring snapshot '${name}'…`, () => restoreSnapshot(local, name))
  if (project && snapshot.project?.root === project.root) restoreIds(project, local, snapshot.project.ids)
  return describe(snapshot)
}

/** Throws SnapshotNotFound. */
export function forgetNetworkSnapshot({network}: SnapshotContext, name: string): void {
  deleteSnapshot(requireLocal(network), name)
}

/** Ids beside dfx.json belong to the user, who keeps them. */
function findIds(project: Project | undefined, network: LocalNetwork): Snapshot['project'] {
  if (!project || network.isPersistent) return undefined
  const ids = findText(canisterIdsPath(project, network))
  return ids === undefined ? undefined : {root: project.root, ids}
}

function restoreIds(project: Project, network: LocalNetwork, ids: string): void {
  writeText(canisterIdsPath(project, network), ids)
  const mark = join(network.folder, 'network-id')
  if (network.scope === 'shared' && existsSync(mark)) writeText(join(networkFolder(project, network), 'network-id'), findText(mark)!)
}

const describe = ({name, createdAt}: Snapshot): SnapshotReport => ({name, createdAt})
