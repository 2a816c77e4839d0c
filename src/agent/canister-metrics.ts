/**
 * `canister_metrics`: what a canister has spent its cycles on since it was created.
 *
 * Source: IC interface specification, "IC method canister_metrics".
 */

import {decodeArgs} from '../candid/decode.js'
import {encodeArgs} from '../candid/encode.js'
import {managementInterface} from '../candid/management.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID} from '../protocol/principal.js'
import {CallRejected} from './errors.js'
import type {IcAgent} from './ic-agent.js'
import {getManagementMethod} from './management.js'

/** Cycles by purpose, as the network names them (`instructions`, `memory`, `ingress_induction` …). */
export type ConsumedCycles = Readonly<Record<string, bigint>>

/** Undefined where the network does not tell, or not to this caller. */
export async function findConsumedCycles(agent: IcAgent, canisterId: CanisterId): Promise<ConsumedCycles | undefined> {
  const {args, results} = getManagementMethod('canister_metrics')
  const {types} = managementInterface()
  const arg = encodeArgs(args, [{canister_id: canisterId}], types)
  try {
    const reply = await agent.query({canisterId: MANAGEMENT_CANISTER_ID, method: 'canister_metrics', arg, effectiveCanisterId: canisterId})
    return (decodeArgs(reply, results, types)[0] as unknown as {cycles_consumed: ConsumedCycles}).cycles_consumed
  } catch (error) {
    if (error instanceof CallRejected) return undefined
    throw error
  }
}
