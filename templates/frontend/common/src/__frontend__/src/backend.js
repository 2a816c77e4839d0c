import {HttpAgent} from '@icp-sdk/core/agent'
import {canisterId, createActor} from '../../declarations/__backend__'

/** A network of one's own is asked for its key before the first call; that of the main network is known. */
const shouldFetchRootKey = process.env.DFX_NETWORK !== 'ic'

const connect = (identity) => createActor(canisterId, {agent: HttpAgent.createSync({identity, shouldFetchRootKey})})

/** The canister `__backend__`: each of its methods is a function here. */
export let backend = connect()

/** From now on `backend` is called in the name of this identity. */
export function actAs(identity) {
  backend = connect(identity)
}
