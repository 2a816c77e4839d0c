/** What nodes send one another, and its bytes: CBOR [kind, fields…]. Source: digest consensus section 2. */

import {fromHex, toHex} from '../../base/bytes.js'
import {IcicleError} from '../../base/errors.js'
import {type CborInput, type CborValue, decodeCbor} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import {type NodeId, principalFromBytes, principalToBytes} from '../../protocol/principal.js'
import {decodeBlock, encodeSignature, readSignature, type SealedBlock} from './block.js'
import {bytesAt, itemsAt, numberAt} from './cbor-fields.js'
import {type Aggregate, type Hash, inDomain, keyOf, type NodeSignature, type Purpose, type Share, type Statement} from './statements.js'

export interface Proposal {
  readonly kind: 'proposal'
  readonly block: SealedBlock
  /** Of the block's maker, over height and hash. */
  readonly signature: Uint8Array
}

/** Two signed hashes of one maker at one height, the smaller first. */
export interface Equivocation {
  readonly kind: 'equivocation'
  readonly height: number
  readonly maker: NodeId
  readonly proofs: readonly [SignedHash, SignedHash]
}

export interface SignedHash {
  readonly hash: Hash
  readonly signature: Uint8Array
}

/** Enough to join: a final summary block, its beacon, and the subnet's signature over both and the state's hash. */
export interface CatchUpPackage {
  readonly kind: 'catch-up'
  readonly block: SealedBlock
  readonly beacon: Aggregate
  readonly aggregate: Aggregate
}

/** One node's word that a response has this content. */
export interface ResponseShare extends NodeSignature {
  readonly kind: 'response'
  readonly id: number
  readonly contentHash: Hash
}

export type Artifact = Proposal | Share | Aggregate | Equivocation | CatchUpPackage | ResponseShare

export class ArtifactError extends IcicleError {
  readonly code = 'ARTIFACT_INVALID'
}

/** What a maker signs of its block. */
export function proposalMessage(height: number, hash: Hash): Uint8Array {
  return inDomain('block_metadata_domain', encodeCbor([height, fromHex(hash)]))
}

/** What a node signs of a response. */
export function responseMessage(id: number, contentHash: Hash): Uint8Array {
  return inDomain('http_outcall_content_domain', encodeCbor([id, fromHex(contentHash)]))
}

/** The same for two copies of one artifact. */
export function keyOfArtifact(artifact: Artifact): string {
  switch (artifact.kind) {
    case 'proposal':
    case 'catch-up':
      return `${artifact.kind} ${artifact.block.hash}`
    case 'share':
      return `share ${keyOf(artifact.statement)} ${artifact.signer} ${toHex(artifact.signature)}`
    case 'aggregate':
      return `aggregate ${keyOf(artifact.statement)}`
    case 'equivocation':
      return `equivocation ${artifact.height} ${artifact.maker}`
    case 'response':
      return `response ${artifact.id} ${artifact.signer}`
  }
}

const KINDS = ['proposal', 'share', 'aggregate', 'equivocation', 'catch-up', 'response'] as const
const PURPOSES: readonly Purpose[] = ['notarization', 'finalization', 'beacon', 'tape', 'certification', 'catch-up']

export function encodeArtifact(artifact: Artifact): Uint8Array {
  return encodeCbor([KINDS.indexOf(artifact.kind), ...fieldsOf(artifact)])
}

function fieldsOf(artifact: Artifact): readonly CborInput[] {
  switch (artifact.kind) {
    case 'proposal':
      return [artifact.block.bytes, artifact.signature]
    case 'share':
      return [encodeStatement(artifact.statement), encodeSignature(artifact)]
    case 'aggregate':
      return [encodeAggregate(artifact)]
    case 'equivocation':
      return [artifact.height, principalToBytes(artifact.maker), artifact.proofs.map(({hash, signature}) => [fromHex(hash), signature])]
    case 'catch-up':
      return [artifact.block.bytes, encodeAggregate(artifact.beacon), encodeAggregate(artifact.aggregate)]
    case 'response':
      return [artifact.id, fromHex(artifact.contentHash), encodeSignature(artifact)]
  }
}

/** Throws ArtifactError. */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  try {
    const [kind, ...fields] = itemsAt(decodeCbor(bytes))
    return readArtifact(KINDS[numberAt(kind)], fields)
  } catch (cause) {
    throw new ArtifactError(`These bytes are not an artifact of consensus: ${(cause as Error).message}.`, {cause})
  }
}

function readArtifact(kind: Artifact['kind'] | undefined, fields: readonly CborValue[]): Artifact {
  const [first, second, third] = fields
  switch (kind) {
    case 'proposal':
      return {kind, block: decodeBlock(bytesAt(first)), signature: bytesAt(second)}
    case 'share':
      return {kind, statement: readStatement(first), ...readSignature(second)}
    case 'aggregate':
      return readAggregate(first)
    case 'equivocation': {
      const [one, other] = itemsAt(third).map(readSignedHash)
      return {kind, height: numberAt(first), maker: principalFromBytes(bytesAt(second)), proofs: [one!, other!]}
    }
    case 'catch-up':
      return {kind, block: decodeBlock(bytesAt(first)), beacon: readAggregate(second), aggregate: readAggregate(third)}
    case 'response':
      return {kind, id: numberAt(first), contentHash: toHex(bytesAt(second)) as Hash, ...readSignature(third)}
    default:
      throw new RangeError('its kind is unknown')
  }
}

function readSignedHash(value: CborValue): SignedHash {
  const [hash, signature] = itemsAt(value)
  return {hash: toHex(bytesAt(hash)) as Hash, signature: bytesAt(signature)}
}

function encodeStatement({purpose, height, subject}: Statement): CborInput {
  return [PURPOSES.indexOf(purpose), height, fromHex(subject)]
}

function readStatement(value: CborValue): Statement {
  const [purpose, height, subject] = itemsAt(value)
  const known = PURPOSES[numberAt(purpose)]
  if (!known) throw new RangeError('its purpose is unknown')
  return {purpose: known, height: numberAt(height), subject: toHex(bytesAt(subject))}
}

export function encodeAggregate({statement, proof}: Aggregate): CborInput {
  return [encodeStatement(statement), proof instanceof Uint8Array ? proof : proof.map(encodeSignature)]
}

export function readAggregate(value: CborValue): Aggregate {
  const [statement, proof] = itemsAt(value)
  return {
    kind: 'aggregate',
    statement: readStatement(statement),
    proof: proof instanceof Uint8Array ? proof : itemsAt(proof).map(readSignature),
  }
}
