/** Shares and aggregates by purpose, height and subject. */

import type {NodeId} from '../../protocol/principal.js'
import type {Aggregate, Purpose, Share, Statement} from './statements.js'

export interface StatementEntry {
  readonly statement: Statement
  readonly shares: Map<NodeId, Share>
  aggregate: Aggregate | undefined
}

export class StatementTable {
  readonly #open = new Set<StatementEntry>()
  readonly #byPurpose = new Map<Purpose, Map<number, Map<string, StatementEntry>>>()

  find({purpose, height, subject}: Statement): StatementEntry | undefined {
    return this.#byPurpose.get(purpose)?.get(height)?.get(subject)
  }

  /** All that was said for the purpose about the height, in the order it was first heard. */
  listAt(purpose: Purpose, height: number): StatementEntry[] {
    return [...(this.#byPurpose.get(purpose)?.get(height)?.values() ?? [])]
  }

  /** The first aggregate about the height: the only one, where two would contradict each other. */
  findAggregate(purpose: Purpose, height: number): Aggregate | undefined {
    return this.listAt(purpose, height).find(({aggregate}) => aggregate)?.aggregate
  }

  /** True when `signer` already said something for the purpose about the height; with `subject`, exactly that. */
  hasShareOf(signer: NodeId, purpose: Purpose, height: number, subject?: string): boolean {
    return this.listAt(purpose, height).some(
      ({statement, shares}) => shares.has(signer) && (subject === undefined || statement.subject === subject),
    )
  }

  *listAll(): Generator<StatementEntry> {
    for (const heights of this.#byPurpose.values()) for (const subjects of heights.values()) yield* subjects.values()
  }

  removeBelow(height: number): void {
    for (const heights of this.#byPurpose.values()) for (const at of [...heights.keys()]) if (at < height) heights.delete(at)
    for (const entry of this.#open) if (entry.statement.height < height) this.#open.delete(entry)
  }

  #entry(statement: Statement): StatementEntry {
    const {purpose, height, subject} = statement
    const heights = getOrMake(this.#byPurpose, purpose, () => new Map<number, Map<string, StatementEntry>>())
    const subjects = getOrMake(heights, height, () => new Map<string, StatementEntry>())
    return getOrMake(subjects, subject, () => ({statement, shares: new Map(), aggregate: undefined}))
  }

  /** Entries with shares and no aggregate yet. */
  listOpen(): StatementEntry[] {
    return [...this.#open]
  }

  addShare(share: Share): void {
    const entry = this.#entry(share.statement)
    if (entry.aggregate) return
    entry.shares.set(share.signer, share)
    this.#open.add(entry)
  }

  addAggregate(aggregate: Aggregate): void {
    const entry = this.#entry(aggregate.statement)
    entry.aggregate ??= aggregate
    this.#open.delete(entry)
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
