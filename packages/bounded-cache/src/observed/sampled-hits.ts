import { bucketOf, DistanceHistogram } from './distance-histogram.ts'

/**
 * How much of the requests that the sample lacks are put down to chance, in standard deviations. With loops more would
 * be right, with popular keys less: found with the streams of `reuse-distances.test.ts`.
 */
const byChance = 1 / 2

/**
 * What share of all requests LRU would have served at any bound, by the distances of those that were sampled.
 *
 * By chance a sample has too many requests or too few. SHARDS-adj (Waldspurger et al., FAST 2015) takes
 * the difference for hits in the smallest cache, which it is where a key that is asked for all the time is sampled or is
 * not. Here that is what chance does not explain; the rest is a regression on the requests of each key (Cochran, Sampling
 * Techniques, ch. 7), which is right for loops too.
 */
export class SampledHits {
  readonly #histogram = new DistanceHistogram()
  /** The same, but each request counts for as many as its key had so far. */
  readonly #byUses = new DistanceHistogram()
  #total = 0

  /** The share of the requests of which no distance is known, 0…1. */
  get coldShare(): number {
    return this.#total === 0 ? 0 : Math.min(1, this.#histogram.endless / this.#total)
  }

  get byteLength(): number {
    return this.#histogram.byteLength + this.#byUses.byteLength
  }

  /**
   * Takes in a sampled request and those that passed since the last one, this one included: its distance, how many
   * there were for its key, and the share of the keys that is sampled.
   */
  count(distance: number, uses: number, rate: number, passed: number): void {
    this.#total += passed
    const bucket = bucketOf(distance)
    this.#histogram.add(bucket, 1 / rate)
    this.#byUses.add(bucket, uses / rate)
  }

  /** The share of the requests that LRU would have served, 0…1; 0 before the first. */
  ratioAt(bound: number, rate: number): number {
    if (this.#total === 0 || !(bound > 0)) return 0
    const hits = this.#histogram.upTo(bound) + this.#missedAt(bound, rate)
    return Math.min(1, Math.max(0, hits / this.#total))
  }

  /** The bounds at which the share rises. */
  bounds(): number[] {
    return this.#histogram.edges()
  }

  /** Lets what was count for less. */
  fade(share: number): void {
    this.#histogram.scale(share)
    this.#byUses.scale(share)
    this.#total *= share
  }

  clear(): void {
    this.#histogram.clear()
    this.#byUses.clear()
    this.#total = 0
  }

  /** The hits that the sample lacks at a bound; less than 0 where it has too many. */
  #missedAt(bound: number, rate: number): number {
    const missed = this.#total - this.#histogram.sum
    // Counted from 1 up, the requests of a key add up to half the square of their number, which chance goes by.
    const squares = (2 * this.#byUses.sum) / rate
    const explained = Math.min(missed, byChance * Math.sqrt(squares * (1 - rate)))
    return missed - explained + explained * (this.#byUses.upTo(bound) / this.#byUses.sum)
  }
}
