/**
 * Brings the assets of a canister in line with the source folders: scan, plan, upload what is new, commit.
 *
 * A canister that has everything costs one query. Source: dfx-compat, section 5.
 */

import type {IcAgent} from '../agent/ic-agent.js'
import {toHex} from '../base/bytes.js'
import type {CanisterId} from '../protocol/principal.js'
import {AssetCanister, toWireOperation} from './asset-canister.js'
import {encodeAsset, type ProjectAsset} from './encode-content.js'
import {computeEvidence} from './evidence.js'
import {type AssetOperation, MAX_OPERATIONS, planSync, planUploads, type SyncPlan} from './plan.js'
import {type Scan, scanSources} from './scan.js'
import {policyWarnings} from './security-policy.js'

export interface SyncOptions {
  readonly canisterId: CanisterId
  /** Absolute source folders. */
  readonly source: readonly string[]
  /** `propose` leaves the commit to others; `evidence` only computes what the evidence would be. */
  readonly mode?: 'commit' | 'propose' | 'evidence'
  readonly signal?: AbortSignal
  readonly warn?: (text: string) => void
  /** One line per content, for `-v`. */
  readonly detail?: (text: string) => void
}

export interface SyncReport {
  /** Contents that were uploaded. */
  readonly uploaded: number
  readonly uploadedBytes: number
  readonly unchanged: number
  readonly deleted: number
  /** Set when the batch was proposed. */
  readonly proposal?: {readonly batchId: bigint; readonly evidence: Uint8Array}
  readonly evidence?: Uint8Array
}

/** Calls in flight: enough to fill a block, few enough for a laptop. */
const PARALLEL_UPLOADS = 16
const PARALLEL_READS = 16

/** Throws the errors of scanning, AssetPermissionMissing, CallRejected, NetworkUnreachable. */
export async function syncAssets(agent: IcAgent, options: SyncOptions): Promise<SyncReport> {
  const canister = new AssetCanister(agent, options.canisterId)
  const listing = canister.list()
  // Reading files may fail first; the listing's own failure is seen when it is awaited.
  listing.catch(() => {})
  const project = await readProjectAssets(options)
  const plan = planSync(project, await listing)
  for (const {key, encoding, sha256} of plan.unchanged)
    options.detail?.(`  ${nameOf(key, encoding)} sha ${toHex(sha256)} is already installed`)
  const report = summarize(plan)
  if (options.mode === 'evidence') return {...report, evidence: computeEvidence(plan.operations)}
  if (plan.operations.length === 0) return report
  const batchId = await canister.createBatch()
  const operations = await uploadContents(canister, batchId, plan.operations, options)
  if (options.mode === 'propose') return {...report, proposal: {batchId, evidence: await canister.propose(batchId, operations)}}
  // Only the last commit ends the batch: what came before is done either way.
  for (let start = 0; start < operations.length; start += MAX_OPERATIONS) {
    const isLast = start + MAX_OPERATIONS >= operations.length
    await canister.commit(isLast ? batchId : 0n, operations.slice(start, start + MAX_OPERATIONS))
  }
  return report
}

/** Files with their rules and encodings; warns about rules without use and pages without protection. */
async function readProjectAssets({source, warn, signal}: SyncOptions): Promise<readonly ProjectAsset[]> {
  const scan = scanSources(source)
  for (const warning of unusedRuleWarnings(scan)) warn?.(warning)
  const assets = await mapParallel(scan.assets, PARALLEL_READS, async (asset) => {
    signal?.throwIfAborted()
    return encodeAsset(asset)
  })
  for (const warning of policyWarnings(assets)) warn?.(warning)
  return assets
}

function unusedRuleWarnings({unusedRules}: Scan): readonly string[] {
  return [...unusedRules].map(
    ([file, rules]) =>
      `${rules.length} unmatched configuration${rules.length === 1 ? '' : 's'} in ${file} config file:\n${rules.map(({source}) => JSON.stringify(source, null, 2)).join('\n')}`,
  )
}

/** Uploads the contents; gives the operations as the canister takes them. */
async function uploadContents(
  canister: AssetCanister,
  batchId: bigint,
  operations: readonly AssetOperation[],
  {signal, detail}: SyncOptions,
): Promise<ReturnType<typeof toWireOperation>[]> {
  const uploads = planUploads(operations)
  const ids = await mapParallel(uploads, PARALLEL_UPLOADS, async (chunks) => {
    signal?.throwIfAborted()
    return canister.createChunks(
      batchId,
      chunks.map(({bytes}) => bytes),
    )
  })
  const chunkIds = new Map<number, bigint[]>()
  for (const [message, chunks] of uploads.entries())
    for (const [index, {operation}] of chunks.entries())
      chunkIds.set(operation, [...(chunkIds.get(operation) ?? []), ids[message]![index]!])
  return operations.map((operation, index) => {
    const own = chunkIds.get(index) ?? []
    if (operation.kind === 'set')
      detail?.(
        `  ${nameOf(operation.key, operation.encoding)} ${own.length}/${own.length} (${operation.bytes.length} bytes) sha ${toHex(operation.sha256)}`,
      )
    return toWireOperation(operation, own)
  })
}

const nameOf = (key: string, encoding: string): string => (encoding === 'identity' ? key : `${key} (${encoding})`)

function summarize({operations, unchanged}: SyncPlan): SyncReport {
  const sets = operations.filter((operation) => operation.kind === 'set')
  return {
    uploaded: sets.length,
    uploadedBytes: sets.reduce((sum, {bytes}) => sum + bytes.length, 0),
    unchanged: unchanged.length,
    deleted: operations.filter(({kind}) => kind === 'delete').length,
  }
}

/** In the order of the items, with at most `limit` at work. The first failure ends it. */
async function mapParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index]!)
    }
  }
  await Promise.all(Array.from({length: Math.min(limit, items.length)}, worker))
  return results
}
