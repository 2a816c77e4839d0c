/**
 * Blocks and their bytes.
 *
 *     block = CBOR [header, payload], both byte strings
 *     header = CBOR [version, height, parent, maker, rank, time, registry version, certified height, dkg, payload hash, stopped for]
 *     payload = CBOR [ingress, responses, query statistics]
 *     block hash = SHA-256(domain ‖ header); payload hash = SHA-256(domain ‖ payload)
 *
 * The encoding is icicle's own: no client sees it. Source of the fields: digest consensus sections 2 and 4.
 */

import {fromHex, toHex} from '../../base/bytes.js'
import {IcicleError} from '../../base/errors.js'
import {sha256} from '../../base/sha256.js'
import {type CborInput, type CborValue, decodeCbor} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import {type NodeId, principalFromBytes, principalToBytes} from '../../protocol/principal.js'
import {decodeIngress, type IngressItem} from '../ingress/ingress-item.js'
import type {ConsensusResponse, QueryStatsDelta} from '../messaging/batch.js'
import {bytesAt, itemsAt, natAt, numberAt, textAt} from './cbor-fields.js'
import {type Hash, inDomain, type NodeSignature} from './statements.js'

export const BLOCK_VERSION = 1

/** The answer of an outcall, with the signatures of n - f nodes over its content; none when one node makes the subnet. */
export interface AgreedResponse extends ConsensusResponse {
  readonly signatures: readonly NodeSignature[]
}

export interface Payload {
  readonly ingress: readonly IngressItem[]
  readonly responses: readonly AgreedResponse[]
  /** Of the maker: what the queries it answered add up to since its last report, by canister id. */
  readonly queryStats: readonly QueryStatsDelta[]
}

export const EMPTY_PAYLOAD: Payload = {ingress: [], responses: [], queryStats: []}

/**
 * A summary begins an interval and names its members; a data block names the summary it stands on. Dealings and transcripts of a
 * distributed key generation have their place here: `dealings` of a data block, `transcripts` of a summary (opaque, may be empty).
 */
export type DkgPayload =
  | {
      readonly kind: 'summary'
      readonly registryVersion: number
      readonly members: readonly NodeId[]
      readonly transcripts: readonly Uint8Array[]
    }
  | {readonly kind: 'data'; readonly summaryHeight: number; readonly dealings: readonly Uint8Array[]}

export interface Block {
  readonly height: number
  readonly parent: Hash
  readonly maker: NodeId
  /** Of the maker in the ranking of the height. */
  readonly rank: number
  readonly timeNs: bigint
  readonly registryVersion: number
  readonly certifiedHeight: number
  readonly dkg: DkgPayload
  readonly payload: Payload
  /** How long the subnet did not run before this block, at most the time since its parent; 0 almost always. */
  readonly stoppedForNs: bigint
}

/** A block with its bytes and its hash. */
export interface SealedBlock extends Block {
  readonly bytes: Uint8Array
  readonly hash: Hash
}

export class BlockError extends IcicleError {
  readonly code = 'BLOCK_INVALID'
}

export function sealBlock(block: Block): SealedBlock {
  const payload = encodePayload(block.payload)
  const header = encodeHeader(block, payload)
  return {...block, bytes: encodeCbor([header, payload]), hash: hashOfHeader(header)}
}

/** Throws BlockError for bytes that are not exactly what `sealBlock` would write. */
export function decodeBlock(bytes: Uint8Array): SealedBlock {
  try {
    const [header, payload] = itemsAt(decodeCbor(bytes)) as [Uint8Array, Uint8Array]
    const block = readHeader(decodeCbor(header), readPayload(decodeCbor(payload)))
    const sealed = sealBlock(block)
    if (sealed.hash !== hashOfHeader(header)) throw new RangeError('its header is not the one of its content')
    return sealed
  } catch (cause) {
    throw new BlockError(`These bytes are not a block: ${(cause as Error).message}.`, {cause})
  }
}

function encodeHeader(block: Block, payload: Uint8Array): Uint8Array {
  return encodeCbor([
    BLOCK_VERSION,
    block.height,
    fromHex(block.parent),
    principalToBytes(block.maker),
    block.rank,
    block.timeNs,
    block.registryVersion,
    block.certifiedHeight,
    encodeDkg(block.dkg),
    sha256(inDomain('block_payload_domain', payload)),
    block.stoppedForNs,
  ])
}

