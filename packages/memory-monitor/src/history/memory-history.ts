import { invalidArgument, pressureLevels } from '@cultus/core'
import { bucketColumns, column } from './bucket-columns.ts'
import { highest, pointAt, typical, weight } from './bucket-reader.ts'
import { record, stepBetween } from './bucket-recorder.ts'
import { BucketRing } from './bucket-ring.ts'
import {
  bucketsToJson,
  checkHistoryJson,
  type HistoryJson,
  historyFormat,
  historyVersion,
} from './history-json.ts'
import { type HistoryOptions, resolveHistoryOptions } from './history-options.ts'
import {
  bucketWidths,
  type HistoryField,
  type HistoryPoint,
  type HistoryResolution,
  historyResolutions,
  type LevelTimes,
} from './history-point.ts'
import { checkSample, type HistorySample } from './history-sample.ts'
import { type Weighted, weightedPercentiles } from './percentile.ts'
import { SampleRing } from './sample-ring.ts'
import { type HistoryTrend, trendOf } from './trend.ts'

/** A stretch of time, in milliseconds since 1970; both ends are part of it. */
export interface HistoryRange {
  /** @defaultValue as far back as is known */
  readonly since?: number
  /** @defaultValue up to the last sample */
  readonly until?: number
}

/**
 * What can be read from a history. A window is a number of milliseconds back from the last sample.
 */
export interface MemoryHistoryView {
  /** The last sample, as it came. */
  readonly latest: HistorySample | undefined
  /** Bytes of memory that the buckets take, however much was measured. */
  readonly byteLength: number
  /** The last samples as they came, oldest first; a copy. */
  samples(): readonly HistorySample[]
  /** The seconds, minutes or hours in which something was measured, oldest first. */
  points(resolution: HistoryResolution, range?: HistoryRange): readonly HistoryPoint[]
  /** Percentiles of a field, one for each share; empty where it was never measured. */
  percentiles(shares: readonly number[], window?: number, field?: HistoryField): readonly number[]
  /** Where a field is heading. */
  trend(window?: number, field?: HistoryField): HistoryTrend
  /** Milliseconds spent at each level. */
  timeAtLevels(window?: number): LevelTimes
  /** Everything but the raw samples, for `MemoryHistory.fromJSON`. */
  toJSON(): HistoryJson
}

/**
 * The past of a process in seconds, minutes and hours, in memory that is taken once.
 *
 * Times are those of the samples. Where nothing was measured there is no bucket; when the clock is
 * set back, what it had stamped with later times is forgotten.
 */
