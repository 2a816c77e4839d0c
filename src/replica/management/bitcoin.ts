/**
 * `bitcoin_*`: what a local network cannot have without a Bitcoin node. Deprecated methods, which the Internet Computer forwards to its
 * Bitcoin canisters. Source: digest management-canister section 10.
 */

import {type ManagementStep, reject} from './management-call.js'

export function noBitcoin(): ManagementStep {
  return reject(
    'IC0406',
    'No bitcoin canisters available. A local network has no Bitcoin node: install a Bitcoin canister that is connected to your own node in regtest mode and call it by its id, or deploy to a network that has one.',
  )
}
