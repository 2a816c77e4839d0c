/** What a block's payload may depend on and must hold: the same rules for its maker and for those who check it. */

import type {PayloadContext} from '../ingress/payload-context.js'
import type {Block, Payload, SealedBlock} from './block.js'
import {isSummaryHeight, MAX_BLOCK_BYTES, MAX_INGRESS_PER_BLOCK} from './parameters.js'
import {findQueryStatsFault} from './query-stats-pool.js'
import {findResponseFault, responseBytes} from './responses.js'
import type {Round} from './round.js'

export interface PayloadRules extends PayloadContext {
  readonly ancestors: readonly SealedBlock[]
  /** Ids of outcalls that the ancestors answer. */
  readonly answered: ReadonlySet<number>
  /** The subnet takes no messages in: it halts, or this is a summary. */
  readonly isEmpty: boolean
}

/** The rules for the payload of a child of `parent`; undefined while an ancestor above the certified height is missing. */
export function findPayloadRules(
  round: Round,
  parent: SealedBlock,
  {height, timeNs, certifiedHeight}: Pick<Block, 'height' | 'timeNs' | 'certifiedHeight'>,
): PayloadRules | undefined {
  // Below the root there are no blocks here; their messages are in this node's state, once it is at least as new as the root.
  const known = round.certifiedHeight >= round.pool.rootHeight ? Math.max(certifiedHeight, round.pool.rootHeight) : certifiedHeight
  const ancestors = round.pool.findChainAbove(parent, known)
  return (
    ancestors && {
      height,
      timeNs,
      certifiedHeight,
      ancestors,
      answered: new Set(ancestors.flatMap(({payload}) => payload.responses.map(({id}) => id))),
      isEmpty: round.isHalted || isSummaryHeight(height, round.config.dkgIntervalLength),
      maxBytes: MAX_BLOCK_BYTES,
      maxMessages: MAX_INGRESS_PER_BLOCK,
    }
  )
}

/** What is wrong with the payload, or undefined. */
export function findPayloadFault(round: Round, payload: Payload, rules: PayloadRules): string | undefined {
  const {ingress, responses, queryStats} = payload
  if (rules.isEmpty && ingress.length + responses.length + queryStats.length > 0) return 'this height carries no messages'
  if (sizeOf(payload) > rules.maxBytes) return 'the payload is too large'
  const members = {nodes: round.config.nodes, crypto: round.crypto}
  return (
    findQueryStatsFault(queryStats) ?? findResponseFault(responses, rules.answered, members) ?? round.payloads.findFault(ingress, rules)
  )
}

/** At most what one canister's statistics take. */
export const QUERY_STATS_BYTES = 64

function sizeOf({ingress, responses, queryStats}: Payload): number {
  let bytes = queryStats.length * QUERY_STATS_BYTES
  for (const {envelope} of ingress) bytes += envelope.length
  for (const response of responses) bytes += responseBytes(response)
  return bytes
}
