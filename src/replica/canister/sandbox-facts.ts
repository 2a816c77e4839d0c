/** The plain-data view of canister, call and subnet that an execution starts from. */

import {EMPTY_BYTES} from '../../base/bytes.js'
import type {Principal} from '../../protocol/principal.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {memoryUsageBytes} from '../cycles/memory-usage.js'
import {QUEUE_CAPACITY} from '../state/canister-queues.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CallFacts, CanisterFacts, SubnetFacts} from '../system-api/sandbox-input.js'
import {logBytes} from './canister-log.js'
import type {ExecutionEnvironment} from './environment.js'

/** Keys of every local network. Digest management-canister section 8. */
export const DEFAULT_THRESHOLD_KEYS: readonly string[] = ['dfx_test_key', 'test_key_1', 'key_1']

const NO_SLOTS_IN_USE: CanisterFacts['freeSlots'] = new Map()

/** `mayCall` says whether calls can be made, so that queues matter. The balance is what is left after the prepayment. */
export function canisterFacts(canister: CanisterState, mayCall: boolean): CanisterFacts {
  const {settings} = canister
  return {
    id: canister.id,
    version: canister.version,
    status: canister.status.kind,
    isWasm64: canister.code?.module.isWasm64 ?? false,
    controllers: settings.controllers,
    environmentVariables: settings.environmentVariables,
    globalTimerNs: canister.globalTimerNs,
    wasmMemoryLimitBytes: settings.wasmMemoryLimitBytes,
    logBytes: logBytes(canister),
    freeSlots: mayCall ? canister.queues.freeOutputSlots() : NO_SLOTS_IN_USE,
    maxFreeSlots: QUEUE_CAPACITY,
    account: {
      cycles: canister.cycles,
      reservedCycles: canister.reservedCycles,
      reservedCyclesLimit: settings.reservedCyclesLimit,
      freezingThresholdSeconds: settings.freezingThresholdSeconds,
      computeAllocation: settings.computeAllocation,
      memoryAllocationBytes: settings.memoryAllocationBytes,
      memoryUsageBytes: BigInt(memoryUsageBytes(canister)),
      messageMemoryBytes: BigInt(canister.queues.memoryBytes),
    },
  }
}

export function subnetFacts(env: ExecutionEnvironment, getDataCertificate?: () => Uint8Array | undefined): SubnetFacts {
  return {
    id: env.subnetId,
    isSystem: env.isSystemSubnet,
    timeNs: env.timeNs,
    rootKeyDer: env.rootKeyDer,
    fees: env.fees,
    messageInstructionLimit: instructionLimits(env.isSystemSubnet).message,
    ...(env.subnetMemory && {memory: env.subnetMemory}),
    ...(env.availableCallbacks !== undefined && {availableCallbacks: env.availableCallbacks}),
    ...(env.availableMessageBytes !== undefined && {availableMessageBytes: env.availableMessageBytes}),
    thresholdKeys: env.thresholdKeys ?? DEFAULT_THRESHOLD_KEYS,
    ...(getDataCertificate && {getDataCertificate}),
  }
}

/** A call without attached cycles or deadline, not answered yet; `facts` say what differs. */
export function callFacts(caller: Principal, facts: Partial<CallFacts> = {}): CallFacts {
  return {
    caller,
    payload: EMPTY_BYTES,
    isAnswered: false,
    availableCycles: 0n,
    refundedCycles: 0n,
    deadlineNs: 0n,
    earlierInstructions: 0n,
    ...facts,
  }
}
