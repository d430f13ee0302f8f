import { Contest } from './contest.ts'

/** Recency must save so much of the misses, and be so sure to, in standard deviations. */
const leastSigma = 4
const leastGain = 0.05
const recency = 0
const cache = 1

/** The cache is not judged before so many requests for each key that a shadow holds: its entries change slowly. */
const settled = 2
/** Recency stays for so many requests for each such key, twice as long each time, up to this. */
const leastPause = 3
const mostPause = 300

/**
 * Holds the cache itself against the shadow of recency, and says when it serves less.
 *
 * A shadow shows what a rule makes of the requests that has been in force from the start. What it makes of entries that
 * another rule has left behind may be less, for as long as they are what it goes by, and no other shadow tells.
 */
export class Backstop {
  readonly #contest: Contest = new Contest(2, { leastSigma, leastGain })
  /** Requests that are not judged yet, and requests during which recency stays. */
  #settling = 0
  #resting = 0
  #pause = 0

  /** Whether recency is to stay in force for now. */
  get isResting(): boolean {
    return this.#resting > 0
  }

  /** Takes in one request of the sample: whether the shadow served it, and whether the cache did. */
  count(byRecency: boolean, byCache: boolean): void {
    if (this.#resting > 0) this.#resting--
    if (this.#settling > 0) this.#settling--
    else this.#contest.count((byRecency ? 1 << recency : 0) | (byCache ? 1 << cache : 0))
  }

  /** Whether the cache serves less than recency would. */
  get isWorse(): boolean {
    return this.#contest.best(cache) === recency
  }

  /** Another rule has taken over, by its own merit. */
  settle(held: number): void {
    this.#begin(held)
    this.#pause /= 2
  }

  /** Recency has taken over, since the cache served less. */
  rest(held: number): void {
    this.#begin(held)
    this.#pause = Math.min(mostPause, Math.max(leastPause, 2 * this.#pause))
    this.#resting = this.#pause * held
  }

  fade(share: number): void {
    this.#contest.fade(share)
  }

  #begin(held: number): void {
    this.#contest.clear()
    this.#settling = settled * held
  }
}
