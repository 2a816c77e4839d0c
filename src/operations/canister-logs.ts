/** `canister logs`: what a canister printed. */

import {setTimeout as sleep} from 'node:timers/promises'
import {type CanisterLogRecord, fetchCanisterLogs} from '../agent/management.js'
import {decodeUtf8, toHex} from '../base/bytes.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'

export interface LogSelection {
  /** The last lines only. */
  readonly tail?: number | undefined
  /** Lines at or after this time, nanoseconds since 1970. */
  readonly sinceNs?: bigint | undefined
}

/** Throws CallRejected for a caller who may not see them. */
export async function readLogs(context: ProjectContext, name: string, selection: LogSelection): Promise<CanisterLogRecord[]> {
  const {id} = getCanisterId(context, name)
  return selectLogs(await fetchCanisterLogs(await connectAgent(context), id), selection)
}

/** Goes on until the signal of the context: `show` gets what is new. */
export async function followLogs(
  context: ProjectContext,
  name: string,
  {intervalMs, show, ...selection}: LogSelection & {intervalMs: number; show: (records: readonly CanisterLogRecord[]) => void},
): Promise<void> {
  const {id} = getCanisterId(context, name)
  const agent = await connectAgent(context)
  let next = -1n
  for (let isFirst = true; ; isFirst = false) {
    const records = await fetchCanisterLogs(agent, id)
    const fresh = isFirst ? selectLogs(records, selection) : records.filter(({index}) => index >= next)
    if (fresh.length > 0) show(fresh)
    next = (records.at(-1)?.index ?? next - 1n) + 1n
    await sleep(intervalMs, undefined, {signal: context.signal})
  }
}

export function selectLogs(records: readonly CanisterLogRecord[], {tail, sinceNs}: LogSelection): CanisterLogRecord[] {
  const recent = records.filter(({timestampNs}) => sinceNs === undefined || timestampNs >= sinceNs)
  return tail === undefined ? recent : recent.slice(Math.max(0, recent.length - tail))
}

/** `[42. 2021-05-06T19:17:10.000000002Z]: text`; what is not text is shown as `(bytes) 0x…`. */
export function renderLogRecord({index, timestampNs, content}: CanisterLogRecord): string {
  const text = decodeUtf8(content)
  const isPrintable = text !== undefined && !/[^\P{Cc}\s]/u.test(text)
  return `[${index}. ${renderTime(timestampNs)}]: ${isPrintable ? text : `(bytes) 0x${toHex(content)}`}`
}

const NS_PER_SECOND = 1_000_000_000n

function renderTime(timestampNs: bigint): string {
  const seconds = new Date(Number(timestampNs / NS_PER_SECOND) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(timestampNs % NS_PER_SECOND).padStart(9, '0')}Z`
}
