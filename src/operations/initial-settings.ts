/** Settings of a canister about to be created: flags win over dfx.json. */

import type {CanisterSettings} from '../agent/management.js'
import type {InitializationValues} from '../project/project.js'

/** What the user wants of a canister; undefined: as it is, or the network's default. */
export type WantedSettings = CanisterSettings

export function planSettings(values: InitializationValues | undefined, flags: WantedSettings): CanisterSettings {
  return {
    controllers: flags.controllers,
    computeAllocation: flags.computeAllocation ?? values?.computeAllocation,
    memoryAllocation: flags.memoryAllocation ?? values?.memoryAllocationBytes,
    freezingThreshold: flags.freezingThreshold ?? values?.freezingThresholdSeconds,
    reservedCyclesLimit: flags.reservedCyclesLimit ?? values?.reservedCyclesLimit,
    wasmMemoryLimit: flags.wasmMemoryLimit ?? values?.wasmMemoryLimitBytes,
    wasmMemoryThreshold: flags.wasmMemoryThreshold ?? values?.wasmMemoryThresholdBytes,
    logVisibility: flags.logVisibility ?? values?.logVisibility,
  }
}
