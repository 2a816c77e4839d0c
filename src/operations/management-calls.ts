/** What is special about calling `aaaaa-aa` from outside: where a call goes, and which methods refuse. */

import {decodeArgs} from '../candid/decode.js'
import type {CanisterId} from '../protocol/principal.js'
import type {MethodInterface} from './call-interface.js'
import {MethodMismatch} from './canister-errors.js'

/** Methods that take cycles or answer per caller. Source: IC interface specification, "The IC management canister". */
const CANISTERS_ONLY = new Set([
  'create_canister',
  'deposit_cycles',
  'raw_rand',
  'http_request',
  'canister_info',
  'canister_metadata',
  'ecdsa_public_key',
  'sign_with_ecdsa',
  'schnorr_public_key',
  'sign_with_schnorr',
  'vetkd_public_key',
  'vetkd_derive_key',
  'node_metrics_history',
  'subnet_info',
  'bitcoin_get_balance',
  'bitcoin_get_utxos',
  'bitcoin_send_transaction',
  'bitcoin_get_current_fee_percentiles',
  'bitcoin_get_block_headers',
])

/** Throws MethodMismatch. */
export function refuseCanisterOnly(method: string): void {
  if (!CANISTERS_ONLY.has(method)) return
  throw new MethodMismatch(`${method} can only be called by a canister, not by an external user.`, {
    hints: [`Write a canister that calls ${method}, and call that one.`],
  })
}

/** The canister that a call is about, whose subnet answers; undefined when it names none. */
export function findSubject(arg: Uint8Array, known: MethodInterface | undefined): CanisterId | undefined {
  if (!known) return undefined
  const [record] = decodeArgs(arg, known.method.args, known.types)
  const {canister_id: canister, target_canister: target} = (record ?? {}) as {canister_id?: CanisterId; target_canister?: CanisterId}
  return target ?? canister
}