export class MemoryHistory implements MemoryHistoryView {
  readonly #rings: Readonly<Record<HistoryResolution, BucketRing>>
  readonly #samples: SampleRing<HistorySample>
  readonly #longestGap: number
  #liveKnown = false

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: HistoryOptions = {}) {
    const { samples, seconds, minutes, hours, longestGap } = resolveHistoryOptions(options)
    this.#rings = {
      seconds: new BucketRing(bucketWidths.seconds, seconds),
      minutes: new BucketRing(bucketWidths.minutes, minutes),
      hours: new BucketRing(bucketWidths.hours, hours),
    }
    this.#samples = new SampleRing(samples)
    this.#longestGap = longestGap
  }

  /**
   * A history as it was when `toJSON` was called, with room for as much as it had; its
   * raw samples are gone.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for anything else than such a history;
   * `CULTUS_INVALID_OPTION` for a capacity out of bounds.
   */
  static fromJSON(value: unknown): MemoryHistory {
    const json = checkHistoryJson(value)
    const history = new MemoryHistory({
      seconds: json.seconds.capacity,
      minutes: json.minutes.capacity,
      hours: json.hours.capacity,
    })
    for (const resolution of historyResolutions) {
      const { columns, forgot } = json[resolution]
      const ring = history.#rings[resolution]
      for (const index of columns['at']?.keys() ?? [])
        ring.append((offset) => columns[bucketColumns[offset] ?? '']?.[index] ?? Number.NaN)
      if (forgot) ring.markForgot()
    }
    return history
  }

  get latest(): HistorySample | undefined {
    return this.#samples.latest
  }

  get byteLength(): number {
    const { seconds, minutes, hours } = this.#rings
    return seconds.byteLength + minutes.byteLength + hours.byteLength
  }

  /**
   * Takes in one sample.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for one without a time or with a measure that is
   * not finite; the history is as it was.
   */
  push(sample: HistorySample): void {
    checkSample(sample)
    const step = stepBetween(this.latest, sample, {
      liveWasKnown: this.#liveKnown,
      longestGap: this.#longestGap,
    })
    this.#liveKnown = step.liveKnown
    this.#samples.push(sample)
    record(this.#rings.seconds, sample, step)
    record(this.#rings.minutes, sample, step)
    record(this.#rings.hours, sample, step)
  }

  samples(): readonly HistorySample[] {
    return this.#samples.toArray()
  }

  /** @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown resolution. */
  points(resolution: HistoryResolution, range: HistoryRange = {}): readonly HistoryPoint[] {
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = range
    if (!historyResolutions.includes(resolution))
      throw invalidArgument('resolution', `be one of ${historyResolutions.join(', ')}`, resolution)
    const ring = this.#rings[resolution]
    const points: HistoryPoint[] = []
    for (let index = firstEndingAfter(ring, since); index < ring.size; index++) {
      if (ring.get(index, column.at) > until) break
      points.push(pointAt(ring, index))
    }
    return points
  }

  /**
   * Taken from the finest buckets that reach back as far as the window. A bucket counts with
   * the most that was measured in it, so that a percentile is never less than that of the
   * samples themselves.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a share outside of 0…1 or a window
   * that is not positive.
   */
  percentiles(
    shares: readonly number[],
    window: number = Number.POSITIVE_INFINITY,
    field: HistoryField = 'ratio',
  ): readonly number[] {
    for (const share of shares) {
      if (!(share >= 0 && share <= 1)) throw invalidArgument('shares', 'lie in 0…1', share)
    }
    const values: Weighted[] = []
    this.#eachIn(window, (ring, index) => {
      values.push({ value: highest(ring, index, field), weight: weight(ring, index, field) })
    })
    return weightedPercentiles(shares, values)
  }

  /** @throws CultusError `CULTUS_INVALID_ARGUMENT` for a window that is not positive. */
  trend(window: number = 3_600_000, field: HistoryField = 'liveBytes'): HistoryTrend {
    const series: { readonly at: number; readonly value: number }[] = []
    this.#eachIn(window, (ring, index) => {
      const value = typical(ring, index, field)
      if (!Number.isNaN(value)) series.push({ at: ring.get(index, column.at), value })
    })
    return trendOf(series)
  }

  /** @throws CultusError `CULTUS_INVALID_ARGUMENT` for a window that is not positive. */
  timeAtLevels(window: number = Number.POSITIVE_INFINITY): LevelTimes {
    const time = { normal: 0, warning: 0, critical: 0, emergency: 0 }
    this.#eachIn(window, (ring, index) => {
      for (const level of pressureLevels) time[level] += ring.get(index, column[level])
    })
    return time
  }

  toJSON(): HistoryJson {
    return {
      format: historyFormat,
      version: historyVersion,
      seconds: bucketsToJson(this.#rings.seconds),
      minutes: bucketsToJson(this.#rings.minutes),
      hours: bucketsToJson(this.#rings.hours),
    }
  }

  /**
   * Calls back with each bucket that a window reaches into, of the finest resolution
   * that reaches so far.
   */
  #eachIn(window: number, visit: (ring: BucketRing, index: number) => void): void {
    if (!(window > 0))
      throw invalidArgument('window', 'be a positive number of milliseconds', window)
    const { seconds } = this.#rings
    const end =
      this.latest?.at ?? (seconds.size > 0 ? seconds.newest(column.at) + seconds.width : 0)
    const since = end - window
    const rings = historyResolutions.map((resolution) => this.#rings[resolution])
    const ring =
      rings.find((each) => !each.forgot || each.get(0, column.at) <= since) ?? this.#rings.hours
    for (let index = firstEndingAfter(ring, since); index < ring.size; index++) visit(ring, index)
  }
}

/** The first bucket that ends after a time. */
function firstEndingAfter(ring: BucketRing, since: number): number {
  let low = 0
  let high = ring.size
  while (low < high) {
    const middle = (low + high) >> 1
    if (ring.get(middle, column.at) + ring.width > since) high = middle
    else low = middle + 1
  }
  return low
}
