/** What the state tree certifies about a canister. */

import {decodeUtf8, encodeUtf8} from '../base/bytes.js'
import {type CanisterId, type Principal, principalFromBytes, principalToBytes} from '../protocol/principal.js'
import {CallRejected, NetworkAnswerInvalid} from './errors.js'
import type {IcAgent, PathSegment} from './ic-agent.js'

export interface CanisterInfo {
  /** Undefined: no code is installed. */
  readonly moduleHash: Uint8Array | undefined
  /** Sorted by their texts' bytes as the network gives them. */
  readonly controllers: readonly Principal[]
}

/** Throws CanisterMissing-like CallRejected `IC0301` when the network has no such canister. */
export async function readCanisterInfo(agent: IcAgent, canisterId: CanisterId): Promise<CanisterInfo> {
  const lookup = await agent.readState(canisterId, [canisterPath(canisterId, 'module_hash'), canisterPath(canisterId, 'controllers')])
  const controllers = lookup(canisterPath(canisterId, 'controllers'))
  if (!controllers) throw new CallRejected(3, `Canister ${canisterId} not found`, 'IC0301')
  return {moduleHash: lookup(canisterPath(canisterId, 'module_hash')), controllers: decodeControllers(controllers)}
}

/** Hash of the installed module, or undefined when there is none or no such canister. */
export async function findModuleHash(agent: IcAgent, canisterId: CanisterId): Promise<Uint8Array | undefined> {
  const path = canisterPath(canisterId, 'module_hash')
  return (await agent.readState(canisterId, [path]))(path)
}

/** A metadata section of the installed module that the caller may see, or undefined. */
export async function findMetadata(agent: IcAgent, canisterId: CanisterId, name: string): Promise<Uint8Array | undefined> {
  const path = canisterPath(canisterId, 'metadata', encodeUtf8(name))
  return (await agent.readState(canisterId, [path]))(path)
}

/** The text of a metadata section, or undefined when it is not there or not text. */
export async function findMetadataText(agent: IcAgent, canisterId: CanisterId, name: string): Promise<string | undefined> {
  const bytes = await findMetadata(agent, canisterId, name)
  return bytes && decodeUtf8(bytes)
}

function canisterPath(canisterId: CanisterId, ...rest: readonly PathSegment[]): readonly PathSegment[] {
  return ['canister', principalToBytes(canisterId), ...rest]
}

const SELF_DESCRIBE_TAG = [0xd9, 0xd9, 0xf7]
const SHORT_LIMIT = 24

/** CBOR: `d9d9f7` (optional) ‖ array of byte strings. Both are short: at most 10 entries of at most 29 bytes. */
export function decodeControllers(cbor: Uint8Array): Principal[] {
  let at = SELF_DESCRIBE_TAG.every((byte, index) => cbor[index] === byte) ? SELF_DESCRIBE_TAG.length : 0
  const readHead = (major: number): number => {
    const head = cbor[at++]
    if (head === undefined || head >> 5 !== major) throw new NetworkAnswerInvalid('The list of controllers is damaged.')
    const short = head & 31
    if (short < SHORT_LIMIT) return short
    if (short === SHORT_LIMIT) return cbor[at++] ?? 0
    throw new NetworkAnswerInvalid('The list of controllers is damaged.')
  }
  return Array.from({length: readHead(4)}, () => {
    const size = readHead(2)
    at += size
    return principalFromBytes(cbor.subarray(at - size, at))
  })
}
