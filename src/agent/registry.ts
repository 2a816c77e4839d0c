/** The registry canister of a network, `rwlgt-iiaaa-aaaaa-aaaaa-cai`: which canister lives on which subnet. */

import {decodeArgs} from '../candid/decode.js'
import {parseDid} from '../candid/did.js'
import {encodeArgs} from '../candid/encode.js'
import {findMethod} from '../candid/types.js'
import {type CanisterId, parsePrincipal, principalToText, type SubnetId} from '../protocol/principal.js'
import {NetworkAnswerInvalid} from './errors.js'
import type {IcAgent} from './ic-agent.js'

export const REGISTRY_ID = parsePrincipal('rwlgt-iiaaa-aaaaa-aaaaa-cai')

const DID = `service : {
  get_subnet_for_canister : (record { "principal" : opt principal }) ->
    (variant { Ok : record { subnet_id : opt principal }; Err : text }) query;
}`

type Answer = {readonly Ok: {readonly subnet_id: readonly SubnetId[]}} | {readonly Err: string}

/** Throws NetworkAnswerInvalid when the registry does not know the canister, CallRejected where there is no registry. */
export async function findSubnetOf(agent: IcAgent, canister: CanisterId): Promise<SubnetId> {
  const {args, results} = findMethod(parseDid(DID), 'get_subnet_for_canister')!
  const arg = encodeArgs(args, [{principal: [canister]}])
  const [answer] = decodeArgs(await agent.query({canisterId: REGISTRY_ID, method: 'get_subnet_for_canister', arg}), results)
  const found = answer as unknown as Answer
  const subnet = 'Ok' in found ? found.Ok.subnet_id[0] : undefined
  if (subnet === undefined)
    throw new NetworkAnswerInvalid(`The registry does not know on which subnet canister ${principalToText(canister)} lives.`)
  return subnet
}
