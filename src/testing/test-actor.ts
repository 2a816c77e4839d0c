/** A canister as an object with its methods, made from its Candid interface. */

import {Actor, type ActorSubclass, HttpAgent, type Identity} from '@dfinity/agent'
import {generateJavascript} from '../candid/bindings/javascript.js'
import {parseDid} from '../candid/did.js'

export interface ActorPlace {
  readonly url: string
  readonly rootKey: Uint8Array
  /** In text form. */
  readonly canisterId: string
  /** The interface, as text. */
  readonly candid: string
}

export async function createActor({url, rootKey, canisterId, candid}: ActorPlace, identity: Identity): Promise<ActorSubclass> {
  const agent = HttpAgent.createSync({host: url, identity, rootKey, retryTimes: 0})
  const code = generateJavascript(parseDid(candid))
  const {idlFactory} = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    idlFactory: Parameters<typeof Actor.createActor>[0]
  }
  return Actor.createActor(idlFactory, {agent, canisterId})
}
