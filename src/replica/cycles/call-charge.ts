/**
 * Paying for calls between canisters: the caller prepays the request, the longest response and the execution of its callback.
 *
 * Source: digest execution-and-cycles section 6, rows `call_perform` and "response arrives"; IC interface specification, "cost_call".
 */

import type {Callback} from '../state/call-contexts.js'
import type {CanisterState} from '../state/canister-state.js'
import {MAX_PAYLOAD_BYTES, type ResponsePayload, responseBytes} from '../state/messages.js'
import {executionCost} from './execution-charge.js'
import {type FeeTable, REFERENCE_NODE_COUNT, scaleCycles} from './fees.js'
import {findShortage, giveBack, minCycles, type OutOfCycles} from './withdraw.js'

/** The three parts of a call's price, without the attached cycles. */
export interface CallPrepayment {
  readonly requestCycles: bigint
  /** Goes to `Callback.prepaidTransmissionCycles`. */
  readonly responseTransmissionCycles: bigint
  /** Goes to `Callback.prepaidExecutionCycles`. */
  readonly responseExecutionCycles: bigint
}

export interface CallSize {
  /** Method name and payload. */
  readonly requestBytes: number | bigint
  /** Of the callback: `InstructionLimits.message`. */
  readonly instructionLimit: bigint
  readonly isWasm64: boolean
}

export function callPrepayment(fees: FeeTable, {requestBytes, instructionLimit, isWasm64}: CallSize): CallPrepayment {
  return {
    requestCycles: scaleCycles(fees, fees.call + fees.callByte * BigInt(requestBytes)),
    responseTransmissionCycles: scaleCycles(fees, fees.callByte * BigInt(MAX_PAYLOAD_BYTES)),
    responseExecutionCycles: executionCost(fees, instructionLimit, isWasm64),
  }
}

export function totalPrepayment(prepayment: CallPrepayment): bigint {
  return prepayment.requestCycles + prepayment.responseTransmissionCycles + prepayment.responseExecutionCycles
}

/** `ic0.cost_call`: the price at 13 nodes whatever the subnet's size, as the reference implementation computes it; zero where calls are free. */
export function costCall(fees: FeeTable, size: CallSize): bigint {
  return totalPrepayment(callPrepayment({...fees, nodeCount: REFERENCE_NODE_COUNT}, size))
}

/** What `call_perform` lacks to pay the price and `attachedCycles` above the freezing limit; undefined when it can. */
export function findCallShortage(
  canister: CanisterState,
  prepayment: CallPrepayment,
  attachedCycles: bigint,
  fees: FeeTable,
): OutOfCycles | undefined {
  return findShortage(canister, totalPrepayment(prepayment) + attachedCycles, fees)
}

/** Takes the price and the attached cycles. The shortage must have been checked, or the balance would turn negative. */
export function payCall(canister: CanisterState, prepayment: CallPrepayment, attachedCycles: bigint): void {
  canister.cycles -= totalPrepayment(prepayment) + attachedCycles
  canister.consumed.requestAndResponseTransmission += prepayment.requestCycles + prepayment.responseTransmissionCycles
  canister.consumed.instructions += prepayment.responseExecutionCycles
}

/** Gives back the transmission of the bytes by which the response is shorter than the longest one. */
export function refundResponseTransmission(
  canister: CanisterState,
  callback: Pick<Callback, 'prepaidTransmissionCycles'>,
  payload: ResponsePayload,
  fees: FeeTable,
): void {
  const unused = BigInt(Math.max(0, MAX_PAYLOAD_BYTES - responseBytes(payload)))
  const refund = scaleCycles(fees, fees.callByte * unused)
  giveBack(canister, minCycles(refund, callback.prepaidTransmissionCycles), 'requestAndResponseTransmission')
}
