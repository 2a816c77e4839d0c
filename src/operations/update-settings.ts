/** `canister update-settings`: changes what is given and leaves the rest. */

import {readCanisterInfo} from '../agent/canister-state.js'
import {readCanisterStatus} from '../agent/canister-status.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {type CanisterSettings, updateSettings, type Visibility} from '../agent/management.js'
import type {Principal} from '../protocol/principal.js'
import {ArgumentInvalid, ConsentDeclined} from './canister-errors.js'
import type {CanisterSelection} from './canister-lifecycle.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {type FoundCanister, getCanisterId, getCanisters} from './find-canister.js'

/** `set` replaces the list; `add` and `remove` change it. */
export interface ListChange {
  readonly set: readonly Principal[]
  readonly add: readonly Principal[]
  readonly remove: readonly Principal[]
}

export interface SettingsChange extends CanisterSelection {
  readonly settings: CanisterSettings
  readonly controllers: ListChange
  readonly logViewers: ListChange
  readonly isAssumed: boolean
  /** A canister whose settings are taken over; what is given besides wins. */
  readonly syncWith?: string | undefined
  readonly confirmsVeryLongFreezing: boolean
  readonly confirmsVeryShortFreezing: boolean
}

const YEAR_AND_HALF_SECONDS = 47_336_400n
const WEEK_SECONDS = 604_800n

/** Throws ArgumentInvalid, ConsentDeclined, CallRejected. */
export async function changeSettings(context: ProjectContext, change: SettingsChange): Promise<FoundCanister[]> {
  checkFreezingThreshold(change)
  const canisters = getCanisters(context, change)
  const agent = await connectAgent(context)
  const model = change.syncWith === undefined ? {} : await readSettings(context, agent, change.syncWith)
  for (const canister of canisters) {
    context.signal.throwIfAborted()
    const controllers = (await planControllers(agent, canister, change.controllers)) ?? model.controllers
    if (controllers && !controllers.includes(agent.sender)) await confirmRemovalOfSelf(context, canister, change.isAssumed)
    const logVisibility = change.settings.logVisibility ?? (await planViewers(agent, canister, change.logViewers))
    const settings = {...model, ...withoutUndefined({...change.settings, controllers, logVisibility})}
    await updateSettings(agent, canister.id, settings)
    context.reporter.info(`Updated settings of canister ${canister.name}.`)
  }
  return canisters
}

/** Everything that can be set, as another canister has it. Throws CallRejected for a caller who is not its controller. */
async function readSettings(context: ProjectContext, agent: IcAgent, canister: string): Promise<CanisterSettings> {
  const status = await readCanisterStatus(agent, getCanisterId(context, canister).id)
  const {controllers, computeAllocation, memoryAllocation, freezingThreshold, reservedCyclesLimit, logVisibility} = status
  const {wasmMemoryLimit, wasmMemoryThreshold} = status
  const settings = {controllers, computeAllocation, memoryAllocation, freezingThreshold, reservedCyclesLimit, logVisibility}
  return {...settings, wasmMemoryLimit, wasmMemoryThreshold}
}

function withoutUndefined(settings: CanisterSettings): CanisterSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function checkFreezingThreshold({settings, confirmsVeryLongFreezing, confirmsVeryShortFreezing}: SettingsChange): void {
  const threshold = settings.freezingThreshold
  if (threshold === undefined) return
  if (threshold > YEAR_AND_HALF_SECONDS && !confirmsVeryLongFreezing)
    throw new ArgumentInvalid('The freezing threshold is defined in SECONDS before the canister would run out of cycles, not in cycles.', {
      hints: ["If you truly want a freezing threshold longer than 1.5 years, add '--confirm-very-long-freezing-threshold'."],
    })
  if (threshold < WEEK_SECONDS && !confirmsVeryShortFreezing)
    throw new ArgumentInvalid('The freezing threshold is very short at less than a week.', {
      hints: ["If you truly want such a short freezing threshold, add '--confirm-very-short-freezing-threshold'."],
    })
}

/** The list after the change, or undefined when nothing about it changes. */
export function applyListChange(before: readonly Principal[], {set, add, remove}: ListChange): readonly Principal[] | undefined {
  if (set.length + add.length + remove.length === 0) return undefined
  const base = set.length > 0 ? set : before
  return [...new Set([...base, ...add])].filter((principal) => !remove.includes(principal))
}

async function planControllers(agent: IcAgent, {id}: FoundCanister, change: ListChange): Promise<readonly Principal[] | undefined> {
  const needsOld = change.set.length === 0 && change.add.length + change.remove.length > 0
  return applyListChange(needsOld ? (await readCanisterInfo(agent, id)).controllers : [], change)
}

async function planViewers(agent: IcAgent, {id}: FoundCanister, change: ListChange): Promise<Visibility | undefined> {
  const needsOld = change.set.length === 0 && change.add.length + change.remove.length > 0
  const before = needsOld ? (await readCanisterStatus(agent, id)).logVisibility : 'controllers'
  const viewers = applyListChange(typeof before === 'string' ? [] : before.allowedViewers, change)
  return viewers && {allowedViewers: viewers}
}

async function confirmRemovalOfSelf(context: ProjectContext, {name}: FoundCanister, isAssumed: boolean): Promise<void> {
  if (isAssumed) return
  const warning = `You are trying to remove yourself as a controller of canister ${name}. This may leave this canister un-upgradeable.`
  if (!(await context.confirm(warning))) throw new ConsentDeclined('remove yourself as a controller')
}
