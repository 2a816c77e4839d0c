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
import {checkAllocations} from './allocations.js'
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
  const step = addCanister(call, {cycles: call.cycles - fee, fee})
  if (step.kind !== 'reply') return step
  return {...step, acceptedCycles: call.cycles}
}

export function provisionalCreateCanisterWithCycles(call: ManagementCall<ProvisionalCreateArgs>): ManagementStep {
  const [specifiedId] = call.args.specified_id
  const problem = specifiedId === undefined ? undefined : checkSpecifiedId(call, specifiedId)
  return (
    problem ??
    addCanister(call, {cycles: call.args.amount[0] ?? PROVISIONAL_CYCLES, fee: 0n, ...(specifiedId !== undefined && {specifiedId})})
  )
}

interface Addition {
  /** Its first balance. */
  readonly cycles: bigint
  /** What was paid for creating it. */
  readonly fee: bigint
  readonly specifiedId?: CanisterId
}

function addCanister(call: ManagementCall<CreateArgs>, {cycles, fee, specifiedId}: Addition): ManagementStep {
  const {state, env} = call
  const defaults = defaultSettings([call.sender])
  const change = call.args.settings.length ? changeSettings(defaults, call.args.settings[0]) : ({kind: 'ok', settings: defaults} as const)
  if (change.kind === 'invalid') return change.step
  const origin = changeOrigin(call)
  const imagined = newCanister({id: '' as CanisterId, settings: defaults, cycles, timeNs: env.timeNs, origin})
  const refusal = checkAllocations(call, imagined, change.settings)
  if (refusal) return refusal
  const id = specifiedId ?? takeNextId(call)
  if (id === undefined) return reject('IC0101', 'Could not create canister. Subnet has surpassed its canister ID allocation.')
  const {settings} = change
  const environmentVariablesHash = settings.environmentVariables.length
    ? hashOfMap(Object.fromEntries(settings.environmentVariables.map(({name, value}) => [name, value])))
    : undefined
  const canister = newCanister({
    id,
    settings,
    cycles: imagined.cycles,
    timeNs: env.timeNs,
    origin,
    ...(environmentVariablesHash && {environmentVariablesHash}),
  })
  canister.reservedCycles = imagined.reservedCycles
  canister.consumed.canisterCreation += fee
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
