import {
  type ElevatedLevel,
  elevatedLevels,
  invalidOption,
  numberOption,
  resolveLevelOptions,
} from '@cultus/core'
import { crowdedRatio } from '../gc-strain.ts'
import type { MemoryHistoryView } from '../history/memory-history.ts'
import { mebibytes } from '../signal.ts'
import { heapAdvice, smallestHeapBytes } from './heap-advice.ts'
import { summarise } from './load-summary.ts'
import type { HeapAdvice, LoadSummary, Recommendation, RecommendOptions } from './recommendation.ts'
import {
  adviseThresholds,
  lateLevels,
  restingMargin,
  type ThresholdFacts,
} from './threshold-advice.ts'

const usualLeadTime: Readonly<Record<ElevatedLevel, number>> = {
  warning: 60_000,
  critical: 15_000,
  emergency: 5_000,
}
const longestLeadTime = 86_400_000

/** From so many collections over so much time a maximum seldom moves any more. */
const highConfidence = { majors: 20, span: 3_600_000 } as const
const fairConfidence = { majors: 5, span: 300_000 } as const

/** A service that collects more than this is short of room, whatever its live bytes. */
const busyShare = 0.1
/** What is left of a container for what nobody has seen yet. */
const containerMargin = 0.1

/**
 * Proposes a heap size and thresholds by the load that a history has seen; pure.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function recommend(history: MemoryHistoryView, options: RecommendOptions): Recommendation {
  const { deathPointBytes, window = Number.POSITIVE_INFINITY, containerLimitBytes } = options
  if (!(deathPointBytes > 0 && deathPointBytes < Number.POSITIVE_INFINITY))
    throw invalidOption('deathPointBytes', 'be a positive number of bytes', deathPointBytes)
  if (!(window > 0)) throw invalidOption('window', 'be a positive number of milliseconds', window)
  if (containerLimitBytes !== undefined && !(containerLimitBytes > 0))
    throw invalidOption('containerLimitBytes', 'be a positive number of bytes', containerLimitBytes)
  const { thresholds: present, hysteresis } = resolveLevelOptions({
    // What is in force was looked through when the monitor was made.
    restingRatio: 0,
    ...(options.thresholds !== undefined && { thresholds: options.thresholds }),
    ...(options.hysteresis !== undefined && { hysteresis: options.hysteresis }),
  })
  const leadTime = resolveLeadTime(options.leadTime)
  const load = summarise(history, window)
  if (load === undefined) {
    const reason = 'no major collection was seen yet, so that nobody knows what is live'
    return { confidence: 'none', reasons: [reason] }
  }
  const smallestBytes = smallestHeapBytes(load)
  const usable = Math.max(restingMargin, present.warning - hysteresis - restingMargin)
  const smallest = heapAdvice(smallestBytes, load)
  const advised = heapAdvice(Math.max(smallestBytes, load.liveRestingBytes / usable), load)
  const facts: ThresholdFacts = {
    restingRatio: load.restingRatio,
    hysteresis,
    growthPerSecond: load.growthPerSecond / deathPointBytes,
    leadTime,
  }
  const thresholds = adviseThresholds(facts)
  return {
    confidence: confidenceIn(load),
    heap: { smallest, advised },
    ...(thresholds !== undefined && { thresholds }),
    reasons: [
      ...heapReasons(load, smallest, advised),
      ...thresholdReasons(thresholds, facts, advised),
      ...warnings(load, deathPointBytes, advised, containerLimitBytes),
    ],
    load,
  }
}

function resolveLeadTime(
  given: RecommendOptions['leadTime'] = {},
): Readonly<Record<ElevatedLevel, number>> {
  const time = (level: ElevatedLevel): number =>
    numberOption(`leadTime.${level}`, given[level] ?? usualLeadTime[level], 0, longestLeadTime)
  return { warning: time('warning'), critical: time('critical'), emergency: time('emergency') }
}

function confidenceIn({ majors, span, rising, stale }: LoadSummary): Recommendation['confidence'] {
  if (rising || stale) return 'low'
  if (majors >= highConfidence.majors && span >= highConfidence.span) return 'high'
  return majors >= fairConfidence.majors && span >= fairConfidence.span ? 'fair' : 'low'
}

function heapReasons(
  load: LoadSummary,
  smallest: HeapAdvice,
  advised: HeapAdvice,
): readonly string[] {
  const { livePeakBytes, liveRestingBytes, promotedPerSecond, majors, span } = load
  return [
    `${mebibytes(livePeakBytes)} were live at the most, in ${majors} major collections over ` +
      `${Math.round(span / 1_000)} s; V8 needs room over that for ${mebibytes(promotedPerSecond)} ` +
      `that come into the old generation each second: ${smallest.mebibytes} MiB are the least`,
    `in ${advised.mebibytes} MiB the ${mebibytes(liveRestingBytes)} that are live at rest stay at ` +
      `${percent(advised.restingRatio)}, under the mark at which \`warning\` is left`,
  ]
}

function thresholdReasons(
  thresholds: Recommendation['thresholds'],
  facts: ThresholdFacts,
  advised: HeapAdvice,
): readonly string[] {
  const { restingRatio, hysteresis, leadTime } = facts
  if (thresholds === undefined) {
    return [
      `at ${percent(restingRatio)} at rest there is no room for three levels: take ${advised.flag}`,
    ]
  }
  const late = lateLevels(thresholds, facts)
  return [
    `\`warning\` at ${percent(thresholds.warning)} is left at ` +
      `${percent(thresholds.warning - hysteresis)}, over the ${percent(restingRatio)} in use at rest`,
    ...elevatedLevels
      .filter((level) => late.includes(level))
      .map(
        (level) =>
          `\`${level}\` cannot come ${leadTime[level] / 1_000} s before death at the fastest growth seen: ` +
          'the resting state leaves no room for a lower threshold',
      ),
  ]
}

function warnings(
  load: LoadSummary,
  deathPointBytes: number,
  advised: HeapAdvice,
  containerLimitBytes: number | undefined,
): readonly string[] {
  const { rising, restingRatio, gcShare = 0, outsideHeapBytes, liveRestingBytes } = load
  const reasons: string[] = []
  if (load.stale) {
    reasons.push(
      'no major collection came in the later half of the time: more may be live by now than was seen',
    )
  }
  if (rising)
    reasons.push('live bytes were rising all along: against a leak no heap is large enough')
  if (liveRestingBytes / deathPointBytes >= crowdedRatio) {
    reasons.push('V8 may give up at rest already: the heap is over 80 % full after a collection')
  }
  if (restingRatio > liveRestingBytes / deathPointBytes + 0.1) {
    reasons.push('the heap is not what is fullest: another size of it does not lower the level')
  }
  if (gcShare > busyShare) reasons.push(`${percent(gcShare)} of the time went into collecting`)
  const needed = advised.mebibytes * 2 ** 20 + outsideHeapBytes
  if (containerLimitBytes !== undefined && needed > (1 - containerMargin) * containerLimitBytes) {
    reasons.push(
      `with ${mebibytes(outsideHeapBytes)} outside the heap that size is too much for a container of ` +
        mebibytes(containerLimitBytes),
    )
  }
  return reasons
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
