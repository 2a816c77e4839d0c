/** A map that forgets what has not been used for longest, when all together weigh more than `capacity`. The last one set always stays. */
export class LruCache<Key, Value> {
  readonly #entries = new Map<Key, {readonly value: Value; readonly weight: number}>()
  #weight = 0
  #newest: Key | undefined

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#entries.size
  }

  /** The value, which counts as used now. */
  find(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry && key !== this.#newest) this.set(key, entry.value, entry.weight)
    return entry?.value
  }

  set(key: Key, value: Value, weight = 1): void {
    this.delete(key)
    this.#entries.set(key, {value, weight})
    this.#weight += weight
    this.#newest = key
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.capacity || oldest === key) return
      this.delete(oldest)
    }
  }

  delete(key: Key): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
    this.#weight = 0
    this.#newest = undefined
  }
}
