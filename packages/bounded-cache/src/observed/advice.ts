import { type ByteSize, invalidOption, parseBytes } from '@cultus/core'
import { bytesText, percentText, roundedUp } from './advice-text.ts'

/** What is known of other bounds, as `ReuseDistances` tells it. */
export interface ReuseCurve {
  hitRatioAt(bound: number): number
  readonly sampledRequests: number
  readonly covered: number
  readonly coldShare: number
}

/** What is known of the bound in force; the counts are of about the time that the curve remembers. */
export interface AdviceFacts {
  /** What the bound and the curve are in. */
  readonly unit: 'bytes' | 'entries'
  /** The configured bound. */
  readonly bound: number
  readonly hits: number
  readonly misses: number
  /** Entries that came in under a key that was not held: the misses that the curve knows of. */
  readonly additions: number
  /** Bytes that an entry is charged with in the mean. */
  readonly meanBytes: number
  /** Milliseconds that it takes to make a byte again, where loads were measured. */
  readonly rebuildCost?: number | undefined
}

/** Settings for `recommend`. */
export interface RecommendOptions {
  /**
   * The largest bound that may be advised: bytes such as `'64MiB'`, or entries where only those are bounded.
   *
   * @defaultValue four times the bound in force
   */
  readonly most?: ByteSize
}

/** What a bound would come to. */
export interface BoundForecast {
  /** Bytes or entries. */
  readonly bound: number
  /** The hit ratio to be expected, 0…1. */
  readonly hitRatio: number
  /** Misses saved for 1,000 lookups by each MiB more than the next smaller bound of the list has. */
  readonly missesSavedPerMebibyte: number
  /** The load time these misses would take, in milliseconds; absent where no load was measured. */
  readonly loadTimeSavedPerMebibyte?: number
}

/** How large a cache should be, and why. */
export interface CacheRecommendation {
  /** Whether enough was seen to go by; if not, the bound in force is advised. */
  readonly confidence: 'enough' | 'too few requests'
  readonly unit: 'bytes' | 'entries'
  /** The configured bound, and the hit ratio measured with it. */
  readonly bound: number
  readonly hitRatio: number
  /** A quarter of the bound to four times it, ascending, but none above `most`. */
  readonly forecasts: readonly BoundForecast[]
  readonly advised: { readonly bound: number; readonly hitRatio: number }
  /** Sentences for people, the most important first. */
  readonly reasons: readonly string[]
}

/** The bounds that are shown, as multiples of the bound in force. */
const multiples = [1 / 4, 1 / 2, 1, 2, 4] as const
const mostMultiple = 4
/** Nobody is served by a bound that gives less than this more. */
const tolerance = 0.01
/** What binary fractions are off by: two ratios a point apart must not be more. */
const rounding = 1e-9
/** With so many a ratio of one half, where chance moves it most, is off by a point: √(¼ ÷ 2,500). */
const leastRequests = 2_500
/** Where LRU hardly misses, a few misses more are many times as many: that says nothing of smaller bounds. */
const mostScale = 4
/** The sample covers the reach give or take an eighth: the step by which it becomes smaller. */
const leastCovered = 7 / 8
/** Bounds are tried from a sixteenth of the one in force, each 4 % above the one before. */
const trialsPerOctave = 16
const trialOctaves = 4
/** A change by less than this share of the bound is not worth making. */
const leastChange = 1 / 8

/** How far the curve of a cache should reach, in the unit of its bound. */
export function reachFor(bound: number): number {
  return mostMultiple * bound
}

/**
 * Says what other bounds would come to, and which one to take; pure.
 *
 * It advises the knee of the curve: the smallest bound that is within a point of what the largest would give that may be
 * had. A share of the largest gain would advise too much where the curve is steep, and a least gain per MiB needs a price
 * that nobody knows; a point is what a team would still notice.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function recommend(
  curve: ReuseCurve,
  facts: AdviceFacts,
  options: RecommendOptions = {},
): CacheRecommendation {
  const { unit, bound, hits, misses } = facts
  const most = resolveMost(options.most, facts)
  const expected = forecaster(curve, facts)
  const bounds = multiples.map((multiple) => Math.max(1, Math.round(multiple * bound)))
  const ratios = [...new Set(bounds)]
    .filter((one) => one <= most)
    .map((one): readonly [number, number] => [one, expected(one)])
  const confidence = confidenceIn(curve, most)
  const advised =
    confidence === 'enough' ? knee(expected, bound, most, unit) : Math.min(bound, most)
  const shown = { bound: advised, hitRatio: expected(advised) }
  return {
    confidence,
    unit,
    bound,
    hitRatio: hits === 0 ? 0 : hits / (hits + misses),
    forecasts: forecasts(ratios, facts),
    advised: shown,
    reasons: [
      ...boundReasons(ratios, shown, most, expected(most), facts, confidence),
      ...warnings(curve, facts, confidence),
    ],
  }
}

function resolveMost(most: ByteSize | undefined, { unit, bound }: AdviceFacts): number {
  const reach = reachFor(bound)
  if (most === undefined) return reach
  if (unit === 'bytes') return Math.min(reach, parseBytes(most, 'most'))
  if (typeof most === 'number' && Number.isSafeInteger(most) && most >= 1)
    return Math.min(reach, most)
  throw invalidOption('most', 'be a positive integer', most)
}

/**
 * Expects of each bound the misses that LRU would have, times what the cache has now of the misses LRU would: what its
 * policy does better or worse. Lookups that no `set` followed stay misses at any bound.
 */
