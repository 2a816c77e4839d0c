/** Starts, stops, empties and deletes canisters. */

import {readCanisterStatus} from '../agent/canister-status.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {changeCanister} from '../agent/management.js'
import {principalToText} from '../protocol/principal.js'
import {ConsentDeclined} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {type FoundCanister, getCanisters} from './find-canister.js'
import {type WithdrawOptions, withdrawCycles} from './withdraw-cycles.js'

export interface CanisterSelection {
  readonly name?: string | undefined
  readonly all?: boolean | undefined
}

const DEEDS = {
  start_canister: 'Starting code for',
  stop_canister: 'Stopping code for',
  uninstall_code: 'Uninstalling code for',
} as const

/** One after the other. Throws CallRejected. */
export async function changeCanisters(
  context: ProjectContext,
  method: keyof typeof DEEDS,
  selection: CanisterSelection,
): Promise<FoundCanister[]> {
  const canisters = getCanisters(context, selection)
  const agent = await connectAgent(context)
  for (const {name, id} of canisters) {
    context.signal.throwIfAborted()
    context.reporter.info(`${DEEDS[method]} canister ${name}, with canister_id ${principalToText(id)}`)
    await changeCanister(agent, method, id)
  }
  return canisters
}

export interface DeleteOptions extends CanisterSelection, WithdrawOptions {
  /** Stop what still runs without asking. */
  readonly isAssumed: boolean
  /** The cycles may go. */
  readonly noWithdrawal: boolean
}

/**
 * Deletes canisters and forgets their ids. Their cycles go where the options say, else to the caller's account of the cycles ledger; on a
 * local network without one they are lost. Throws ConsentDeclined, WithdrawalFailed, CallRejected.
 */
export async function deleteCanisters(context: ProjectContext, options: DeleteOptions): Promise<FoundCanister[]> {
  const canisters = getCanisters(context, options)
  const agent = await connectAgent(context)
  for (const canister of canisters) {
    context.signal.throwIfAborted()
    await stopFirst(context, agent, canister, options.isAssumed)
    if (!options.noWithdrawal) await withdrawCycles(context, agent, canister, options)
    context.reporter.info(`Deleting canister ${canister.name}, with canister_id ${principalToText(canister.id)}`)
    await changeCanister(agent, 'delete_canister', canister.id)
    if (canister.isInProject) context.canisterIds().remove(canister.name)
  }
  return canisters
}

async function stopFirst(context: ProjectContext, agent: IcAgent, {name, id}: FoundCanister, isAssumed: boolean): Promise<void> {
  const {status} = await readCanisterStatus(agent, id)
  if (status === 'stopped') return
  if (!isAssumed && !(await context.confirm(`Canister ${name} has not been stopped. Delete anyway?`)))
    throw new ConsentDeclined(`delete canister ${name}`)
  await changeCanister(agent, 'stop_canister', id)
}
