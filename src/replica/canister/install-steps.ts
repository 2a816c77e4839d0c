/** The steps of `installCode`: each changes the draft and returns undefined, or says why the installation fails. */

import {EMPTY_BYTES} from '../../base/bytes.js'
import {freezingLimit} from '../cycles/freezing-limit.js'
import {memoryUsageBytes} from '../cycles/memory-usage.js'
import {reservationFor, reserveCycles} from '../cycles/storage-reservation.js'
import type {ModuleInfo} from '../embedder/types.js'
import type {CanisterState, InstalledCode, InstalledModule} from '../state/canister-state.js'
import {CHUNK_BYTES, PagedMemory} from '../state/paged-memory.js'
import {reservedLimitExceeded} from '../system-api/account.js'
import {wasmMemoryLimitExceeded} from '../system-api/sandbox.js'
import type {CallError} from './answers.js'
import {applyChanges, updateLowMemoryHook} from './apply-changes.js'
import {appendLogs} from './canister-log.js'
import {describeError} from './error-text.js'
import {findModuleInfo} from './find-method.js'
import type {InstallCodeArgs} from './install-code.js'
import type {Installation} from './installation.js'
import {type ExecutionPlan, errorOf, makeInput} from './run-execution.js'
import type {FinishedExecution, ModuleCode} from './runtime.js'
import {callFacts} from './sandbox-facts.js'

/** Why an installation does not go on, or that it goes on in a later round. */
type Stop = CallError | 'paused'

/** Charged for each Wasm instruction of a new module. Digest execution-and-cycles section 3. */
const COMPILE_INSTRUCTIONS = 6_000n
/** Private custom section of modules that keep their heap over an upgrade. */
const PERSISTENCE_SECTION = 'enhanced-orthogonal-persistence'

/** Runs `canister_pre_upgrade` of the old code, and parts the draft's memories from the canister's. */
export function runPreUpgrade(installation: Installation): Stop | undefined {
  const {canister, draft, args, env} = installation
  const {mode} = args
  const {code} = canister
  if (mode.kind !== 'upgrade' || !code) return undefined
  if (mode.wasmMemoryPersistence === undefined && supportsPersistence(code.module.customSections))
    return {
      errorCode: 'IC0504',
      message: 'Missing upgrade option: Enhanced orthogonal persistence requires the `wasm_memory_persistence` upgrade option.',
    }
  if (mode.skipPreUpgrade || !findModuleInfo(canister, env)?.methods.preUpgrade) {
    draft.code = {...code, heap: code.heap.clone(), stable: code.stable.clone()}
    return undefined
  }
  return runStep(installation, {mode: 'G', entry: {kind: 'export', name: 'canister_pre_upgrade'}, effects: 'fork'})
}

/** Checks the new module and puts it in the old one's place, with the memories that its mode leaves it. */
export function replaceModule(installation: Installation): Stop | undefined {
  const {draft, module, args, env} = installation
  const info = env.runtime.inspectModule(module)
  if ('kind' in info) return failed(draft, 'IC0505', info.message)
  const charge = COMPILE_INSTRUCTIONS * BigInt(info.instructionCount)
  if (charge > installation.instructionsLeft) return failed(draft, 'IC0522', outOfInstructions(installation))
  installation.instructionsLeft -= charge
  if (keepsHeap(args) && !supportsPersistence(info.customSections))
    return {
      errorCode: 'IC0504',
      message:
        'Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option requires that the new canister module ' +
        'supports enhanced orthogonal persistence.',
    }
  const initialBytes = info.initialPages * CHUNK_BYTES
  const limit = draft.settings.wasmMemoryLimitBytes
  if (limit !== 0n && BigInt(initialBytes) > limit) return failed(draft, 'IC0539', wasmMemoryLimitExceeded(limit, initialBytes))
  deploy(installation, describeModule(module, info))
  return undefined
}

/** Fills the new heap and runs the start function. */
export function runStart(installation: Installation): Stop | undefined {
  const {module, heap, stable, heapVersion} = installation.draft.code!
  return runStep(installation, {
    mode: 's',
    entry: {kind: 'start', keepsHeap: keepsHeap(installation.args)},
    effects: 'keep',
    code: {module, heap, stable, heapVersion},
  })
}

/** Runs `canister_init` or `canister_post_upgrade` with the argument. */
export function runInit(installation: Installation): Stop | undefined {
  const {args, draft, env} = installation
  const {methods} = findModuleInfo(draft, env)!
  const isUpgrade = args.mode.kind === 'upgrade'
  if (!(isUpgrade ? methods.postUpgrade : methods.init)) return undefined
  const name = isUpgrade ? 'canister_post_upgrade' : 'canister_init'
  return runStep(installation, {mode: 'I', entry: {kind: 'export', name}, effects: 'keep'})
}

