/** The environment that a subnet's executions take place in, for batches, queries and the ingress filter alike. */

import type {ExecutionEnvironment} from '../canister/environment.js'
import {feesFor} from '../cycles/fees.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {SUBNET_CAPACITY_BYTES} from '../cycles/storage-reservation.js'
import {getSubnet} from '../registry/ranges.js'
import type {Registry} from '../registry/subnet-record.js'
import type {ReplicatedState} from '../state/replicated-state.js'

export interface Surroundings extends Pick<ExecutionEnvironment, 'runtime' | 'rootKeyDer' | 'getDataCertificate' | 'slices'> {
  readonly registry: Registry
}

/** At the state's height and time. */
export function environmentOf(state: ReplicatedState, surroundings: Surroundings): ExecutionEnvironment {
  const {registry, runtime, rootKeyDer, getDataCertificate, slices} = surroundings
  const subnet = getSubnet(registry, state.subnetId)
  return {
    timeNs: state.timeNs,
    height: state.height,
    subnetId: state.subnetId,
    rootKeyDer,
    isSystemSubnet: subnet.type === 'system',
    hasFreeInstallRate: subnet.hasFreeInstallRate ?? false,
    fees: feesFor(subnet),
    runtime,
    slices: slices ?? defaultSlices(subnet.type === 'system'),
    subnetMemory: {usedBytes: BigInt(state.memory.totalBytes), capacityBytes: SUBNET_CAPACITY_BYTES},
    ...(getDataCertificate && {getDataCertificate}),
  }
}

function defaultSlices(isSystemSubnet: boolean): ExecutionEnvironment['slices'] & {} {
  const {firstSlice, slice} = instructionLimits(isSystemSubnet)
  return {first: firstSlice, further: slice}
}
