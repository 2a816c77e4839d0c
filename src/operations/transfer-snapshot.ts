/**
 * `canister snapshot download|upload`: a snapshot as files, in pieces; an interrupted transfer goes on where it stopped.
 *
 * Files: metadata.json, wasm_module.bin, wasm_memory.bin, stable_memory.bin, wasm_chunk_store/HASH.bin, and while it lasts the progress
 * `ID.json`. Source: dfx-compat, "snapshot".
 */

import {closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync} from 'node:fs'
import {join, resolve} from 'node:path'
import type {IcAgent} from '../agent/ic-agent.js'
import {getManagementMethod} from '../agent/management.js'
import {
  type MemoryKind,
  readSnapshotMetadata,
  readSnapshotPart,
  type SnapshotMetadata,
  type SnapshotPart,
  uploadSnapshotMetadata,
  uploadSnapshotPart,
} from '../agent/snapshots.js'
import {toHex} from '../base/bytes.js'
import {managementInterface} from '../candid/management.js'
import {fromJson} from '../candid/parse-json.js'
import {toJson} from '../candid/print-json.js'
import {findText, writeBytes, writeJson} from '../io/files.js'
import {parseJson} from '../project/json-text.js'
import type {CanisterId} from '../protocol/principal.js'
import {ArgumentInvalid} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'
import {parseSnapshotId} from './snapshots.js'

export interface TransferOptions {
  readonly canister: string
  readonly folder: string
  /** Go on with a transfer that was interrupted. */
  readonly isResumed: boolean
  /** Pieces under way at the same time. */
  readonly concurrency: number
}

/** A message to or from a canister has at most 2 MB. */
const PIECE_BYTES = 1_900_000n
const MEMORIES: readonly MemoryKind[] = ['wasm_module', 'wasm_memory', 'stable_memory']

/** Throws ArgumentInvalid for a folder in use, CallRejected. Gives the folder. */
export async function downloadSnapshot(
  context: ProjectContext,
  {snapshot, ...options}: TransferOptions & {readonly snapshot: string},
): Promise<string> {
  const snapshotId = parseSnapshotId(snapshot)
  const folder = resolve(context.folder, options.folder)
  const {name, id} = getCanisterId(context, options.canister)
  const agent = await connectAgent(context)
  prepareFolder(folder, options.isResumed)
  const metadata = await readSnapshotMetadata(agent, id, snapshotId)
  writeJson(join(folder, 'metadata.json'), toJson(metadataType(), metadata as never, managementInterface().types))
  const progress = openProgress(folder, toHex(snapshotId))
  const fetchPart = async (part: SnapshotPart): Promise<void> => savePart(folder, part, await readSnapshotPart(agent, id, snapshotId, part))
  await context.reporter.step(`Downloading snapshot ${snapshot} of canister ${name}…`, () =>
    forEachPart(planParts(metadata), progress, {concurrency: options.concurrency, signal: context.signal, work: fetchPart}),
  )
  for (const kind of MEMORIES) touch(memoryFile(folder, kind))
  progress.finish()
  context.reporter.info(`Snapshot ${snapshot} of canister ${name} saved to '${options.folder}'`)
  return folder
}

/** Gives the id of the new snapshot, hexadecimal. Throws ArgumentInvalid for a folder that holds none, CallRejected. */
export async function uploadSnapshot(
  context: ProjectContext,
  {replace, ...options}: TransferOptions & {readonly replace: string | undefined},
): Promise<string> {
  const folder = resolve(context.folder, options.folder)
  const metadata = readMetadataFile(folder)
  const {name, id} = getCanisterId(context, options.canister)
  const agent = await connectAgent(context)
  const snapshotId = await chooseUpload(agent, id, {folder, metadata, replace, isResumed: options.isResumed})
  const progress = openProgress(folder, toHex(snapshotId))
  const sendPart = (part: SnapshotPart): Promise<void> => uploadSnapshotPart(agent, id, snapshotId, {part, chunk: loadPart(folder, part)})
  await context.reporter.step(`Uploading a snapshot to canister ${name}…`, () =>
    forEachPart(planParts(metadata), progress, {concurrency: options.concurrency, signal: context.signal, work: sendPart}),
  )
  progress.finish()
  context.reporter.info(`Uploaded a snapshot of canister ${name}. Snapshot ID: ${toHex(snapshotId)}`)
  return toHex(snapshotId)
}

const metadataType = () => getManagementMethod('read_canister_snapshot_metadata').results[0]!

function prepareFolder(folder: string, isResumed: boolean): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new ArgumentInvalid(`The folder '${folder}' does not exist.`, {hints: ['Create it first.']})
  if (!isResumed && readdirSync(folder).length > 0)
    throw new ArgumentInvalid(`The folder '${folder}' is not empty.`, {hints: ['Choose an empty one, or go on with --resume.']})
  mkdirSync(join(folder, 'wasm_chunk_store'), {recursive: true})
}

