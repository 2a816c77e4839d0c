/** How much of the past is kept: log segments behind the newest checkpoint, and older checkpoints to begin a replay from. */

import type {ArchivedSegment} from './log-archive.js'
import type {KeptCheckpoint} from './manifests.js'

export interface History {
  /** Oldest first. */
  readonly archive: readonly Pick<ArchivedSegment, 'maxHeight' | 'sizeBytes'>[]
  /** Ascending; the last one is the newest checkpoint, which always stays. */
  readonly kept: readonly KeptCheckpoint[]
}

/**
 * The height from which on replays are possible once the oldest past is dropped until the rest takes at most `budgetBytes`: 0 is genesis,
 * else a kept checkpoint.
 */
export function chooseOldestBase({archive, kept}: History, budgetBytes: number): number {
  const sizeFrom = (base: number): number =>
    sum(archive.filter(({maxHeight}) => maxHeight > base).map(({sizeBytes}) => sizeBytes)) +
    sum(kept.slice(0, -1).flatMap(({height, ownBytes}) => (height >= base ? [ownBytes] : [])))
  const bases = [0, ...kept.map(({height}) => height)]
  return bases.find((base) => sizeFrom(base) <= budgetBytes) ?? bases.at(-1)!
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