function hashOfHeader(header: Uint8Array): Hash {
  return toHex(sha256(inDomain('block_content_domain', header))) as Hash
}

function readHeader(value: CborValue, payload: Payload): Block {
  const fields = itemsAt(value)
  if (fields[0] !== BLOCK_VERSION) throw new RangeError(`version ${String(fields[0])} is unknown`)
  return {
    height: numberAt(fields[1]),
    parent: toHex(bytesAt(fields[2])) as Hash,
    maker: principalFromBytes(bytesAt(fields[3])),
    rank: numberAt(fields[4]),
    timeNs: natAt(fields[5]),
    registryVersion: numberAt(fields[6]),
    certifiedHeight: numberAt(fields[7]),
    dkg: readDkg(fields[8]),
    payload,
    stoppedForNs: natAt(fields[10]),
  }
}

function encodeDkg(dkg: DkgPayload): CborInput {
  if (dkg.kind === 'data') return [0, dkg.summaryHeight, dkg.dealings]
  return [1, dkg.registryVersion, dkg.members.map(principalToBytes), dkg.transcripts]
}

function readDkg(value: CborValue): DkgPayload {
  const [kind, number, list, transcripts] = itemsAt(value)
  if (kind === 0) return {kind: 'data', summaryHeight: numberAt(number), dealings: itemsAt(list).map(bytesAt)}
  const members = itemsAt(list).map((member) => principalFromBytes(bytesAt(member)))
  return {kind: 'summary', registryVersion: numberAt(number), members, transcripts: itemsAt(transcripts).map(bytesAt)}
}

function encodePayload({ingress, responses, queryStats}: Payload): Uint8Array {
  return encodeCbor([
    ingress.map(({envelope, ingress: {effectiveCanisterId}}) => [envelope, principalToBytes(effectiveCanisterId)]),
    responses.map(({id, payload, signatures}) => [id, encodeResponse(payload), signatures.map(encodeSignature)]),
    queryStats.map(({canisterId, calls, instructions, requestPayloadBytes, responsePayloadBytes}) => [
      principalToBytes(canisterId),
      ...[calls, instructions, requestPayloadBytes, responsePayloadBytes],
    ]),
  ])
}

function readPayload(value: CborValue): Payload {
  const [ingress, responses, queryStats] = itemsAt(value)
  return {
    ingress: itemsAt(ingress).map((item) => {
      const [envelope, effective] = itemsAt(item)
      const decoded = decodeIngress(bytesAt(envelope), principalFromBytes(bytesAt(effective)))
      if (typeof decoded === 'string') throw new RangeError(decoded)
      return decoded
    }),
    responses: itemsAt(responses).map((item) => {
      const [id, payload, signatures] = itemsAt(item)
      return {id: numberAt(id), payload: readResponse(payload), signatures: itemsAt(signatures).map(readSignature)}
    }),
    queryStats: itemsAt(queryStats).map((item) => {
      const [id, calls, instructions, requestBytes, responseBytes] = itemsAt(item)
      return {
        canisterId: principalFromBytes(bytesAt(id)),
        calls: natAt(calls),
        instructions: natAt(instructions),
        requestPayloadBytes: natAt(requestBytes),
        responsePayloadBytes: natAt(responseBytes),
      }
    }),
  }
}

/** What nodes compare and sign of a response. */
export function encodeResponse(payload: ConsensusResponse['payload']): CborInput {
  return payload.kind === 'reply' ? [0, payload.data] : [payload.code, payload.message]
}

type Reject = Extract<ConsensusResponse['payload'], {kind: 'reject'}>

function readResponse(value: CborValue): ConsensusResponse['payload'] {
  const [code, content] = itemsAt(value)
  if (code === 0) return {kind: 'reply', data: bytesAt(content)}
  return {kind: 'reject', code: numberAt(code) as Reject['code'], message: textAt(content)}
}

export function encodeSignature({signer, signature}: NodeSignature): CborInput {
  return [principalToBytes(signer), signature]
}

export function readSignature(value: CborValue): NodeSignature {
  const [signer, signature] = itemsAt(value)
  return {signer: principalFromBytes(bytesAt(signer)), signature: bytesAt(signature)}
}
