/** The share of the capacity by which the window changes at first. */
const stepShare = 0.0625
const stepDecay = 0.98
/** A change of the hit ratio by as much begins the climb anew, with full steps. */
const restartThreshold = 0.05
const requestsPerEntry = 10

/**
 * Tells after each sample of requests how much larger or smaller the window should be: on in the same direction for
 * as long as the hit ratio does not fall, by steps that shrink.
 */
export class HillClimber {
  readonly #sample: number
  readonly #fullStep: number
  #step: number
  #requests = 0
  #hits = 0
  #previous = 0

  constructor(entries: number, capacity: number) {
    this.#sample = requestsPerEntry * entries
    this.#fullStep = stepShare * capacity
    this.#step = -this.#fullStep
  }

  /** Counts a request, and returns the whole number by which the window should grow: mostly 0. */
  record(hit: boolean): number {
    this.#requests += 1
    if (hit) this.#hits += 1
    if (this.#requests < this.#sample) return 0
    const ratio = this.#hits / this.#requests
    const change = ratio - this.#previous
    const amount = change >= 0 ? this.#step : -this.#step
    const restart = Math.abs(change) >= restartThreshold
    this.#step = restart ? this.#fullStep * Math.sign(amount) : stepDecay * amount
    this.#previous = ratio
    this.#requests = 0
    this.#hits = 0
    return Math.round(amount)
  }
}