/** What the canister occupies now must fit the subnet, and be payable above the freezing limit. */
export function checkMemory({canister, draft, env}: Installation): Stop | undefined {
  updateLowMemoryHook(draft)
  const before = BigInt(memoryUsageBytes(canister))
  const grown = BigInt(memoryUsageBytes(draft)) - before
  if (grown <= 0n) return undefined
  const insufficientCycles = () => failed(draft, 'IC0532', `Canister cannot grow memory by ${grown} bytes due to insufficient cycles.`)
  if (env.subnetMemory) {
    const {usedBytes, capacityBytes} = env.subnetMemory
    if (usedBytes + grown > capacityBytes)
      return {
        errorCode: 'IC0101',
        message: `Canister requested ${grown} of memory but only ${capacityBytes - usedBytes} are available in the subnet.`,
      }
    const owed = reservationFor(env.fees, usedBytes, usedBytes + grown) - (draft.reservedCycles - canister.reservedCycles)
    const refusal = owed > 0n ? reserveCycles(draft, owed, env.fees) : undefined
    if (refusal?.errorCode === 'IC0534')
      return failed(draft, 'IC0534', reservedLimitExceeded(grown, refusal.limitCycles, refusal.exceededByCycles))
    if (refusal) return insufficientCycles()
  }
  return draft.cycles < freezingLimit(draft, env.fees) ? insufficientCycles() : undefined
}

/** One run of code on the draft, with the instructions that earlier steps left. */
function runStep(installation: Installation, plan: Pick<ExecutionPlan, 'mode' | 'entry' | 'effects' | 'code'>): Stop | undefined {
  const {draft, args, env} = installation
  const payload = plan.mode === 'I' ? args.arg : EMPTY_BYTES
  const output =
    takeOutcome(installation) ??
    startRun(installation, {
      ...plan,
      call: callFacts(args.sender, {payload}),
      instructionLimit: installation.instructionsLeft,
    })
  if (!output) return 'paused'
  installation.instructionsLeft -= output.instructions
  installation.logs.push(...output.logs)
  appendLogs(draft, output.logs, env.timeNs)
  if (output.result.kind === 'failure') return errorOf(draft, output)
  const {changes, code} = output.result
  applyChanges(draft, changes, {...(code && {code})})
  return undefined
}

/** Of the step that was paused. */
function takeOutcome(installation: Installation): FinishedExecution | undefined {
  const {outcome} = installation
  installation.outcome = undefined
  return outcome
}

/** Undefined when the slice is used up: `paused` then holds what runs. */
function startRun(installation: Installation, plan: ExecutionPlan): FinishedExecution | undefined {
  const {draft, env} = installation
  const {code, ...run} = makeInput(draft, env, plan)
  const output = env.runtime.run({code, ...run, ...(env.slices && {fuel: env.slices.first})})
  if (output.kind === 'finished') return output
  installation.paused = run
  return undefined
}

/** Everything about a canister that new code resets. */
function deploy({draft, args, env}: Installation, newModule: InstalledModule): void {
  const {mode} = args
  const old = draft.code
  const isUpgrade = mode.kind === 'upgrade'
  draft.code = {
    module: newModule,
    heap: keepsHeap(args) && old ? old.heap : new PagedMemory(),
    stable: isUpgrade && old ? old.stable : new PagedMemory(),
    globals: [],
    heapVersion: (old?.heapVersion ?? 0) + 1,
  } satisfies InstalledCode
  if (!isUpgrade) {
    draft.certifiedData = EMPTY_BYTES
    draft.logs = {nextIndex: draft.logs.nextIndex, records: []}
  }
  draft.globalTimerNs = 0n
  draft.lowWasmMemoryHook = 'condition_not_satisfied'
  draft.lastInstalledAtNs = env.timeNs
  draft.version++
}

/** What the state keeps of a module that passed inspection. */
export function describeModule({wasm, hash}: ModuleCode, {isWasm64, methods, customSections}: ModuleInfo): InstalledModule {
  return {
    wasm,
    hash,
    isWasm64,
    exportsHeartbeat: methods.heartbeat,
    exportsGlobalTimer: methods.globalTimer,
    exportsInspectMessage: methods.inspectMessage,
    exportsLowWasmMemoryHook: methods.onLowWasmMemory,
    customSections,
  }
}

function keepsHeap({mode}: InstallCodeArgs): boolean {
  return mode.kind === 'upgrade' && mode.wasmMemoryPersistence === 'keep'
}

function supportsPersistence(sections: InstalledModule['customSections']): boolean {
  return sections.some(({visibility, name}) => visibility === 'private' && name === PERSISTENCE_SECTION)
}

function failed(canister: CanisterState, errorCode: string, description: string): CallError {
  return {errorCode, message: describeError(canister.id, {errorCode, description})}
}

function outOfInstructions({instructionsLeft}: Installation): string {
  return `Canister exceeded the limit of ${instructionsLeft} instructions for single message execution.`
}
