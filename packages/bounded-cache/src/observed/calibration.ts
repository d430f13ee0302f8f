import { invalidArgument } from '@cultus/core'

/** The estimates must differ by this share of their mean: the slope through what lies closer together is noise. */
const leastSpread = 0.1

/**
 * How many bytes of the heap an estimated byte is, from pairs that the user measured.
 *
 * The slope of the least-squares line through the pairs, so that what else lies on the heap does not matter as long as it
 * stays the same. Sums are kept about their means (Welford, 1962): squares of bytes would lose what tells them apart.
 */
export class Calibration {
  #pairs = 0
  #meanEstimated = 0
  #meanMeasured = 0
  #spread = 0
  #joint = 0

  /**
   * Takes in what the cache estimated at some moment, and the heap in use at that moment, after a collection; in bytes.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT`
   */
  add(estimated: number, measured: number): void {
    checkBytes('estimated', estimated)
    checkBytes('measured', measured)
    this.#pairs++
    const off = estimated - this.#meanEstimated
    this.#meanEstimated += off / this.#pairs
    this.#meanMeasured += (measured - this.#meanMeasured) / this.#pairs
    this.#spread += off * (estimated - this.#meanEstimated)
    this.#joint += off * (measured - this.#meanMeasured)
  }

  /**
   * Heap bytes per estimated byte; `undefined` while the estimates are too much alike to tell, or when the heap did not
   * grow with them.
   */
  get factor(): number | undefined {
    if (this.#pairs < 2) return undefined
    if (Math.sqrt(this.#spread / this.#pairs) < leastSpread * this.#meanEstimated) return undefined
    const factor = this.#joint / this.#spread
    return factor > 0 ? factor : undefined
  }
}

function checkBytes(name: string, bytes: number): void {
  if (typeof bytes === 'number' && bytes >= 0 && bytes < Number.POSITIVE_INFINITY) return
  throw invalidArgument(name, 'be a number of bytes', bytes)
}
