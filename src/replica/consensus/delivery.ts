/** Hands final blocks to execution, in order, each once its tape is known. Source: digest consensus section 6. */

import {decodeCbor} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {Batch} from '../messaging/batch.js'
import {encodeAggregate, readAggregate} from './artifacts.js'
import {BlockError, decodeBlock, type SealedBlock} from './block.js'
import {bytesAt, itemsAt} from './cbor-fields.js'
import type {Anchor} from './pool.js'
import {forgetSignedAhead} from './randomness.js'
import {type Round, withoutProof} from './round.js'
import {type Hash, hashOfSignature, type Statement} from './statements.js'

/** Takes newly final heights in, and gives out the batches that are complete. True when something moved. */
export function deliver(round: Round): boolean {
  let changed = advanceFinalized(round)
  while (deliverNext(round)) changed = true
  return changed
}

function advanceFinalized({pool}: Round): boolean {
  let changed = false
  for (let height = pool.notarizedHeight; height > pool.finalizedHeight; height--)
    for (const {statement, aggregate} of pool.statements.listAt('finalization', height))
      if (aggregate) changed = pool.finalize(statement.subject as Hash) || changed
  return changed
}

function deliverNext(round: Round): boolean {
  const {pool} = round
  const height = round.deliveredHeight + 1
  const block = pool.findFinalBlock(height)
  const tape = pool.statements.findAggregate('tape', height)
  const beacon = pool.findBeacon(height)
  const ranking = pool.findRanking(height)
  if (!block || !tape || !beacon || !ranking) return false
  const batch = batchOf(block, tape.proof as Uint8Array, ranking.makers.slice(0, block.rank))
  round.batches.push({batch, block, record: encodeFinalBlock({block, beacon, failed: batch.blockMaker.failed})})
  round.deliveredHeight = height
  if (batch.isSummary) round.summary = {block, beacon}
  round.responses.remove(block.payload.responses)
  if (block.maker === round.config.nodeId) round.queryStats.remove(block.payload.queryStats)
  forgetSignedAhead(round)
  return true
}

/** `failed`: the nodes of smaller rank, whose proposals did not come in time. */
export function batchOf(block: SealedBlock, tape: Uint8Array, failed: Batch['blockMaker']['failed']): Batch {
  return replayBatch({block, failed}, hashOfSignature('batch_randomness', tape))
}

/** What the log keeps of a final block: enough to execute it again, and to go on from it. */
export interface FinalBlock extends Anchor {
  readonly failed: Batch['blockMaker']['failed']
}

/** The batch of a logged block and its logged randomness: the same as when it was executed first. */
export function replayBatch({block, failed}: Pick<FinalBlock, 'block' | 'failed'>, randomness: Uint8Array): Batch {
  return {
    height: block.height,
    timeNs: block.timeNs,
    randomness,
    ingress: block.payload.ingress.map(({ingress}) => ingress),
    consensusResponses: block.payload.responses.map(withoutProof),
    ...(block.payload.queryStats.length > 0 && {queryStats: block.payload.queryStats}),
    registryVersion: block.registryVersion,
    blockMaker: {nodeId: block.maker, failed},
    isSummary: block.dkg.kind === 'summary',
    ...(block.stoppedForNs > 0n && {stoppedForNs: block.stoppedForNs}),
  }
}

/** `CBOR [block, beacon, failed makers]` */
export function encodeFinalBlock({block, beacon, failed}: FinalBlock): Uint8Array {
  return encodeCbor([block.bytes, encodeAggregate(beacon), failed])
}

/** Throws BlockError. */
export function decodeFinalBlock(bytes: Uint8Array): FinalBlock {
  try {
    const [block, beacon, failed] = itemsAt(decodeCbor(bytes))
    return {block: decodeBlock(bytesAt(block)), beacon: readAggregate(beacon), failed: itemsAt(failed) as FinalBlock['failed']}
  } catch (cause) {
    if (cause instanceof BlockError) throw cause
    throw new BlockError(`These bytes are not a final block: ${(cause as Error).message}.`, {cause})
  }
}

export function certificationOf(height: number, rootHash: string): Statement {
  return {purpose: 'certification', height, subject: rootHash}
}
