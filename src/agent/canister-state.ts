/** What the state tree certifies about a canister. */

import {decodeUtf8, encodeUtf8} from '../base/bytes.js'
import {asArray, asBytes, decodeCbor} from '../protocol/cbor.js'
import {type CanisterId, type Principal, principalFromBytes, principalToBytes, principalToText} from '../protocol/principal.js'
import {CallRejected, NetworkAnswerInvalid, RequestForbidden} from './errors.js'
import type {IcAgent, PathSegment} from './ic-agent.js'

export interface CanisterInfo {
  /** Undefined: no code is installed. */
  readonly moduleHash: Uint8Array | undefined
  readonly controllers: readonly Principal[]
}

/** Throws CallRejected `IC0301` when the network has no such canister. */
export async function readCanisterInfo(agent: IcAgent, canisterId: CanisterId): Promise<CanisterInfo> {
  const lookup = await agent.readState(canisterId, [canisterPath(canisterId, 'module_hash'), canisterPath(canisterId, 'controllers')])
  const controllers = lookup(canisterPath(canisterId, 'controllers'))
  if (!controllers) throw new CallRejected(3, `Canister ${principalToText(canisterId)} not found`, 'IC0301')
  return {moduleHash: lookup(canisterPath(canisterId, 'module_hash')), controllers: decodeControllers(controllers)}
}

/** Hash of the installed module, or undefined when there is none or no such canister. */
export async function findModuleHash(agent: IcAgent, canisterId: CanisterId): Promise<Uint8Array | undefined> {
  const path = canisterPath(canisterId, 'module_hash')
  return (await agent.readState(canisterId, [path]))(path)
}

/** A metadata section of the installed module, or undefined when there is none or the caller may not see it. */
export async function findMetadata(agent: IcAgent, canisterId: CanisterId, name: string): Promise<Uint8Array | undefined> {
  const path = canisterPath(canisterId, 'metadata', encodeUtf8(name))
  try {
    return (await agent.readState(canisterId, [path]))(path)
  } catch (error) {
    if (error instanceof RequestForbidden) return undefined
    throw error
  }
}

/** The text of a metadata section, or undefined when it is not there or not text. */
export async function findMetadataText(agent: IcAgent, canisterId: CanisterId, name: string): Promise<string | undefined> {
  const bytes = await findMetadata(agent, canisterId, name)
  return bytes && decodeUtf8(bytes)
}

function canisterPath(canisterId: CanisterId, ...rest: readonly PathSegment[]): readonly PathSegment[] {
  return ['canister', principalToBytes(canisterId), ...rest]
}

/** CBOR array of byte strings. Throws NetworkAnswerInvalid. */
function decodeControllers(cbor: Uint8Array): Principal[] {
  try {
    return asArray(decodeCbor(cbor))!.map((bytes) => principalFromBytes(asBytes(bytes)!))
  } catch (cause) {
    throw new NetworkAnswerInvalid('The list of controllers in the state tree is damaged.', {cause})
  }
}
