/** A connection to the network of a context, as its identity. */

import {connect, type IcAgent} from '../agent/ic-agent.js'
import {fromHex} from '../base/bytes.js'
import {toAgentIdentity} from '../identity/agent-identity.js'
import {programName} from '../io/program.js'
import {findRunningNetwork} from '../network/running-network.js'
import type {NetworkConfig} from '../project/networks.js'
import {IdentityInsecure} from './canister-errors.js'
import type {NetworkContext} from './context.js'

/** Throws NetworkUnreachable with what to type, IdentityInsecure on mainnet. */
export async function connectAgent(context: NetworkContext): Promise<IcAgent> {
  const network = context.network()
  if (network.isMainnet) refusePlaintext(context)
  return connect({
    host: context.networkUrl(),
    identity: await toAgentIdentity(context.identity()),
    rootKey: chooseRootKey(network),
    isRemote: network.kind === 'remote',
    verifyQueries: process.env.DFX_DISABLE_QUERY_VERIFICATION === undefined,
    ...(network.kind === 'local' ? {startHint: startHint(network)} : {}),
  })
}

/** The key that `start` has written down saves a request; another network is asked for its key, mainnet never. */
function chooseRootKey(network: NetworkConfig): 'mainnet' | 'fetch' | Uint8Array {
  if (network.isMainnet) return 'mainnet'
  const key = network.kind === 'local' ? findRunningNetwork(network)?.rootKey : undefined
  return key ? fromHex(key) : 'fetch'
}

function startHint(network: NetworkConfig): string {
  const option = network.name === 'local' ? '' : ' in the project'
  return `Type '${programName()} start --background'${option} to start the network '${network.name}'.`
}

/** As dfx does: a key that lies open on disk must not guard real value, unless DFX_WARNING says that the user knows. */
function refusePlaintext(context: NetworkContext): void {
  const {isPlaintext, name} = context.identity()
  const isAccepted = (process.env.DFX_WARNING ?? '').split(',').includes('-mainnet_plaintext_identity')
  if (isPlaintext && !isAccepted) throw new IdentityInsecure(name)
}
