import { performance } from 'node:perf_hooks'

/** The longest time a pacer makes up for at once, in milliseconds: work that a pause held up does not all come back. */
const longestCatchUp = 250

/** Turns a rate into amounts: what is due since the last time, after pauses too. */
export class Pacer {
  readonly #perMillisecond: number
  #last: number = performance.now()

  constructor(perSecond: number) {
    this.#perMillisecond = perSecond / 1000
  }

  /** What is due now, in the units of the rate. */
  due(): number {
    const now = performance.now()
    const passed = Math.min(longestCatchUp, now - this.#last)
    this.#last = now
    return passed * this.#perMillisecond
  }
}
