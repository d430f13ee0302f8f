const leastWindow = 0.005
const mostWindow = 0.8

/** The hit ratio has another workload when it changes by so much: Einziger et al., 2018, as the first step is. */
const restart = 0.05
const firstStep = 0.0625
/** Where nothing is better near by it looks twice as far each time, up to so many times as far. */
const mostReach = 8
const littleToLose = 0.05
/** Samples without a step after one that was in vain, twice as many each time, up to this. */
const mostRest = 31

/**
 * Looks for the share of new entries that brings most hits, one sample of the requests after the other.
 *
 * It goes on in one direction until hits are fewer than the best it has seen on its way, by more than chance would have
 * it, and goes back to that. So it crosses where nothing changes, and loses no more than what cannot be told from chance.
 */
export class WindowClimber {
  #window: number
  #direction: 1 | -1 = 1
  #reach = 1
  /** The last hit ratio, where it has not moved since. */
  #before: number | undefined
  /** The hit ratio of the best window since it last turned back, and that window. */
  #best: number | undefined
  #bestWindow: number
  #rest = 0
  #waiting = 0

  constructor(window: number) {
    this.#window = window
    this.#bestWindow = window
  }

  /** Takes in the hits of a sample, and returns the window for the next one. */
  next(hits: number, requests: number): number {
    const ratio = hits / requests
    // Only where it stood still: what changes as it moves is what it looks for.
    if (this.#before !== undefined && Math.abs(ratio - this.#before) >= restart) {
      this.#reach = 1
      this.#rest = 0
      this.#waiting = 0
    }
    const from = this.#window
    this.#judge(ratio, Math.sqrt((2 * ratio * (1 - ratio)) / requests))
    this.#before = this.#window === from ? ratio : undefined
    return this.#window
  }

  /** `chance` is the standard deviation of the difference of two samples. */
  #judge(ratio: number, chance: number): void {
    if (this.#best !== undefined && ratio < this.#best - chance) {
      this.#turnBack()
      return
    }
    if (this.#best !== undefined && ratio > this.#best + chance) {
      this.#reach = 1
      this.#rest = 0
    }
    if (this.#best === undefined || ratio >= this.#best) {
      this.#best = ratio
      this.#bestWindow = this.#window
    }
    if (--this.#waiting < 0) this.#move()
  }

  #turnBack(): void {
    this.#window = this.#bestWindow
    this.#best = undefined
    this.#direction = this.#direction === 1 ? -1 : 1
    if (this.#rest > 0) this.#reach = this.#reach < mostReach ? 2 * this.#reach : 1
    this.#rest = Math.min(mostRest, 2 * this.#rest + 1)
    this.#waiting = this.#rest
  }

  #move(): void {
    // At an end there is but one way.
    if (this.#window >= mostWindow) this.#direction = -1
    if (this.#window <= leastWindow) this.#direction = 1
    // The less there is to lose, the further it looks.
    const reach = (this.#best ?? 1) < littleToLose ? mostReach : this.#reach
    const window = this.#window + this.#direction * reach * firstStep
    this.#window = Math.min(mostWindow, Math.max(leastWindow, window))
  }
}