function readMetadataFile(folder: string): SnapshotMetadata {
  const file = join(folder, 'metadata.json')
  const text = findText(file)
  if (text === undefined) throw new ArgumentInvalid(`The folder '${folder}' holds no snapshot: there is no metadata.json.`)
  return fromJson(metadataType(), parseJson(text, file), managementInterface().types) as unknown as SnapshotMetadata
}

interface Upload {
  readonly folder: string
  readonly metadata: SnapshotMetadata
  readonly replace: string | undefined
  readonly isResumed: boolean
}

/** The one whose progress lies in the folder, or a new one. */
async function chooseUpload(agent: IcAgent, canisterId: CanisterId, {folder, metadata, replace, isResumed}: Upload): Promise<Uint8Array> {
  const known = isResumed ? readdirSync(folder).find((file) => PROGRESS_FILE.test(file)) : undefined
  if (known !== undefined) return parseSnapshotId(known.replace('.json', ''))
  return uploadSnapshotMetadata(agent, canisterId, metadata, replace === undefined ? undefined : parseSnapshotId(replace))
}

function planParts(metadata: SnapshotMetadata): SnapshotPart[] {
  const parts: SnapshotPart[] = []
  for (const kind of MEMORIES) {
    const total = metadata[`${kind}_size`]
    for (let offset = 0n; offset < total; offset += PIECE_BYTES)
      parts.push({kind, offset, size: offset + PIECE_BYTES > total ? total - offset : PIECE_BYTES})
  }
  return [...parts, ...metadata.wasm_chunk_store.map(({hash}): SnapshotPart => ({kind: 'wasm_chunk', hash}))]
}

const PROGRESS_FILE = /^[\da-f]+\.json$/

interface Progress {
  isDone(part: SnapshotPart): boolean
  done(part: SnapshotPart): void
  finish(): void
}

function openProgress(folder: string, snapshot: string): Progress {
  const file = join(folder, `${snapshot}.json`)
  const text = findText(file)
  const finished = new Set<string>(text === undefined ? [] : (parseJson(text, file) as {done?: string[]}).done)
  return {
    isDone: (part) => finished.has(keyOf(part)),
    done(part) {
      finished.add(keyOf(part))
      writeJson(file, {done: [...finished]})
    },
    finish: () => rmSync(file, {force: true}),
  }
}

function keyOf(part: SnapshotPart): string {
  return part.kind === 'wasm_chunk' ? `${part.kind} ${toHex(part.hash)}` : `${part.kind} ${part.offset}`
}

interface Transfer {
  readonly concurrency: number
  readonly signal: AbortSignal
  readonly work: (part: SnapshotPart) => Promise<void>
}

async function forEachPart(parts: readonly SnapshotPart[], progress: Progress, {concurrency, signal, work}: Transfer): Promise<void> {
  const left = parts.filter((part) => !progress.isDone(part))
  const worker = async (): Promise<void> => {
    for (let part = left.shift(); part; part = left.shift()) {
      signal.throwIfAborted()
      await work(part)
      progress.done(part)
    }
  }
  await Promise.all(Array.from({length: concurrency}, worker))
}

const memoryFile = (folder: string, kind: MemoryKind): string => join(folder, `${kind}.bin`)
const chunkFile = (folder: string, hash: Uint8Array): string => join(folder, 'wasm_chunk_store', `${toHex(hash)}.bin`)

/** Pieces arrive in any order: each is written at its place. */
function savePart(folder: string, part: SnapshotPart, bytes: Uint8Array): void {
  if (part.kind === 'wasm_chunk') return writeBytes(chunkFile(folder, part.hash), bytes)
  const file = memoryFile(folder, part.kind)
  touch(file)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, bytes, 0, bytes.length, Number(part.offset))
  closeSync(descriptor)
}

/** Throws ArgumentInvalid when the file is shorter than metadata.json says. */
function loadPart(folder: string, part: SnapshotPart): Uint8Array {
  const file = part.kind === 'wasm_chunk' ? chunkFile(folder, part.hash) : memoryFile(folder, part.kind)
  if (!existsSync(file)) throw new ArgumentInvalid(`The snapshot is not complete: '${file}' is missing.`)
  const descriptor = openSync(file, 'r')
  try {
    const {offset, size} = part.kind === 'wasm_chunk' ? {offset: 0n, size: BigInt(fstatSync(descriptor).size)} : part
    const bytes = new Uint8Array(Number(size))
    if (readSync(descriptor, bytes, 0, bytes.length, Number(offset)) === bytes.length) return bytes
    throw new ArgumentInvalid(`The snapshot is not complete: '${file}' is too short.`)
  } finally {
    closeSync(descriptor)
  }
}

function touch(file: string): void {
  closeSync(openSync(file, 'a'))
}
