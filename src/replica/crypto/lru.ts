/** A map that forgets what was not used for longest. Holds derived values only, so that forgetting never changes a result. */

export class LruCache<V> {
  readonly #entries = new Map<string, V>()
  readonly #capacity: number
  readonly #dispose: (value: V) => void

  constructor(capacity: number, dispose: (value: V) => void = () => {}) {
    this.#capacity = capacity
    this.#dispose = dispose
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value of a key, made now when it is not there. */
  getOrMake(key: string, make: () => V): V {
    const known = this.#entries.get(key)
    const value = known === undefined ? make() : known
    if (known !== undefined) this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#capacity) this.#evictOldest()
    return value
  }

  #evictOldest(): void {
    const [key, value] = this.#entries.entries().next().value!
    this.#entries.delete(key)
    this.#dispose(value)
  }
}
