/** A hash is the whole key as JSON: a long one is not worth its bytes. */
const longestHash = 256

/** Which queries were evicted not long ago: one that is fetched again so soon should not have gone. */
export class RecentlyEvicted {
  readonly #most: number
  readonly #window: number
  /** Oldest first. */
  readonly #evictedAt = new Map<string, number>()

  /**
   * @param most how many it remembers.
   * @param window for how many milliseconds.
   */
  constructor(most: number, window: number) {
    this.#most = most
    this.#window = window
  }

  add(queryHash: string, now: number): void {
    if (this.#window === 0 || queryHash.length > longestHash) return
    this.#evictedAt.delete(queryHash)
    this.#evictedAt.set(queryHash, now)
    if (this.#evictedAt.size <= this.#most) return
    for (const oldest of this.#evictedAt.keys()) {
      this.#evictedAt.delete(oldest)
      return
    }
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
