import { HotSet } from './hot-set.ts'
import { ReuseDistances } from './reuse-distances.ts'

/** Requests of the sample after which all that was counted counts for half: ten for each of its 1,024 keys. */
const memory = 10_240

/**
 * What a cache learns from the requests of a sample of its keys.
 *
 * New entries are hashed and told of; hits only of entries that were found to be sampled, which whoever holds them marks.
 * Each answer is whether the mark is to stay.
 */
export class RequestSample {
  readonly distances: ReuseDistances
  readonly hotSet: HotSet = new HotSet(memory)
  readonly #told: () => number
  /** Requests that were left out. */
  #missed = 0
  #pausedAt: number | undefined

  /**
   * `requests` is how many hits and new entries there were so far, the one that is being told included; `reach` as in
   * `ReuseDistancesOptions`.
   */
  constructor(reach: number, requests: () => number) {
    this.distances = new ReuseDistances({ reach, memory })
    this.#told = requests
  }

  /** Hits are not told of from now on until an entry comes in. */
  pause(): void {
    this.#pausedAt ??= this.#told()
  }

  /** An entry came in whose key was not held. */
  entered(hash: number, weight: number): boolean {
    if (this.#pausedAt !== undefined) this.#resume(this.#pausedAt)
    return this.#request(hash, weight, false)
  }

  /** An entry was found. */
  used(hash: number, weight: number): boolean {
    return this.#request(hash, weight, true)
  }

  /** An entry that was held was set anew. */
  overwritten(hash: number, weight: number): boolean {
    this.distances.overwritten(hash, weight)
    return this.distances.sampled(hash)
  }

  /** An entry was deleted or expired; not that it was evicted. */
  invalidated(hash: number): void {
    this.distances.invalidated(hash)
  }

  clear(): void {
    this.distances.clear(this.#requests())
    this.hotSet.clear()
  }

  #requests(): number {
    return this.#told() - this.#missed
  }

  #resume(pausedAt: number): void {
    this.#missed += this.#told() - pausedAt
    this.#pausedAt = undefined
  }

  #request(hash: number, weight: number, isHit: boolean): boolean {
    const uses = this.distances.request(hash, weight, this.#requests())
    if (uses === 0) return false
    this.hotSet.request(uses, isHit)
    return true
  }
}
