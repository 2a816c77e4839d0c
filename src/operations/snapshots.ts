/** `canister snapshot create|list|load|delete`. */

import {CallRejected} from '../agent/errors.js'
import {deleteSnapshot, listSnapshots, loadSnapshot, type Snapshot, takeSnapshot} from '../agent/snapshots.js'
import {fromHex, toHex} from '../base/bytes.js'
import {groupDigits} from '../candid/print-type.js'
import {ArgumentInvalid, SnapshotRefused} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'

export interface SnapshotChoice {
  readonly canister: string
  /** Hexadecimal. */
  readonly snapshot: string
}

/** Throws SnapshotRefused for a canister that runs, CallRejected. */
export async function createSnapshot(context: ProjectContext, canister: string, replace: string | undefined): Promise<Snapshot> {
  const {name, id} = getCanisterId(context, canister)
  const agent = await connectAgent(context)
  const snapshot = await explainRunning(name, takeSnapshot(agent, id, replace === undefined ? undefined : parseSnapshotId(replace)))
  context.reporter.info(`Created a new snapshot of canister ${name}. Snapshot ID: ${toHex(snapshot.id)}`)
  return snapshot
}

export async function readSnapshots(context: ProjectContext, canister: string): Promise<Snapshot[]> {
  const {name, id} = getCanisterId(context, canister)
  const snapshots = await listSnapshots(await connectAgent(context), id)
  if (snapshots.length === 0) context.reporter.info(`No snapshots found in canister ${name}`)
  return snapshots
}

/** Brings a canister back to what it was. Throws SnapshotRefused, CallRejected. */
export async function restoreSnapshot(context: ProjectContext, {canister, snapshot}: SnapshotChoice): Promise<void> {
  const {name, id} = getCanisterId(context, canister)
  await explainRunning(name, loadSnapshot(await connectAgent(context), id, parseSnapshotId(snapshot)))
  context.reporter.info(`Loaded snapshot ${snapshot} in canister ${name}`)
}

export async function removeSnapshot(context: ProjectContext, {canister, snapshot}: SnapshotChoice): Promise<void> {
  const {name, id} = getCanisterId(context, canister)
  await deleteSnapshot(await connectAgent(context), id, parseSnapshotId(snapshot))
  context.reporter.info(`Deleted snapshot ${snapshot} from canister ${name}`)
}

/** Throws ArgumentInvalid. */
export function parseSnapshotId(text: string): Uint8Array {
  const hex = text.replace(/^0x/i, '')
  if (hex === '' || !/^([\da-f]{2})+$/i.test(hex)) throw new ArgumentInvalid(`'${text}' is not a snapshot id: those are hexadecimal.`)
  return fromHex(hex)
}

/** The network's own words say nothing of what to do. */
async function explainRunning<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof CallRejected && /is not stopped|must be stopped|is running/i.test(error.rejectMessage))
      throw new SnapshotRefused(name, error)
    throw error
  }
}

const NS_PER_MS = 1_000_000n
const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

/** `hex: size, time` */
export function renderSnapshot({id, sizeBytes, takenAtNs}: Snapshot): string {
  const time = new Date(Number(takenAtNs / NS_PER_MS)).toISOString().slice(0, 19).replace('T', ' ')
  return `${toHex(id)}: ${renderSize(sizeBytes)}, taken at ${time} UTC`
}

function renderSize(bytes: bigint): string {
  let size = Number(bytes)
  let unit = 0
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return unit === 0 ? `${groupDigits(String(bytes))} B` : `${size.toFixed(2)} ${UNITS[unit]}`
}
