/**
 * `create_canister` and `provisional_create_canister_with_cycles`: a new empty canister on this subnet.
 *
 * Effects: one canister; the next free canister id; attached cycles become its balance (less the fee).
 * Rejects: IC0403 too few cycles, IC0101 ids used up, IC0408/IC0405/IC0538 for a specified id, and those of settings.
 * Source: IC interface specification, "IC method create_canister"; digest management-canister section 3.
 */

import {type CanisterId, canisterIdFromNumber, findCanisterNumber, type Principal, principalToText} from '../../protocol/principal.js'
import {hashOfMap} from '../../protocol/request-id.js'
import {canisterCreationFee} from '../cycles/fees.js'
import {isInRanges} from '../registry/ranges.js'
import {defaultSettings, newCanister} from '../state/new-canister.js'
import {changeOrigin, type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'
import {changeSettings, type SettingsArg} from './settings.js'

/** What a provisionally created canister starts with. Source: reference implementation. */
const PROVISIONAL_CYCLES = 100_000_000_000_000n

export interface CreateArgs {
  readonly settings: readonly [] | readonly [SettingsArg]
  readonly sender_canister_version: readonly [] | readonly [bigint]
}

export interface ProvisionalCreateArgs extends CreateArgs {
  readonly amount: readonly [] | readonly [bigint]
  readonly specified_id: readonly [] | readonly [Principal]
}

export function createCanister(call: ManagementCall<CreateArgs>): ManagementStep {
  const fee = canisterCreationFee(call.env.fees)
  if (call.cycles < fee)
    return reject(
      'IC0403',
      `Creating a canister requires a fee of ${fee} that is deducted from the canister's initial balance but only ${call.cycles} cycles were received with the create_canister request.`,
    )
  const step = addCanister(call, call.cycles - fee, undefined)
  if (step.kind !== 'reply') return step
  return {...step, acceptedCycles: call.cycles}
}

export function provisionalCreateCanisterWithCycles(call: ManagementCall<ProvisionalCreateArgs>): ManagementStep {
  const [specifiedId] = call.args.specified_id
  const problem = specifiedId === undefined ? undefined : checkSpecifiedId(call, specifiedId)
  return problem ?? addCanister(call, call.args.amount[0] ?? PROVISIONAL_CYCLES, specifiedId)
}

function addCanister(call: ManagementCall<CreateArgs>, cycles: bigint, specifiedId: CanisterId | undefined): ManagementStep {
  const {state, env} = call
  const defaults = defaultSettings([call.sender])
  const change = call.args.settings.length ? changeSettings(defaults, call.args.settings[0]) : ({kind: 'ok', settings: defaults} as const)
  if (change.kind === 'invalid') return change.step
  const id = specifiedId ?? takeNextId(call)
  if (id === undefined) return reject('IC0101', 'Could not create canister. Subnet has surpassed its canister ID allocation.')
  const {settings} = change
  const environmentVariablesHash = settings.environmentVariables.length
    ? hashOfMap(Object.fromEntries(settings.environmentVariables.map(({name, value}) => [name, value])))
    : undefined
  const canister = newCanister({
    id,
    settings,
    cycles,
    timeNs: env.timeNs,
    origin: changeOrigin(call),
    ...(environmentVariablesHash && {environmentVariablesHash}),
  })
  state.canisters.set(id, canister)
  touch(state, id)
  return reply({canister_id: id})
}

/** The next id of the allocation range that no canister has, or undefined when they are used up. */
function takeNextId({state, subnet}: ManagementCall<unknown>): CanisterId | undefined {
  const last = findCanisterNumber(subnet.allocationRange.last)!
  for (; state.nextCanisterNumber <= last; state.nextCanisterNumber++) {
    const id = canisterIdFromNumber(state.nextCanisterNumber)
    if (state.canisters.has(id)) continue
    state.nextCanisterNumber++
    return id
  }
  return undefined
}

function checkSpecifiedId({state, subnet}: ManagementCall<unknown>, id: Principal): ManagementStep | undefined {
  const text = principalToText(id)
  if (!isInRanges(subnet.canisterRanges, id))
    return reject(
      'IC0405',
      `Unsuccessful validation of specified ID: Specified CanisterId ${text} is not hosted by subnet ${principalToText(subnet.subnetId)}.`,
    )
  if (isInRanges([subnet.allocationRange], id))
    return reject(
      'IC0408',
      `The \`specified_id\` ${text} is invalid because it belongs to the canister allocation ranges of the test environment.`,
    )
  return state.canisters.has(id) ? reject('IC0538', `Canister ${text} is already installed.`) : undefined
}
