import type { LevelReading } from '@cultus/core'
import { mebibytes } from '../signal.ts'
import type { PageMeasurement, ScriptHeap } from './sources.ts'

/** What decides how close the page is to its end. */
export type BrowserSignalName = 'js-heap' | 'page'

/** One signal of a page: where its used share of a death point lies now. */
export interface BrowserSignal {
  readonly name: BrowserSignalName
  /** The share as last confirmed, or the best estimate where nothing was. */
  readonly ratio: number
  /** The least it can be: what a level rises on. */
  readonly lower: number
  /** The most it can be: what a level falls on. */
  readonly upper: number
  readonly confidence: 'confirmed' | 'estimated'
  /** One sentence for people. */
  readonly reason: string
}

/** Every signal of a page as one reading. */
export interface PageReading extends LevelReading {
  /** The signal that decides. */
  readonly dominant: BrowserSignal
}

/** What limits the page, in bytes. */
export interface PageLimits {
  /** What the user allows the page; `undefined` where nothing was said. */
  readonly limitBytes: number | undefined
  readonly deviceBytes: number | undefined
}

/**
 * How far the bounds may lie apart, as a share of the death point, for the reading to
 * count as confirmed.
 */
const estimateBand = 0.05

/**
 * The share of the device's memory that counts as the end of a page where nothing else tells it: a
 * guess, which is why it raises no level above `warning`.
 */
const deviceShare = 0.5

/**
 * Keeps what is known of the page's memory between two measurements, and turns it into signals.
 *
 * A measurement is the truth of its moment. Since then the page holds at most what the script
 * heap grew by more.
 */
export class PageMemory {
  readonly #limits: PageLimits
  #heap: ScriptHeap | undefined
  #measured: PageMeasurement | undefined
  /**
   * The script heap in use when it was measured, or the least since: what was garbage
   * then is garbage now.
   */
  #usedThen: number | undefined

  constructor(limits: PageLimits) {
    this.#limits = limits
  }

  get heap(): ScriptHeap | undefined {
    return this.#heap
  }

  get measured(): PageMeasurement | undefined {
    return this.#measured
  }

  /**
   * Takes in the script heap as it is now.
   *
   * @throws RangeError for what cannot be a number of bytes; what was known stays.
   */
  observe(heap: ScriptHeap | undefined): void {
    if (heap !== undefined) {
      const usedBytes = asBytes(heap.usedBytes)
      asBytes(heap.limitBytes)
      this.#usedThen = Math.min(this.#usedThen ?? usedBytes, usedBytes)
    }
    this.#heap = heap
  }

  /**
   * Takes in a measurement, and the script heap right after it.
   *
   * @throws RangeError for what cannot be a number of bytes; what was known stays.
   */
  confirm(measured: PageMeasurement, heap: ScriptHeap | undefined): void {
    asBytes(measured.totalBytes)
    asBytes(measured.scriptBytes)
    this.observe(heap)
    this.#measured = measured
    this.#usedThen = heap?.usedBytes
  }

  /**
   * What the page says now, or `undefined` where nothing is known of its end. What a signal can be
   * at the most decides only up to `unconfirmedCap`, the ratio just under `critical`.
   */
  reading(unconfirmedCap: number): PageReading | undefined {
    const signals = [this.#scriptSignal(), this.#pageSignal()].filter((each) => each !== undefined)
    const weight = ({ lower, upper }: BrowserSignal): number =>
      Math.max(lower, Math.min(upper, unconfirmedCap))
    const [dominant] = [...signals].sort((one, other) => weight(other) - weight(one))
    if (dominant === undefined) return undefined
    const lower = Math.max(...signals.map((each) => each.lower))
    const upper = Math.max(...signals.map((each) => each.upper))
    return { lower, upper, dominant }
  }

  /**
   * The most that the script heap can be as a share of its limit, all garbage included; 0
   * where it is not told.
   */
  get rawRatio(): number {
    return this.#heap === undefined ? 0 : this.#heap.usedBytes / this.#heap.limitBytes
  }

  #scriptSignal(): BrowserSignal | undefined {
    if (this.#heap === undefined) return undefined
    const { usedBytes, limitBytes } = this.#heap
    const live = this.#measured && Math.min(this.#measured.scriptBytes, usedBytes)
    const most = live === undefined ? usedBytes : Math.min(usedBytes, live + this.#grown)
    return signal('js-heap', live, most, limitBytes, 'the script heap')
  }

  #pageSignal(): BrowserSignal | undefined {
    const { limitBytes, deviceBytes } = this.#limits
    const live = this.#measured?.totalBytes
    const most = live === undefined ? this.#heap?.usedBytes : live + this.#grown
    if (most === undefined) return undefined
    if (limitBytes !== undefined) return signal('page', live, most, limitBytes, 'the page')
    // The engine's own limit is a fact; that of the device is a guess, used where there is no fact.
    if (this.#heap !== undefined || deviceBytes === undefined) return undefined
    return signal('page', undefined, most, deviceBytes * deviceShare, 'the page')
  }

  get #grown(): number {
    return Math.max(0, (this.#heap?.usedBytes ?? 0) - (this.#usedThen ?? 0))
  }
}

/** A signal with `live` bytes known, or none, and `most` possible. */
function signal(
  name: BrowserSignalName,
  live: number | undefined,
  most: number,
  limitBytes: number,
  whose: string,
): BrowserSignal {
  const upper = most / limitBytes
  const ratio = live === undefined ? upper : live / limitBytes
  return {
    name,
    ratio,
    lower: live === undefined ? 0 : ratio,
    upper,
    confidence: live !== undefined && upper - ratio < estimateBand ? 'confirmed' : 'estimated',
    reason: `${whose} holds ${live === undefined ? 'up to ' : ''}${mebibytes(live ?? most)} of ${mebibytes(limitBytes)}`,
  }
}

function asBytes(value: number): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value
  throw new RangeError('not a measurement')
}
