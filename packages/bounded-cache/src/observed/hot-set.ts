/**
 * A key is hot from this many remembered requests on: one more than the two bits tell by which S3-FIFO knows what to
 * keep (Yang et al., SOSP 2023), so that nothing is hot for having been asked for twice in a row.
 */
const leastUses = 4

/** What share of the requests for hot keys were hits. */
export interface HotSetStats {
  /** 0…1; 0 before the first request for a hot key. */
  readonly hitRatio: number
  /** Requests of the sample for hot keys that this rests on; those that have faded count for less. */
  readonly requests: number
  /** The share of the sampled requests that were for hot keys, 0…1. */
  readonly share: number
}

/**
 * The hit ratio of the keys that are asked for again and again.
 *
 * What a cache misses for the first time it could not have had, and what is asked for once or twice is worth little. A
 * miss among the hot keys is one that a larger cache, a better policy or a longer time to live would save: a cache that is
 * large enough has a ratio near 1 here, whatever its hit ratio over all.
 */
export class HotSet {
  readonly #memory: number
  #requests = 0
  #hotRequests = 0
  #hotHits = 0

  /** After `memory` requests, all that was counted counts for half. */
  constructor(memory: number) {
    this.#memory = memory
  }

  /** Takes in a request of a sampled key; `uses` as `ReuseDistances.request` tells them. */
  request(uses: number, isHit: boolean): void {
    if (this.#requests >= this.#memory) this.#fade()
    this.#requests++
    if (uses < leastUses) return
    this.#hotRequests++
    if (isHit) this.#hotHits++
  }

  stats(): HotSetStats {
    return {
      hitRatio: this.#hotRequests === 0 ? 0 : this.#hotHits / this.#hotRequests,
      requests: this.#hotRequests,
      share: this.#requests === 0 ? 0 : this.#hotRequests / this.#requests,
    }
  }

  clear(): void {
    this.#requests = 0
    this.#hotRequests = 0
    this.#hotHits = 0
  }

  #fade(): void {
    this.#requests /= 2
    this.#hotRequests /= 2
    this.#hotHits /= 2
  }
}
