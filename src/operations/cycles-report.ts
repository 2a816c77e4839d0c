/** How long the cycles of canisters last: warnings, and `cycles report`. */

import {type CanisterStatus, readCanisterStatus} from '../agent/canister-status.js'
import {CallRejected} from '../agent/errors.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {groupDigits} from '../candid/print-type.js'
import {showTrillions} from '../project/units.js'
import type {CanisterSelection} from './canister-lifecycle.js'
import {connectAgent} from './connect.js'
import type {NetworkContext, ProjectContext} from './context.js'
import {type FoundCanister, getCanisters} from './find-canister.js'

const SECONDS_PER_DAY = 86_400n

export interface CyclesOutlook {
  readonly cycles: bigint
  /** Below this the canister answers no calls. */
  readonly freezingLimit: bigint
  readonly burnedPerDay: bigint
  /** Until the limit is reached while nobody calls; undefined when nothing is burned. */
  readonly daysLeft: bigint | undefined
}

export function outlookOf(status: Pick<CanisterStatus, 'cycles' | 'freezingThreshold' | 'idleCyclesBurnedPerDay'>): CyclesOutlook {
  const {cycles, freezingThreshold, idleCyclesBurnedPerDay: burnedPerDay} = status
  const freezingLimit = (burnedPerDay * freezingThreshold) / SECONDS_PER_DAY
  const spendable = cycles > freezingLimit ? cycles - freezingLimit : 0n
  return {cycles, freezingLimit, burnedPerDay, daysLeft: burnedPerDay === 0n ? undefined : spendable / burnedPerDay}
}

/** A sentence about a canister that is frozen, or undefined. */
export function findFreezeWarning(name: string, status: Parameters<typeof outlookOf>[0]): string | undefined {
  const {cycles, freezingLimit} = outlookOf(status)
  if (cycles >= freezingLimit) return undefined
  const [has, needs] = [cycles, freezingLimit].map((amount) => groupDigits(String(amount)))
  return `Canister ${name} is frozen: it has ${has} cycles and answers no calls below ${needs}. Give it some with 'cycles top-up'.`
}

/** Warns of frozen canisters; says nothing of those whose status the caller may not see. */
export async function warnOfFrozen(
  context: NetworkContext,
  agent: IcAgent,
  canisters: readonly Pick<FoundCanister, 'name' | 'id'>[],
): Promise<void> {
  const warnings = await Promise.all(
    canisters.map(async ({name, id}) => {
      try {
        return findFreezeWarning(name, await readCanisterStatus(agent, id))
      } catch (error) {
        if (error instanceof CallRejected) return undefined
        throw error
      }
    }),
  )
  for (const warning of warnings) if (warning !== undefined) context.reporter.warn(warning)
}

export type CyclesReport = FoundCanister & CyclesOutlook

/** `cycles report`. Throws CallRejected for a caller who is not a controller. */
export async function reportCycles(context: ProjectContext, selection: CanisterSelection): Promise<CyclesReport[]> {
  const canisters = getCanisters(context, selection)
  const agent = await connectAgent(context)
  const reports: CyclesReport[] = []
  for (const canister of canisters) {
    const status = await readCanisterStatus(agent, canister.id)
    const warning = findFreezeWarning(canister.name, status)
    if (warning !== undefined) context.reporter.warn(warning)
    reports.push({...canister, ...outlookOf(status)})
  }
  return reports
}

const HEADER = ['canister', 'balance', 'freezes at', 'burned a day', 'days left']

/** A table, numbers to the right. */
export function renderCyclesReport(reports: readonly CyclesReport[]): string {
  const rows = reports.map(({name, cycles, freezingLimit, burnedPerDay, daysLeft}) => [
    name,
    ...[cycles, freezingLimit, burnedPerDay].map((amount) => `${showTrillions(amount)} TC`),
    daysLeft === undefined ? '-' : groupDigits(String(daysLeft)),
  ])
  const table = [HEADER, ...rows]
  const widths = HEADER.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  const renderRow = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')
  return table.map(renderRow).join('\n')
}
