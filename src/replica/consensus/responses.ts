/**
 * Answers of outcalls: each node says what its own attempt gave, a block takes what n - f nodes agree on.
 *
 * Source: digest consensus sections 1, 4 and 15; digest management-canister section 8.
 */

import {toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {NodeId} from '../../protocol/principal.js'
import type {ConsensusResponse} from '../messaging/batch.js'
import {type ResponseShare, responseMessage} from './artifacts.js'
import {type AgreedResponse, encodeResponse} from './block.js'
import type {ConsensusCrypto} from './crypto.js'
import {MAX_RESPONSES_PER_BLOCK, responseThreshold} from './parameters.js'
import type {Hash, NodeSignature} from './statements.js'

export class ResponsePool {
  readonly #nodes: readonly NodeId[]
  readonly #own = new Map<number, ConsensusResponse>()
  readonly #shares = new Map<number, Map<NodeId, ResponseShare>>()

  constructor(nodes: readonly NodeId[]) {
    this.#nodes = nodes
  }

  /** This node's own attempt has ended. The share is to be sent to the others. */
  addOwn(response: ConsensusResponse, nodeId: NodeId, crypto: ConsensusCrypto): ResponseShare {
    const contentHash = hashOfResponse(response)
    const share = {
      kind: 'response',
      id: response.id,
      contentHash,
      signer: nodeId,
      signature: crypto.sign(responseMessage(response.id, contentHash)),
    } as const
    this.#own.set(response.id, response)
    this.addShare(share)
    return share
  }

  /** Of a member, and verified. The first word of a node counts. */
  addShare(share: ResponseShare): void {
    const shares = this.#shares.get(share.id) ?? new Map<NodeId, ResponseShare>()
    this.#shares.set(share.id, shares)
    if (!shares.has(share.signer)) shares.set(share.signer, share)
  }

  get isEmpty(): boolean {
    return this.#own.size === 0
  }

  listShares(): ResponseShare[] {
    return [...this.#shares.values()].flatMap((shares) => [...shares.values()])
  }

  /** What a block can take, oldest calls first; `taken` are ids that ancestors already answer. */
  listAgreed(taken: ReadonlySet<number>, maxBytes: number): AgreedResponse[] {
    const agreed: AgreedResponse[] = []
    let bytes = 0
    for (const id of [...this.#shares.keys()].sort((a, b) => a - b)) {
      const response = taken.has(id) ? undefined : this.#findAgreed(id)
      const size = response ? responseBytes(response) : 0
      if (!response || bytes + size > maxBytes) continue
      bytes += size
      if (agreed.push(response) === MAX_RESPONSES_PER_BLOCK) break
    }
    return agreed
  }

  /** The calls were answered by blocks that are final. */
  remove(responses: readonly ConsensusResponse[]): void {
    for (const {id} of responses) {
      this.#own.delete(id)
      this.#shares.delete(id)
    }
  }

  #findAgreed(id: number): AgreedResponse | undefined {
    const shares = [...this.#shares.get(id)!.values()]
    const own = this.#own.get(id)
    const agreeing = own ? shares.filter(({contentHash}) => contentHash === hashOfResponse(own)) : []
    if (own && agreeing.length >= responseThreshold(this.#nodes.length)) return {...own, signatures: this.#proofOf(agreeing)}
    return findDivergence(id, shares, this.#nodes.length)
  }

  #proofOf(shares: readonly ResponseShare[]): NodeSignature[] {
    if (this.#nodes.length === 1) return []
    return shares.map(({signer, signature}) => ({signer, signature})).sort((a, b) => (a.signer < b.signer ? -1 : 1))
  }
}

/**
 * The reject of a call whose answers differ so much that no n - f nodes can agree any more. Its proof: a signature for each of the
 * answers that the message lists.
 */
function findDivergence(id: number, shares: readonly ResponseShare[], n: number): AgreedResponse | undefined {
  const counts = new Map<Hash, number>()
  for (const {contentHash} of shares) counts.set(contentHash, (counts.get(contentHash) ?? 0) + 1)
  const silent = n - shares.length
  if (shares.length === 0 || Math.max(...counts.values()) + silent >= responseThreshold(n)) return undefined
  const sorted = [...shares].sort((a, b) => (a.signer < b.signer ? -1 : 1))
  return {
    id,
    payload: {
      kind: 'reject',
      code: 2,
      message: divergenceMessage(
        id,
        sorted.map(({contentHash}) => contentHash),
      ),
    },
    signatures: sorted.map(({signer, signature}) => ({signer, signature})),
  }
}

/** Text: digest management-canister section 8. One hash for each signature, in the same order. */
const DIVERGENCE = 'No consensus could be reached. Replicas had different responses. Details: '

function divergenceMessage(id: number, hashes: readonly Hash[]): string {
  return `${DIVERGENCE}request_id: ${id}, hashes: ${hashes.join(', ')}`
}

/** What is wrong with the responses of a proposed block, or undefined. */
export function findResponseFault(
  responses: readonly AgreedResponse[],
  taken: ReadonlySet<number>,
  {nodes, crypto}: {readonly nodes: readonly NodeId[]; readonly crypto: ConsensusCrypto},
): string | undefined {
  const seen = new Set(taken)
  if (responses.length > MAX_RESPONSES_PER_BLOCK) return 'too many responses'
  for (const response of responses) {
    if (seen.has(response.id)) return `response ${response.id} is there twice`
    seen.add(response.id)
    if (nodes.length > 1 && !isProven(response, nodes, crypto)) return `response ${response.id} is not agreed on`
  }
  return undefined
}

function isProven(response: AgreedResponse, nodes: readonly NodeId[], crypto: ConsensusCrypto): boolean {
  const {id, signatures} = response
  const signers = new Set(signatures.map(({signer}) => signer))
  if (signers.size !== signatures.length || ![...signers].every((signer) => nodes.includes(signer))) return false
  const hashes = hashesOf(response, nodes.length)
  return (
    hashes !== undefined &&
    signatures.every(({signer, signature}, index) => crypto.verify(signer, responseMessage(id, hashes[index]!), signature))
  )
}

/** The content that each of the signatures must be for; undefined when there are too few, or no divergence is shown. */
function hashesOf(response: AgreedResponse, n: number): readonly Hash[] | undefined {
  const {id, payload, signatures} = response
  if (signatures.length >= responseThreshold(n) && !isDivergence(response)) return signatures.map(() => hashOfResponse(response))
  if (payload.kind !== 'reject' || !isDivergence(response)) return undefined
  const hashes = payload.message.split('hashes: ')[1]?.split(', ') as Hash[] | undefined
  if (hashes?.length !== signatures.length || !hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) return undefined
  const shares = signatures.map(({signer, signature}, index) => ({
    kind: 'response' as const,
    id,
    contentHash: hashes[index]!,
    signer,
    signature,
  }))
  const shown = findDivergence(id, shares, n)?.payload
  return shown?.kind === 'reject' && shown.message === payload.message ? hashes : undefined
}

function isDivergence({payload}: AgreedResponse): boolean {
  return payload.kind === 'reject' && payload.message.startsWith(DIVERGENCE)
}

function hashOfResponse({payload}: ConsensusResponse): Hash {
  return toHex(sha256(encodeCbor(encodeResponse(payload)))) as Hash
}

export function responseBytes({payload, signatures}: AgreedResponse): number {
  return (payload.kind === 'reply' ? payload.data.length : payload.message.length) + 128 * (1 + signatures.length)
}
