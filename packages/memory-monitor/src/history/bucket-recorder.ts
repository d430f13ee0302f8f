import { levelRank, type PressureLevel } from '@cultus/core'
import { column } from './bucket-columns.ts'
import type { BucketRing } from './bucket-ring.ts'
import type { HistorySample } from './history-sample.ts'

/** What a sample adds over the one before it. */
export interface SampleStep {
  /** Milliseconds that count as time at `level`. */
  readonly elapsed: number
  /** The level of the sample before. */
  readonly level: PressureLevel
  readonly grownBytes: number
  readonly majors: number
  readonly forced: number
  /** Whether a collection has told what is live. */
  readonly liveKnown: boolean
}

/** The step of a first sample. */
const noStep: SampleStep = {
  elapsed: 0,
  level: 'normal',
  grownBytes: 0,
  majors: 0,
  forced: 0,
  liveKnown: false,
}

/** What a sample adds over the one before it; time that went back or stood long counts as none. */
export function stepBetween(
  previous: HistorySample | undefined,
  sample: HistorySample,
  { liveWasKnown, longestGap }: { readonly liveWasKnown: boolean; readonly longestGap: number },
): SampleStep {
  const liveKnown = liveWasKnown || tellsLive(sample)
  if (previous === undefined) return { ...noStep, liveKnown }
  const elapsed = sample.at - previous.at
  const changed = liveKnown && sample.liveBytes !== previous.liveBytes
  return {
    elapsed: elapsed >= 0 && elapsed <= longestGap ? elapsed : 0,
    level: previous.level,
    grownBytes: Math.max(0, sample.usedBytes - previous.usedBytes),
    majors: increase(previous.majors, sample.majors) ?? (changed ? 1 : 0),
    forced: increase(previous.forced, sample.forced) ?? 0,
    liveKnown,
  }
}

/** Until the first collection the monitor has nothing better to tell than what is used. */
function tellsLive({
  liveBytes,
  usedBytes,
  confidence,
  signal,
  majors,
  forced,
}: HistorySample): boolean {
  if (liveBytes < usedBytes || (majors ?? 0) > 0 || (forced ?? 0) > 0) return true
  return signal === 'heap' && confidence === 'confirmed'
}

/**
 * How far a count has risen, or `undefined` where it is not counted; a count that
 * fell has begun anew.
 */
function increase(before = Number.NaN, now = Number.NaN): number | undefined {
  const risen = now - before
  return Number.isFinite(risen) ? Math.max(0, risen) : undefined
}

/** Enters a sample into the bucket of its time. */
export function record(ring: BucketRing, sample: HistorySample, step: SampleStep): void {
  ring.open(sample.at)
  ring.add(column.samples, 1)
  ring.lower(column.ratioMin, sample.ratio)
  ring.raise(column.ratioMax, sample.ratio)
  ring.add(column.ratioSum, sample.ratio)
  ring.set(column.ratioLast, sample.ratio)
  ring.raise(column.upperMax, sample.upperRatio)
  ring.set(column.upperLast, sample.upperRatio)
  ring.raise(column.worstRank, levelRank(sample.level))
  if (step.liveKnown) {
    ring.raise(column.liveMax, sample.liveBytes)
    ring.add(column.liveSum, sample.liveBytes)
    ring.add(column.liveSamples, 1)
  }
  ring.raise(column.used, sample.usedBytes)
  ring.add(column.grown, step.grownBytes)
  ring.raise(column.rss, sample.rssBytes)
  ring.raise(column.external, sample.externalBytes)
  if (sample.containerBytes !== undefined && Number.isFinite(sample.containerBytes))
    ring.raise(column.container, sample.containerBytes)
  if (sample.gcShare !== undefined && Number.isFinite(sample.gcShare)) {
    ring.add(column.gcShareSum, sample.gcShare)
    ring.add(column.gcShareSamples, 1)
  }
  ring.add(column.majors, step.majors)
  ring.add(column.forced, step.forced)
  ring.add(column[step.level], step.elapsed)
}