function forecaster(curve: ReuseCurve, facts: AdviceFacts): (bound: number) => number {
  const { hits, misses, bound } = facts
  const lookups = hits + misses
  if (lookups < leastRequests) return (other) => curve.hitRatioAt(other)
  const known = hits + Math.min(misses, facts.additions)
  const lruMisses = (1 - curve.hitRatioAt(bound)) * known
  const scale = lruMisses > 0 ? Math.min(mostScale, (known - hits) / lruMisses) : 1
  return (other) => Math.max(0, 1 - scale * (1 - curve.hitRatioAt(other))) * (known / lookups)
}

/** The least of the bounds that are tried that is nearly as good as the largest. */
function knee(
  expected: (bound: number) => number,
  bound: number,
  most: number,
  unit: AdviceFacts['unit'],
): number {
  const target = expected(most) - tolerance - rounding
  const least = -trialOctaves * trialsPerOctave
  for (let trial = least; bound * 2 ** (trial / trialsPerOctave) < most; trial++) {
    const rounded = Math.min(most, roundedUp(bound * 2 ** (trial / trialsPerOctave), unit))
    if (expected(rounded) < target) continue
    const isWorthwhile = Math.abs(rounded - bound) >= leastChange * bound
    return isWorthwhile || bound > most ? rounded : bound
  }
  return most
}

/** Chance must be small, and distances that long must have been seen, or be of too few requests to matter. */
function confidenceIn(
  { sampledRequests, covered, coldShare }: ReuseCurve,
  most: number,
): CacheRecommendation['confidence'] {
  const isSeen = covered >= leastCovered * most || coldShare <= tolerance
  return sampledRequests >= leastRequests && isSeen ? 'enough' : 'too few requests'
}

function forecasts(
  ratios: readonly (readonly [bound: number, hitRatio: number])[],
  { unit, meanBytes, rebuildCost }: AdviceFacts,
): readonly BoundForecast[] {
  let [smaller, before] = [0, 0]
  return ratios.map(([bound, hitRatio]) => {
    const mebibytes = ((bound - smaller) * (unit === 'bytes' ? 1 : meanBytes)) / 2 ** 20
    const saved = mebibytes > 0 ? ((hitRatio - before) * 1_000) / mebibytes : 0
    smaller = bound
    before = hitRatio
    return {
      bound,
      hitRatio,
      missesSavedPerMebibyte: saved,
      ...(rebuildCost !== undefined && {
        loadTimeSavedPerMebibyte: saved * meanBytes * rebuildCost,
      }),
    }
  })
}

function boundReasons(
  ratios: readonly (readonly [bound: number, hitRatio: number])[],
  advised: CacheRecommendation['advised'],
  most: number,
  mostRatio: number,
  { unit, bound }: AdviceFacts,
  confidence: CacheRecommendation['confidence'],
): readonly string[] {
  const size = (one: number): string => (unit === 'bytes' ? bytesText(one) : `${one} entries`)
  const others = ratios
    .filter(([other]) => other !== bound)
    .map(
      ([other, ratio], at) =>
        `${size(other)} ${at === 0 ? 'would give ' : ''}${percentText(ratio)}`,
    )
  const reasons = others.length === 0 ? [] : [others.join(', ')]
  if (confidence === 'enough') {
    reasons.push(
      `${size(advised.bound)} ${advised.bound === bound ? 'stay' : 'are'} the least within a point of the ` +
        `${percentText(mostRatio)} that ${size(most)} would give`,
    )
  }
  return reasons
}

function warnings(
  { sampledRequests, coldShare }: ReuseCurve,
  { hits, misses, additions }: AdviceFacts,
  confidence: CacheRecommendation['confidence'],
): readonly string[] {
  const reasons: string[] = []
  if (confidence !== 'enough') {
    reasons.push(
      sampledRequests < leastRequests
        ? `${Math.round(sampledRequests)} requests were sampled, and ${leastRequests} are needed`
        : 'not enough keys were seen to know what the larger bounds would hold',
    )
  }
  const lookups = hits + misses
  const unseen = Math.max(0, misses - additions) / Math.max(1, lookups)
  if (unseen > tolerance) {
    reasons.push(
      `${percentText(unseen)} of the lookups found nothing, and nothing was set: no bound changes that`,
    )
  }
  if (coldShare > tolerance) {
    reasons.push(
      `${percentText(coldShare)} of the requests were for keys not seen before: no bound serves those`,
    )
  }
  return reasons
}
