/**
 * One `install_code` under way: its steps work on a draft of the canister, and it may be paused between slices of a step.
 *
 * While it is paused, the canister still gets ingress and pays for it. So what is kept is not the draft but what the steps changed: it is
 * brought onto the canister again when the installation goes on.
 */

import type {ExecutionBudget} from '../cycles/execution-charge.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, Request} from '../state/messages.js'
import type {ExecutionEnvironment} from './environment.js'
import type {InstallCodeArgs} from './install-code.js'
import {getLongExecution, hold, type PausedRun} from './long-execution.js'
import type {FinishedExecution, ModuleCode} from './runtime.js'

export interface Installation extends InstallOrder {
  /** As it is before, and stays when the installation fails. */
  readonly canister: CanisterState
  /** As it will be. */
  readonly draft: CanisterState
  readonly env: ExecutionEnvironment
  /** Records of all steps, which outlive a failure. */
  readonly logs: Uint8Array[]
  /** `instructionsLeft` when this round's part began. */
  readonly begunWith: bigint
  instructionsLeft: bigint
  /** Index of the step that runs. */
  step: number
  /** Of the step's execution, when it was paused and has ended since. */
  outcome?: FinishedExecution | undefined
  /** The step's execution, when it has just been paused. */
  paused?: PausedRun
}

/** What an installation begins with. */
export interface InstallOrder {
  readonly args: InstallCodeArgs
  readonly module: ModuleCode
  readonly payment: {readonly prepaidCycles: bigint; readonly budget: ExecutionBudget}
}

/** `LongExecution.stage` of an installation. */
export interface InstallStage extends InstallOrder {
  readonly run: PausedRun
  readonly step: number
  readonly logs: readonly Uint8Array[]
  readonly instructionsLeft: bigint
  /** What steps give a new value, beside the code. */
  readonly changed: Pick<CanisterState, 'certifiedData' | 'logs' | 'globalTimerNs' | 'lowWasmMemoryHook' | 'lastInstalledAtNs' | 'version'>
  /** Cycles that the steps took from the balance, reserved and burned. */
  readonly moved: {readonly cycles: bigint; readonly reserved: bigint; readonly burned: bigint}
}

export function beginInstallation(canister: CanisterState, {args, module, payment}: InstallOrder, env: ExecutionEnvironment): Installation {
  const instructionsLeft = payment.budget.instructionLimit - (args.assemblyInstructions ?? 0n)
  return {
    ...{args, module, payment, canister, env, instructionsLeft},
    draft: {...canister, consumed: {...canister.consumed}},
    logs: [],
    begunWith: instructionsLeft,
    step: 0,
  }
}

/** Holds the canister; `call` is answered when the installation has ended. */
export function pauseInstallation(installation: Installation, call: Ingress | Request): void {
  const {canister, draft, env, args, module, payment, logs, instructionsLeft, step, paused} = installation
  const stage: InstallStage = {
    ...{args, module, payment, logs, instructionsLeft, step},
    run: paused!,
    changed: changesOf(draft),
    moved: {
      cycles: draft.cycles - canister.cycles,
      reserved: draft.reservedCycles - canister.reservedCycles,
      burned: draft.consumed.burned - canister.consumed.burned,
    },
  }
  const draftCode = draft.code === canister.code ? undefined : draft.code
  hold(canister, env, {cause: {kind: 'install', call}, stage, ...(draftCode && {draftCode})})
}

/** Where `pauseInstallation` left it, at the time when its step began. */
export function restoreInstallation(canister: CanisterState, env: ExecutionEnvironment): Installation {
  const {stage, draftCode} = getLongExecution(canister)
  const {args, module, payment, run, logs, instructionsLeft, step, changed, moved} = stage as InstallStage
  const consumed = {...canister.consumed, burned: canister.consumed.burned + moved.burned}
  const draft: CanisterState = {
    ...canister,
    ...changed,
    consumed,
    cycles: canister.cycles + moved.cycles,
    reservedCycles: canister.reservedCycles + moved.reserved,
    code: draftCode ?? canister.code,
  }
  return {
    ...{args, module, payment, canister, draft, instructionsLeft, step},
    env: {...env, timeNs: run.sandbox.subnet.timeNs},
    logs: [...logs],
    begunWith: instructionsLeft,
  }
}

function changesOf({
  certifiedData,
  logs,
  globalTimerNs,
  lowWasmMemoryHook,
  lastInstalledAtNs,
  version,
}: CanisterState): InstallStage['changed'] {
  return {certifiedData, logs, globalTimerNs, lowWasmMemoryHook, lastInstalledAtNs, version}
}
