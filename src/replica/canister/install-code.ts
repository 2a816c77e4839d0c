/**
 * `install_code`: new code for a canister, all or nothing.
 *
 * The steps work on a draft that takes the canister's place only when all succeeded; instructions are charged and log records kept in any
 * case. Checking that the sender may install, and recording the change in the canister's history, is the caller's part.
 * Source: digest management-canister section 5, "Order".
 */

import {invariant} from '../../base/invariant.js'
import {sha256} from '../../base/sha256.js'
import {type Principal, principalToText} from '../../protocol/principal.js'
import {type ExecutionBudget, prepayExecution, refundExecution} from '../cycles/execution-charge.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {outOfCyclesMessage} from '../cycles/withdraw.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, Request} from '../state/messages.js'
import type {CallError} from './answers.js'
import {appendLogs} from './canister-log.js'
import type {ExecutionEnvironment} from './environment.js'
import {describeError} from './error-text.js'
import {findModuleInfo, NO_MODULE} from './find-method.js'
import {checkMemory, replaceModule, runInit, runPreUpgrade, runStart} from './install-steps.js'
import {beginInstallation, type Installation, type InstallStage, pauseInstallation, restoreInstallation} from './installation.js'
import {collectExecution, getLongExecution} from './long-execution.js'

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

export type InstallCodeResult =
  /** At the time when it began: rounds earlier, if it was a long one. */
  (
    | {readonly kind: 'installed'; readonly timeNs: bigint}
    | ({readonly kind: 'rejected'} & CallError)
    /** It goes on in a later round, as `CanisterState.longExecution`. */
    | {readonly kind: 'paused'}
  ) & {readonly instructions: bigint}

/** In the order of their execution; each returns why it failed. */
const STEPS = [runPreUpgrade, replaceModule, runStart, runInit, checkMemory]

/** `call` is the message that asked for it: a long installation keeps it. */
export function installCode(
  canister: CanisterState,
  args: InstallCodeArgs,
  env: ExecutionEnvironment,
  call?: Ingress | Request,
): InstallCodeResult {
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
  const payment = {prepaidCycles: prepaid.cycles, budget}
  return advance(beginInstallation(canister, {args, module, payment}, env), call)
}

/** Goes on with an installation that was paused in an earlier round, or aborted: then from its beginning, with its prepayment. */
export function resumeInstall(canister: CanisterState, env: ExecutionEnvironment): InstallCodeResult {
  const {cause, fuel, stage} = getLongExecution(canister)
  invariant(cause.kind === 'install', 'only an installation is resumed as one')
  if (fuel === 0n) return advance(beginInstallation(canister, stage as InstallStage, env), cause.call)
  const output = collectExecution(canister, env)
  if (!output) return {kind: 'paused', instructions: env.slices?.further ?? 0n}
  return advance({...restoreInstallation(canister, env), outcome: output}, cause.call)
}

/** Runs the steps that are left. */
function advance(installation: Installation, call: Ingress | Request | undefined): InstallCodeResult {
  const {env, payment, begunWith} = installation
  for (; installation.step < STEPS.length; installation.step++) {
    const stop = STEPS[installation.step]!(installation)
    if (stop === 'paused') {
      invariant(call, 'only an installation that somebody called for is sliced')
      pauseInstallation(installation, call)
      return {kind: 'paused', instructions: begunWith - installation.instructionsLeft + (env.slices?.first ?? 0n)}
    }
    if (stop) return conclude(installation, stop)
  }
  takeOver(installation)
  return {kind: 'installed', timeNs: env.timeNs, instructions: settle(installation, payment)}
}

function conclude(installation: Installation, error: CallError): InstallCodeResult {
  installation.canister.longExecution = undefined
  giveUp(installation)
  return {kind: 'rejected', ...error, instructions: settle(installation, installation.payment)}
}

/** Gives back what was not used, and returns what was. */
function settle({canister, env, instructionsLeft}: Installation, {prepaidCycles, budget}: Installation['payment']): bigint {
  const instructions = budget.instructionLimit - instructionsLeft
  refundExecution(canister, prepaidCycles, {...budget, instructionsUsed: instructions}, env.fees)
  if (!env.isSystemSubnet && !env.hasFreeInstallRate) canister.installCodeDebt += instructions
  return instructions
}

function takeOver({canister, draft, env}: Installation): void {
  const oldHeap = canister.code?.heap
  Object.assign(canister, draft, {longExecution: undefined})
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
