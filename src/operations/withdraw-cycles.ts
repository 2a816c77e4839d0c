/** Moves the cycles of a canister somewhere safe before it is deleted. */

import {findModuleHash} from '../agent/canister-state.js'
import {readCanisterStatus} from '../agent/canister-status.js'
import {CYCLES_LEDGER_ID} from '../agent/cycles-ledger.js'
import {CallRejected} from '../agent/errors.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {changeCanister, installCode, updateSettings} from '../agent/management.js'
import {EMPTY_BYTES} from '../base/bytes.js'
import {encodeArgs} from '../candid/encode.js'
import {groupDigits} from '../candid/print-type.js'
import {parseArgs} from '../candid/text.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, type Principal, principalToBytes, principalToText} from '../protocol/principal.js'
import {WithdrawalFailed} from './canister-errors.js'
import type {NetworkContext} from './context.js'
import type {FoundCanister} from './find-canister.js'
import {encodeWithdrawModule, type WithdrawCall} from './withdraw-module.js'

export interface WithdrawOptions {
  /** The canister that gets them; undefined: the caller's account of the cycles ledger, where there is one. */
  readonly toCanister?: CanisterId | undefined
  readonly toSubaccount?: Uint8Array | undefined
  /** What is left behind in the first attempt. */
  readonly initialMargin?: bigint | undefined
}

/** Messages reserve about this much for their answers. */
const DEFAULT_MARGIN = 60_000_000_000n
const ATTEMPTS = 5

/** The canister is stopped; its code is replaced. Gives what was moved, undefined when there is nobody to give it to. Throws WithdrawalFailed. */
export async function withdrawCycles(
  context: NetworkContext,
  agent: IcAgent,
  {name, id}: FoundCanister,
  options: WithdrawOptions,
): Promise<bigint | undefined> {
  const target = await findTarget(agent, options)
  if (!target) return undefined
  const {cycles} = await readCanisterStatus(agent, id)
  const first = options.initialMargin ?? DEFAULT_MARGIN
  if (cycles <= first) {
    context.reporter.info(`Too few cycles to withdraw: ${groupDigits(String(cycles))}.`)
    return undefined
  }
  const {reporter} = context
  reporter.info(`Installing temporary wallet in canister ${name} to enable transfer of cycles.`)
  await updateSettings(agent, id, {freezingThreshold: 0n})
  await installCode(agent, {canisterId: id, mode: {kind: 'reinstall'}, wasm: encodeWithdrawModule(target), arg: EMPTY_BYTES})
  await changeCanister(agent, 'start_canister', id)
  const margin = await sendAllBut(agent, id, {name, first, cycles})
  await changeCanister(agent, 'stop_canister', id)
  const moved = cycles - margin
  reporter.info(`Transferred about ${groupDigits(String(moved))} cycles to ${describe(options, agent.sender)}.`)
  return moved
}

async function findTarget(agent: IcAgent, {toCanister, toSubaccount}: WithdrawOptions): Promise<WithdrawCall | undefined> {
  if (toCanister !== undefined) {
    const {types, values} = parseArgs(`(record { canister_id = principal "${principalToText(toCanister)}" })`)
    return {callee: principalToBytes(MANAGEMENT_CANISTER_ID), method: 'deposit_cycles', arg: encodeArgs(types, values)}
  }
  if (!(await findModuleHash(agent, CYCLES_LEDGER_ID))) return undefined
  return {callee: principalToBytes(CYCLES_LEDGER_ID), method: 'deposit', arg: encodeDeposit(agent.sender, toSubaccount)}
}

/** `record { to : record { owner; subaccount : opt blob }; memo : opt blob }` */
function encodeDeposit(owner: Principal, subaccount: Uint8Array | undefined): Uint8Array {
  const bytes = subaccount && [...subaccount].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')
  const text = bytes === undefined ? 'null' : `opt blob "${bytes}"`
  const {types, values} = parseArgs(`(record { to = record { owner = principal "${principalToText(owner)}"; subaccount = ${text} } })`)
  return encodeArgs(types, values)
}

/** Doubles the margin until the canister can pay for its message. Gives the margin that did. */
async function sendAllBut(
  agent: IcAgent,
  id: CanisterId,
  {name, first, cycles}: {readonly name: string; readonly first: bigint; readonly cycles: bigint},
): Promise<bigint> {
  let refusal: unknown
  for (let attempt = 0, margin = first; attempt < ATTEMPTS && margin < cycles; attempt++, margin *= 2n) {
    try {
      const arg = new Uint8Array(8)
      new DataView(arg.buffer).setBigUint64(0, margin, true)
      await agent.update({canisterId: id, method: 'send', arg})
      return margin
    } catch (error) {
      if (!(error instanceof CallRejected)) throw error
      refusal = error
    }
  }
  throw new WithdrawalFailed(name, refusal)
}

function describe({toCanister}: WithdrawOptions, owner: Principal): string {
  return toCanister === undefined ? `the cycles ledger account of ${principalToText(owner)}` : `canister ${principalToText(toCanister)}`
}
