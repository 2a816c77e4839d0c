/**
 * `install_code`: new code for a canister, all or nothing.
 *
 * The steps work on a draft that takes the canister's place only when all succeeded; instructions are charged and log records kept in any
 * case. Checking that the sender may install, and recording the change in the canister's history, is the caller's part.
 * Source: digest management-canister section 5, "Order".
 */

import {sha256} from '../../base/sha256.js'
import {type Principal, principalToText} from '../../protocol/principal.js'
import {type ExecutionBudget, prepayExecution, refundExecution} from '../cycles/execution-charge.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {outOfCyclesMessage} from '../cycles/withdraw.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CallError} from './answers.js'
import {appendLogs} from './canister-log.js'
import type {ExecutionEnvironment} from './environment.js'
import {describeError} from './error-text.js'
import {findModuleInfo, NO_MODULE} from './find-method.js'
import {checkMemory, type Installation, replaceModule, runInit, runPreUpgrade, runStart} from './install-steps.js'

export type InstallMode =
  | {readonly kind: 'install'}
  | {readonly kind: 'reinstall'}
  | {readonly kind: 'upgrade'; readonly skipPreUpgrade?: boolean; readonly wasmMemoryPersistence?: 'keep' | 'replace'}

export interface InstallCodeArgs {
  readonly mode: InstallMode
  /** As uploaded: raw or gzipped. */
  readonly wasm: Uint8Array
  readonly arg: Uint8Array
  readonly sender: Principal
  /** Spent before on putting the module together from chunks: part of what the installation may use. */
  readonly assemblyInstructions?: bigint
}

export type InstallCodeResult = ({readonly kind: 'installed'} | ({readonly kind: 'rejected'} & CallError)) & {
  readonly instructions: bigint
}

/** In the order of their execution; each returns why it failed. */
const STEPS = [runPreUpgrade, replaceModule, runStart, runInit, checkMemory]

export function installCode(canister: CanisterState, args: InstallCodeArgs, env: ExecutionEnvironment): InstallCodeResult {
  const refusal = findRefusal(canister, args, env)
  if (refusal) return {kind: 'rejected', ...refusal, instructions: 0n}
  const module = {wasm: args.wasm, hash: sha256(args.wasm)}
  const info = env.runtime.inspectModule(module)
  const budget: ExecutionBudget = {
    instructionLimit: instructionLimits(env.isSystemSubnet).install,
    isWasm64: !('kind' in info) && info.isWasm64,
  }
  const prepaid = prepayExecution(canister, budget, env.fees)
  if (prepaid.kind === 'out_of_cycles') {
    const message = `Canister installation failed with \`${outOfCyclesMessage(canister, prepaid, args.sender)}\`.`
    return {kind: 'rejected', errorCode: 'IC0207', message, instructions: 0n}
  }
  const installation: Installation = {
    canister,
    draft: {...canister, consumed: {...canister.consumed}},
    module,
    args,
    env,
    logs: [],
    instructionsLeft: budget.instructionLimit - (args.assemblyInstructions ?? 0n),
  }
  const error = runSteps(installation)
  const instructions = budget.instructionLimit - installation.instructionsLeft
  if (error) giveUp(installation)
  else takeOver(installation)
  refundExecution(canister, prepaid.cycles, {...budget, instructionsUsed: instructions}, env.fees)
  if (!env.isSystemSubnet && !env.hasFreeInstallRate) canister.installCodeDebt += instructions
  return error ? {kind: 'rejected', ...error, instructions} : {kind: 'installed', instructions}
}

function runSteps(installation: Installation): CallError | undefined {
  for (const step of STEPS) {
    const error = step(installation)
    if (error) return error
  }
  return undefined
}

function takeOver({canister, draft, env}: Installation): void {
  const oldHeap = canister.code?.heap
  Object.assign(canister, draft)
  if (oldHeap && oldHeap !== canister.code?.heap) env.runtime.release(oldHeap)
}

function giveUp({canister, draft, logs, env}: Installation): void {
  appendLogs(canister, logs, env.timeNs)
  if (draft.code && draft.code.heap !== canister.code?.heap) env.runtime.release(draft.code.heap)
}

/** Why the installation does not begin. */
function findRefusal(canister: CanisterState, {mode}: InstallCodeArgs, env: ExecutionEnvironment): CallError | undefined {
  const id = principalToText(canister.id)
  if (canister.installCodeDebt > 0n)
    return {
      errorCode: 'IC0209',
      message:
        `Canister ${id} is rate limited because it executed too many instructions in the previous install_code messages. ` +
        'Please retry installation after several minutes.',
    }
  if (mode.kind === 'install' && canister.code)
    return {
      errorCode: 'IC0514',
      message: `Canister ${id} cannot be installed because the canister is not empty. Try installing with mode='reinstall' instead.`,
    }
  if (mode.kind !== 'upgrade') return undefined
  const info = findModuleInfo(canister, env)
  if (!info) return {errorCode: NO_MODULE.errorCode, message: describeError(canister.id, NO_MODULE)}
  return undefined
}
