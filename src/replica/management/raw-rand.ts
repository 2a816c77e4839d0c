/**
 * `raw_rand`: 32 bytes that nobody could know when the call was made: answered from the random tape of a later round.
 *
 * Source: IC interface specification, "IC method raw_rand"; digest execution-and-cycles, "Randomness and time".
 */

import type {ManagementCall, ManagementStep} from './management-call.js'
import {reject} from './management-call.js'

export function rawRand({state, message}: ManagementCall<unknown>): ManagementStep {
  if (message.kind === 'ingress') return reject('IC0406', 'Only canisters can call ic00 method raw_rand')
  state.pendingSubnetCalls.push({kind: 'raw_rand', call: message, sinceHeight: state.height})
  return {kind: 'deferred'}
}
