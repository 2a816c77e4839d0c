/**
 * The prices of a subnet.
 *
 * Prices are those of the reference size, 13 nodes. A charge sums what it is made of at these prices and is scaled to the subnet's size
 * once, by `scaleCycles`. Source: digest execution-and-cycles section 6; "Cycles costs" page of the Internet Computer, 2026-08.
 */

import type {SubnetRecord} from '../registry/subnet-record.js'

/** Nodes of the subnet that the prices are quoted for. */
export const REFERENCE_NODE_COUNT = 13

export interface FeeTable {
  /** What charges are scaled by. */
  readonly nodeCount: number
  /** System subnets and free cost schedules: every charge of this table is zero and no balance is checked. */
  readonly isFree: boolean
  /** Taken from the cycles of the new canister. */
  readonly canisterCreation: bigint
  /** Per percent and second. */
  readonly computeAllocationPercentSecond: bigint
  /** Of every execution: update, replicated query, callback, task, install. */
  readonly executionBase: bigint
  readonly instruction: bigint
  readonly instructionWasm64: bigint
  readonly call: bigint
  /** Method name and payload of a request, payload of a response. */
  readonly callByte: bigint
  readonly ingress: bigint
  /** Of the whole envelope as posted. */
  readonly ingressByte: bigint
  readonly storageGibSecond: bigint
  /** One signature or key derivation, scaled by the signing subnet's size; owed on system subnets too. */
  readonly thresholdSignature: bigint
  readonly httpOutcall: {
    readonly base: bigint
    readonly perNode: bigint
    readonly requestByte: bigint
    readonly responseByte: bigint
  }
}

const PRICES: Omit<FeeTable, 'nodeCount' | 'isFree'> = {
  canisterCreation: 500_000_000_000n,
  computeAllocationPercentSecond: 10_000_000n,
  executionBase: 5_000_000n,
  instruction: 1n,
  instructionWasm64: 2n,
  call: 260_000n,
  callByte: 1_000n,
  ingress: 1_200_000n,
  ingressByte: 2_000n,
  storageGibSecond: 127_000n,
  thresholdSignature: 10_000_000_000n,
  httpOutcall: {base: 3_000_000n, perNode: 60_000n, requestByte: 400n, responseByte: 800n},
}

export function feesFor(subnet: Pick<SubnetRecord, 'type' | 'feeNodeCount' | 'hasFreeCostSchedule'>): FeeTable {
  return {...PRICES, nodeCount: subnet.feeNodeCount, isFree: subnet.type === 'system' || subnet.hasFreeCostSchedule === true}
}

/** What a charge of `cycles` at reference prices costs here: `floor(cycles * n / 13)`, nothing on a free subnet. */
export function scaleCycles(fees: FeeTable, cycles: bigint): bigint {
  return fees.isFree ? 0n : scaleToSize(fees, cycles)
}

/** Fee of `create_canister`, taken from the attached cycles. */
export function canisterCreationFee(fees: FeeTable): bigint {
  return scaleCycles(fees, fees.canisterCreation)
}

/** Fee of `sign_with_ecdsa`, `sign_with_schnorr` and `vetkd_derive_key`; the fee table is that of the signing subnet. */
export function thresholdSignatureFee(fees: FeeTable): bigint {
  return scaleToSize(fees, fees.thresholdSignature)
}

/** Fee of `http_request`: `(base + perNode*n + 400*request + 800*response) * n`; `n` enters directly instead of by scaling. */
export function httpOutcallFee(fees: FeeTable, requestBytes: number | bigint, maxResponseBytes: number | bigint): bigint {
  if (fees.isFree) return 0n
  const {base, perNode, requestByte, responseByte} = fees.httpOutcall
  const nodes = BigInt(fees.nodeCount)
  return (base + perNode * nodes + requestByte * BigInt(requestBytes) + responseByte * BigInt(maxResponseBytes)) * nodes
}

function scaleToSize(fees: FeeTable, cycles: bigint): bigint {
  return (cycles * BigInt(fees.nodeCount)) / BigInt(REFERENCE_NODE_COUNT)
}
