/**
 * What one more load counts for in the mean: the error of such a mean is √(α ÷ (2 − α)) of the spread of single
 * loads (Roberts, 1959), an eighth of it here, and what was 100 loads ago counts for a twentieth.
 */
const newShare = 1 / 32

/** Hits per byte and second: what a byte of the cache is worth to those who ask; 0 where there is nothing to divide by. */
export function hitDensity(hits: number, bytes: number, seconds: number): number {
  return bytes > 0 && seconds > 0 ? hits / bytes / seconds : 0
}

/**
 * By how many points of a hundred a hit ratio is below that which LRU would have had; 0 when it is above.
 *
 * An estimate, as the curve is from which LRU's comes; both must be of the same requests, or about the same time.
 */
export function regret(hitRatio: number, lruHitRatio: number): number {
  return Math.max(0, (lruHitRatio - hitRatio) * 100)
}

/** What it costs to make a byte again, from the loads that were seen. */
export class RebuildCost {
  /** Means of one load, of which the first loads count for more, so that nothing is drawn towards 0. */
  #milliseconds = 0
  #bytes = 0
  #loads = 0

  /** Takes in a load that was kept: how long it took, and what its entry is charged with. */
  loaded(milliseconds: number, bytes: number): void {
    // A clock that was set tells nothing.
    if (!(milliseconds >= 0 && milliseconds < Number.POSITIVE_INFINITY && bytes > 0)) return
    this.#loads++
    const share = Math.max(newShare, 1 / this.#loads)
    this.#milliseconds += share * (milliseconds - this.#milliseconds)
    this.#bytes += share * (bytes - this.#bytes)
  }

  /** Milliseconds per byte; `undefined` before the first load. */
  get perByte(): number | undefined {
    return this.#loads === 0 ? undefined : this.#milliseconds / this.#bytes
  }
}
