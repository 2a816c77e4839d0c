/** In which subnet new canisters are to be: told by the id of any canister there. */

import {type CanisterId, parsePrincipal, principalFromBytes} from '../protocol/principal.js'

/** The id that answers in the absence of better knowledge: the first of the first subnet. */
const FIRST_CANISTER_ID = parsePrincipal('rwlgt-iiaaa-aaaaa-aaaaa-cai')

/** Where the network wants new canisters, as its gateway tells under `/_/topology`. */
export async function findCreationPlace(url: string): Promise<CanisterId> {
  try {
    const response = await fetch(new URL('/_/topology', url))
    if (!response.ok) return FIRST_CANISTER_ID
    const {default_effective_canister_id: found} = (await response.json()) as {default_effective_canister_id?: {canister_id?: string}}
    return found?.canister_id === undefined ? FIRST_CANISTER_ID : principalFromBytes(Buffer.from(found.canister_id, 'base64'))
  } catch {
    return FIRST_CANISTER_ID
  }
}
