import type { ElevatedLevel } from '@cultus/core'
import type { Signal } from '../signal.ts'
import { type CeilingInterval, exactCeiling } from './ceiling.ts'
import { alarmHorizon, forecastSignal, isNearEnd } from './forecast-signal.ts'
import { Forecaster } from './forecaster.ts'
import type { MemoryForecast } from './memory-forecast.ts'

/** What is known at one moment of all that can end the process. */
export interface OutlookFacts {
  /** Milliseconds of a clock that does not jump. */
  readonly now: number
  /** Wall-clock time in milliseconds since 1970. */
  readonly date: number
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
  readonly heap: {
    /** Live share of the death point as last confirmed, and when that was. */
    readonly ratio: number
    readonly confirmedAt: number
    /** Used share of the death point, garbage included. */
    readonly upper: number
    readonly ceiling: CeilingInterval
  }
  /** Used share of the limit of the container, where there is one. */
  readonly container?: number | undefined
}

/**
 * How long what a proof took off counts, in milliseconds. V8 leaves about as much lying each time,
 * for what is allocated while it marks survives.
 */
const litterHeldFor = 10_000

/** Follows every signal that can end the process, and tells which will do so first. */
export class Outlook {
  readonly #heap = new Forecaster('heap')
  readonly #container = new Forecaster('container')
  #confirmedAt = Number.NEGATIVE_INFINITY
  #confirmed = 0
  #forecast: MemoryForecast | undefined
  #ofHeap: MemoryForecast | undefined
  #signal: Signal | undefined
  #held = false
  /** The share that raised an alarm which waits for its proof. */
  #alarmedBy: number | undefined
  #litter = 0
  #litterAt = Number.NEGATIVE_INFINITY

  /** The forecast of the last moment that was observed. */
  get forecast(): MemoryForecast | undefined {
    return this.#forecast
  }

  /** The signal of a forecast that ends in death shortly. */
  get signal(): Signal | undefined {
    return this.#signal
  }

  /**
   * Whether a collection now would tell more: an alarm has just come up, which what V8 left lying
   * may have made, or by its trend the heap is near its end and what is confirmed lies behind.
   */
  get wantsProof(): boolean {
    if (this.#signal !== undefined) return this.#alarmedBy !== undefined
    if (this.#ofHeap === undefined) return false
    const { projected, earliestCeiling, untilCeiling } = this.#ofHeap
    return isNearEnd(projected, earliestCeiling) && untilCeiling <= alarmHorizon
  }

  /** Takes in the live share of the heap as a collection has confirmed it. */
  note({ ratio, confirmedAt }: Pick<OutlookFacts['heap'], 'ratio' | 'confirmedAt'>): void {
    // Between two collections nothing new is known of what is live.
    if (confirmedAt === this.#confirmedAt && ratio === this.#confirmed) return
    this.#confirmedAt = confirmedAt
    this.#confirmed = ratio
    this.#heap.observe(ratio, confirmedAt)
  }

  /**
   * Takes in what is known now, and looks ahead; `proof` tells that a collection was forced for it.
   */
  observe({ now, date, thresholds, heap, container }: OutlookFacts, proof = false): void {
    this.note(heap)
    const { upper, ceiling } = heap
    this.#ofHeap = this.#heap.forecast({ now, date, thresholds, upper, ceiling })
    const forecasts = [this.#ofHeap]
    if (container === undefined) this.#container.clear()
    else {
      // A collection of the heap tells nothing new of it.
      if (!proof) this.#container.observe(container, now)
      const facts = { now, date, thresholds, upper: container, ceiling: exactCeiling }
      forecasts.push(this.#container.forecast(facts))
    }
    this.#forecast = soonest(forecasts)
    // What has come up in this very measurement has raised nothing yet.
    if (!proof) this.#held = this.#signal !== undefined
    // What ends first may be too far from its end to count, and must not hide what is near.
    const alarms = forecasts.map((each) => each && this.#alarm(each, now, thresholds))
    this.#signal = alarms.find((each) => each !== undefined)
    if (proof && this.#alarmedBy !== undefined && this.#signal === undefined) {
      this.#litter = Math.max(0, this.#alarmedBy - heap.ratio)
      this.#litterAt = now
    }
    // An alarm that comes up while the monitor may not collect waits for its proof until it may.
    const unproven = !proof && (!this.#held || this.#alarmedBy !== undefined)
    this.#alarmedBy = unproven && this.#signal?.of === 'heap' ? this.#ofHeap?.ratio : undefined
  }

  #alarm(
    forecast: MemoryForecast,
    now: number,
    thresholds: OutlookFacts['thresholds'],
  ): Signal | undefined {
    const known = forecast.signal === 'heap' && Math.abs(now - this.#litterAt) < litterHeldFor
    const ratio = known ? Math.max(0, forecast.ratio - this.#litter) : forecast.ratio
    return forecastSignal({ ...forecast, ratio }, thresholds, alarmHorizon, this.#held)
  }
}

function soonest(forecasts: readonly (MemoryForecast | undefined)[]): MemoryForecast | undefined {
  let first: MemoryForecast | undefined
  for (const each of forecasts)
    if (each !== undefined && (first === undefined || each.untilCeiling < first.untilCeiling))
      first = each
  return first
}
