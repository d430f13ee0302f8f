import { levelRank, type PressureLevel } from '@cultus/core'
import fc from 'fast-check'
import {
  bucketWidths,
  type HistoryPoint,
  type HistoryResolution,
} from '../src/history/history-point.ts'
import type { HistorySample } from '../src/history/history-sample.ts'

/** A sample with everything that a test does not care about filled in. */
export function sampleAt(at: number, fields: Partial<HistorySample> = {}): HistorySample {
  return {
    at,
    level: 'normal',
    ratio: 0.2,
    upperRatio: 0.3,
    confidence: 'estimated',
    signal: 'heap',
    liveBytes: 20,
    usedBytes: 30,
    rssBytes: 100,
    externalBytes: 5,
    arrayBuffersBytes: 1,
    lateness: 0,
    ...fields,
  }
}

/** Milliseconds from one sample to the next: the usual, gaps, standing still and going back. */
export const anyStep: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(200, 1_000, 997) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 59_000, 3_600_000, 86_400_000) },
  { weight: 1, arbitrary: fc.integer({ min: -7_300_000, max: 0 }) },
)

/** What is measured, without its time. */
export const anyMeasures: fc.Arbitrary<Omit<HistorySample, 'at'>> = fc
  .record({
    level: fc.constantFrom<PressureLevel>('normal', 'warning', 'critical', 'emergency'),
    ratio: fc.double({ min: 0, max: 1.2, noNaN: true }),
    upperRatio: fc.double({ min: 0, max: 1.2, noNaN: true }),
    liveBytes: fc.nat(1_000),
    garbage: fc.nat(1_000),
    rssBytes: fc.nat(5_000),
    externalBytes: fc.nat(100),
    containerBytes: fc.option(fc.nat(100), { nil: undefined }),
    gcShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  })
  .map(({ garbage, containerBytes, gcShare, ...rest }) => ({
    ...rest,
    usedBytes: rest.liveBytes + garbage,
    confidence: 'estimated' as const,
    signal: 'heap' as const,
    arrayBuffersBytes: 0,
    lateness: 0,
    ...(containerBytes !== undefined && { containerBytes }),
    ...(gcShare !== undefined && { gcShare }),
  }))

interface Entry {
  readonly sample: HistorySample
  readonly previous: HistorySample | undefined
  readonly liveKnown: boolean
}

/** A history that keeps every sample and works everything out when it is asked. */
export class NaiveHistory {
  readonly #kept: Record<HistoryResolution, Entry[]> = { seconds: [], minutes: [], hours: [] }
  readonly #capacities: Readonly<Record<HistoryResolution, number>>
  readonly #longestGap: number
  #previous: HistorySample | undefined
  #liveKnown = false

  constructor(capacities: Readonly<Record<HistoryResolution, number>>, longestGap: number) {
    this.#capacities = capacities
    this.#longestGap = longestGap
  }

  push(sample: HistorySample): void {
    if (sample.liveBytes < sample.usedBytes) this.#liveKnown = true
    const entry = { sample, previous: this.#previous, liveKnown: this.#liveKnown }
    for (const resolution of ['seconds', 'minutes', 'hours'] as const) {
      const bucket = start(sample.at, resolution)
      const kept = this.#kept[resolution].filter(
        (one) => start(one.sample.at, resolution) <= bucket,
      )
      kept.push(entry)
      const starts = [...new Set(kept.map((one) => start(one.sample.at, resolution)))]
      const forgotten = starts.slice(0, -this.#capacities[resolution])
      this.#kept[resolution] = kept.filter(
        (one) => !forgotten.includes(start(one.sample.at, resolution)),
      )
    }
    this.#previous = sample
  }

  /** Every sample that a resolution still covers. */
  samples(resolution: HistoryResolution): readonly HistorySample[] {
    return this.#kept[resolution].map(({ sample }) => sample)
  }

  points(resolution: HistoryResolution): readonly HistoryPoint[] {
    const kept = this.#kept[resolution]
    const starts = [...new Set(kept.map((one) => start(one.sample.at, resolution)))]
    return starts.map((at) =>
      this.#point(
        at,
        kept.filter((one) => start(one.sample.at, resolution) === at),
      ),
    )
  }

  #point(at: number, entries: readonly Entry[]): HistoryPoint {
    const samples = entries.map(({ sample }) => sample)
    const ratios = samples.map(({ ratio }) => ratio)
    const live = entries.filter(({ liveKnown }) => liveKnown).map(({ sample }) => sample.liveBytes)
    const containers = samples.flatMap(({ containerBytes }) => containerBytes ?? [])
    const shares = samples.flatMap(({ gcShare }) => gcShare ?? [])
    const worst = samples.toSorted((a, b) => levelRank(b.level) - levelRank(a.level))[0]
    const time = { normal: 0, warning: 0, critical: 0, emergency: 0 }
    let grownBytes = 0
    let majors = 0
    for (const { sample, previous, liveKnown } of entries) {
      if (previous === undefined) continue
      const elapsed = sample.at - previous.at
      if (elapsed >= 0 && elapsed <= this.#longestGap) time[previous.level] += elapsed
      grownBytes += Math.max(0, sample.usedBytes - previous.usedBytes)
      if (liveKnown && sample.liveBytes !== previous.liveBytes) majors++
    }
    return {
      at,
      samples: samples.length,
      ratio: {
        min: Math.min(...ratios),
        max: Math.max(...ratios),
        mean: sum(ratios) / ratios.length,
        last: ratios.at(-1) ?? Number.NaN,
      },
      upperRatio: {
        max: Math.max(...samples.map(({ upperRatio }) => upperRatio)),
        last: samples.at(-1)?.upperRatio ?? Number.NaN,
      },
      worstLevel: worst?.level ?? 'normal',
      ...(live.length > 0 && {
        liveBytes: { max: Math.max(...live), mean: sum(live) / live.length },
      }),
      usedBytes: Math.max(...samples.map(({ usedBytes }) => usedBytes)),
      grownBytes,
      rssBytes: Math.max(...samples.map(({ rssBytes }) => rssBytes)),
      externalBytes: Math.max(...samples.map(({ externalBytes }) => externalBytes)),
      ...(containers.length > 0 && { containerBytes: Math.max(...containers) }),
      ...(shares.length > 0 && { gcShare: sum(shares) / shares.length }),
      majors,
      forced: 0,
      time,
    }
  }
}

/** When the bucket of a time begins. */
function start(at: number, resolution: HistoryResolution): number {
  return Math.floor(at / bucketWidths[resolution]) * bucketWidths[resolution]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
