/** A hash is the whole key as JSON: a long one is not worth its bytes. */
const longestHash = 256

/** Which queries were evicted not long ago: one that is fetched again so soon should not have gone. */
export class RecentlyEvicted {
  readonly #window: number
  readonly #evictedAt = new Map<string, number>()
  /** The same in the order they went, in a ring: the front of a Map that is always cut is slow to find. */
  readonly #ring: (string | undefined)[]
  #next = 0

  /**
   * @param most how many it remembers.
   * @param window for how many milliseconds.
   */
  constructor(most: number, window: number) {
    this.#window = window
    this.#ring = Array.from({ length: most }, () => undefined)
  }

  add(queryHash: string, now: number): void {
    if (this.#window === 0 || queryHash.length > longestHash) return
    const oldest = this.#ring[this.#next]
    // One that was taken and evicted again has a later place, and loses a little of its time here.
    if (oldest !== undefined) this.#evictedAt.delete(oldest)
    this.#ring[this.#next] = queryHash
    this.#next = (this.#next + 1) % this.#ring.length
    this.#evictedAt.set(queryHash, now)
  }

  /** Whether it was evicted within the window; it is forgotten with that. */
  take(queryHash: string, now: () => number): boolean {
    if (this.#evictedAt.size === 0) return false
    const evictedAt = this.#evictedAt.get(queryHash)
    if (evictedAt === undefined) return false
    this.#evictedAt.delete(queryHash)
    return now() - evictedAt <= this.#window
  }
}
