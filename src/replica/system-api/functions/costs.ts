/** What operations cost, for canisters that compute before they call. */

import {decodeUtf8Lossy} from '../../../base/bytes.js'
import {costCall} from '../../cycles/call-charge.js'
import {canisterCreationFee, httpOutcallFee, thresholdSignatureFee} from '../../cycles/fees.js'
import type {Sandbox} from '../sandbox.js'

const OK = 0
const UNKNOWN_ALGORITHM = 1
const UNKNOWN_KEY = 2

/** Longest name that can be that of a key: longer ones are not read. */
const MAX_KEY_NAME_BYTES = 1_024

export const costFunctions = {
  cost_call(sandbox: Sandbox, methodNameBytes: bigint, payloadBytes: bigint, destination: number): void {
    const {fees, messageInstructionLimit} = sandbox.input.subnet
    const cycles = costCall(fees, {
      requestBytes: BigInt.asUintN(64, methodNameBytes) + BigInt.asUintN(64, payloadBytes),
      instructionLimit: messageInstructionLimit,
      isWasm64: sandbox.input.canister.isWasm64,
    })
    sandbox.writeCycles('cost_call', destination, cycles)
  },

  cost_create_canister(sandbox: Sandbox, destination: number): void {
    sandbox.writeCycles('cost_create_canister', destination, canisterCreationFee(sandbox.input.subnet.fees))
  },

  cost_http_request(sandbox: Sandbox, requestBytes: bigint, maxResponseBytes: bigint, destination: number): void {
    const cycles = httpOutcallFee(sandbox.input.subnet.fees, BigInt.asUintN(64, requestBytes), BigInt.asUintN(64, maxResponseBytes))
    sandbox.writeCycles('cost_http_request', destination, cycles)
  },

  cost_sign_with_ecdsa: keyCost('cost_sign_with_ecdsa', 1),
  cost_sign_with_schnorr: keyCost('cost_sign_with_schnorr', 2),
  cost_vetkd_derive_key: keyCost('cost_vetkd_derive_key', 1),
}

/** `algorithms` curves or algorithms are known, numbered from 0. */
function keyCost(call: string, algorithms: number) {
  return (sandbox: Sandbox, source: number, length: number, algorithm: number, destination: number): number => {
    const {subnet} = sandbox.input
    if (algorithm >>> 0 >= algorithms) return UNKNOWN_ALGORITHM
    const name = sandbox.readHeap(call, source, length)
    if (length > MAX_KEY_NAME_BYTES || !subnet.thresholdKeys.includes(decodeUtf8Lossy(name))) return UNKNOWN_KEY
    sandbox.writeCycles(call, destination, thresholdSignatureFee(subnet.fees))
    return OK
  }
}
