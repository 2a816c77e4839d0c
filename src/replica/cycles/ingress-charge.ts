/** The price of taking an ingress message in. Source: digest execution-and-cycles section 6. */

import {encodeUtf8} from '../../base/bytes.js'
import {MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import type {Ingress} from '../state/messages.js'
import {type FeeTable, scaleCycles} from './fees.js'

/** `update_settings` with an argument up to this long is free at induction, so that a frozen canister can be thawed. */
const DELAYED_FEE_MAX_ARGUMENT_BYTES = 310

/** What the effective canister pays at induction. */
export function ingressInductionCost(message: Ingress, fees: FeeTable): bigint {
  return isFeeDelayed(message) ? 0n : ingressCost(message.sizeBytes, fees)
}

/** True for a short `update_settings`: its fee is `delayedIngressCost`, charged after the settings were applied. */
export function isFeeDelayed(message: Ingress): boolean {
  return (
    message.receiver === MANAGEMENT_CANISTER_ID &&
    message.method === 'update_settings' &&
    message.payload.length <= DELAYED_FEE_MAX_ARGUMENT_BYTES
  )
}

/** The fee of a short `update_settings`, on method name and argument. */
export function delayedIngressCost(message: Ingress, fees: FeeTable): bigint {
  return ingressCost(encodeUtf8(message.method).length + message.payload.length, fees)
}

function ingressCost(bytes: number, fees: FeeTable): bigint {
  return scaleCycles(fees, fees.ingress + fees.ingressByte * BigInt(bytes))
}
