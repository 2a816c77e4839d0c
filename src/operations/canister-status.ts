/** `canister status` and `canister info`. */

import {type CanisterInfo, readCanisterInfo} from '../agent/canister-state.js'
import {type CanisterStatus, readCanisterStatus} from '../agent/canister-status.js'
import type {Visibility} from '../agent/management.js'
import {toHex} from '../base/bytes.js'
import {groupDigits} from '../candid/print-type.js'
import {type Principal, principalToText} from '../protocol/principal.js'
import type {CanisterSelection} from './canister-lifecycle.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {type FoundCanister, getCanisterId, getCanisters} from './find-canister.js'

export type StatusReport = FoundCanister & CanisterStatus

/** Throws CallRejected for a caller who is not a controller. */
export async function readStatuses(context: ProjectContext, selection: CanisterSelection): Promise<StatusReport[]> {
  const canisters = getCanisters(context, selection)
  const agent = await connectAgent(context)
  const reports: StatusReport[] = []
  for (const canister of canisters) reports.push({...canister, ...(await readCanisterStatus(agent, canister.id))})
  return reports
}

export async function readInfo(context: ProjectContext, name: string): Promise<FoundCanister & CanisterInfo> {
  const canister = getCanisterId(context, name)
  return {...canister, ...(await readCanisterInfo(await connectAgent(context), canister.id))}
}

/** The lines in the order that scripts know from dfx. */
export function renderStatus(report: StatusReport): string {
  const {queries} = report
  return [
    `Canister status call result for ${report.name}.`,
    `Status: ${report.status[0]!.toUpperCase()}${report.status.slice(1)}`,
    `Controllers: ${renderPrincipals(report.controllers)}`,
    `Memory allocation: ${digits(report.memoryAllocation)} Bytes`,
    `Compute allocation: ${digits(report.computeAllocation)} %`,
    `Freezing threshold: ${digits(report.freezingThreshold)} Seconds`,
    `Idle cycles burned per day: ${digits(report.idleCyclesBurnedPerDay)} Cycles`,
    `Memory Size: ${digits(report.memorySize)} Bytes`,
    `Balance: ${digits(report.cycles)} Cycles`,
    `Reserved: ${digits(report.reservedCycles ?? 0n)} Cycles`,
    `Reserved cycles limit: ${renderLimit(report.reservedCyclesLimit, 'Cycles')}`,
    `Wasm memory limit: ${renderLimit(report.wasmMemoryLimit, 'Bytes')}`,
    `Wasm memory threshold: ${renderLimit(report.wasmMemoryThreshold, 'Bytes')}`,
    `Module hash: ${renderHash(report.moduleHash)}`,
    `Number of queries: ${digits(queries.calls)}`,
    `Instructions spent in queries: ${digits(queries.instructions)}`,
    `Total query request payload size: ${digits(queries.requestBytes)} Bytes`,
    `Total query response payload size: ${digits(queries.responseBytes)} Bytes`,
    `Log visibility: ${renderVisibility(report.logVisibility)}`,
  ].join('\n')
}

export function renderInfo({controllers, moduleHash}: CanisterInfo): string {
  return `Controllers: ${renderPrincipals(controllers)}\nModule hash: ${renderHash(moduleHash)}`
}

const digits = (number: bigint): string => groupDigits(String(number))
const renderLimit = (limit: bigint | undefined, unit: string): string => (limit === undefined ? 'Not Set' : `${digits(limit)} ${unit}`)
const renderHash = (hash: Uint8Array | undefined): string => (hash ? `0x${toHex(hash)}` : 'None')

function renderPrincipals(principals: readonly Principal[], separator = ' '): string {
  return principals.map(principalToText).sort().join(separator)
}

function renderVisibility(visibility: Visibility): string {
  return typeof visibility === 'string' ? visibility : `allowed viewers: ${renderPrincipals(visibility.allowedViewers, ', ')}`
}
