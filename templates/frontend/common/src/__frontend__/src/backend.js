import {canisterId, createActor} from '../../declarations/__backend__'

/** The canister `__backend__`: each of its methods is a function here. */
export let backend = createActor(canisterId)

/** From now on `backend` is called in the name of this identity. */
export function actAs(identity) {
  backend = createActor(canisterId, {agentOptions: {identity}})
}
