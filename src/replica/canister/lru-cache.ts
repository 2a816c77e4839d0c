/** A map that forgets what has not been used for longest. */
export class LruCache<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  #newest: Key | undefined

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#entries.size
  }

  /** The value, which counts as used now. */
  find(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined && key !== this.#newest) this.set(key, value)
    return value
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#newest = key
    if (this.#entries.size > this.capacity) this.#entries.delete(this.#entries.keys().next().value!)
  }

  delete(key: Key): void {
    this.#entries.delete(key)
    if (key === this.#newest) this.#newest = undefined
  }

  clear(): void {
    this.#entries.clear()
    this.#newest = undefined
  }
}
