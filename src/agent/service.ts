/** A canister whose interface is known beforehand: methods by name, plain values in and out. */

import {invariant} from '../base/invariant.js'
import {decodeArgs} from '../candid/decode.js'
import {parseDid} from '../candid/did.js'
import {encodeArgs} from '../candid/encode.js'
import {type CandidInterface, findMethod} from '../candid/types.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {CallRejected, ServiceMissing} from './errors.js'
import type {IcAgent} from './ic-agent.js'

export interface ServiceCall {
  readonly canisterId: CanisterId
  readonly method: string
  readonly args: readonly unknown[]
}

export interface Service {
  /** Throws CallRejected, ServiceMissing. */
  update<T>(agent: IcAgent, call: ServiceCall): Promise<T>
  /** As `update`, from one node. */
  query<T>(agent: IcAgent, call: ServiceCall): Promise<T>
}

/** `name` begins the sentence about a canister that is not there. The text is parsed at the first call. */
export function defineService(name: string, did: string): Service {
  let parsed: CandidInterface | undefined
  const send = async <T>(agent: IcAgent, kind: 'update' | 'query', {canisterId, method, args}: ServiceCall): Promise<T> => {
    parsed ??= parseDid(did)
    const {types} = parsed
    const found = findMethod(parsed, method)
    invariant(found, `the interface of ${name} has ${method}`)
    try {
      const reply = await agent[kind]({canisterId, method, arg: encodeArgs(found.args, args, types)})
      return decodeArgs(reply, found.results, types)[0] as T
    } catch (error) {
      if (error instanceof CallRejected && isMissing(error)) throw new ServiceMissing(name, principalToText(canisterId), error)
      throw error
    }
  }
  return {update: (agent, call) => send(agent, 'update', call), query: (agent, call) => send(agent, 'query', call)}
}

/** There is no canister of this id, or none with code. */
function isMissing({errorCode}: CallRejected): boolean {
  return errorCode === 'IC0301' || errorCode === 'IC0537'
}

/** `opt` of a value that may be absent. */
export const toOpt = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])

/** What a ledger or the minting canister answers. */
export type Outcome<T> = {readonly Ok: T} | {readonly Err: Refusal}
export type Refusal = Readonly<Record<string, null | bigint | string | Readonly<Record<string, unknown>>>>

export interface RefusalParts {
  /** Name of the variant. */
  readonly kind: string
  readonly value: null | bigint | string | Readonly<Record<string, unknown>>
  /** The fields of its record. */
  readonly details: Readonly<Record<string, unknown>>
}

export function partsOf(refusal: Refusal): RefusalParts {
  const [[kind, value] = ['Unknown', null]] = Object.entries(refusal)
  return {kind, value, details: typeof value === 'object' && value !== null ? value : {}}
}
