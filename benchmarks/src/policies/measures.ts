import type { Tally } from './replay.ts'

/** How a subject did at one point: one trace at one size. Shares are in percent. */
export interface Measures {
  /** Share of requests that hit. */
  readonly hit: number
  /** Share of requested bytes that hit; `undefined` where the trace has no sizes. */
  readonly byteHit: number | undefined
  /** Share of the cost of loading everything that was saved; `undefined` where the trace has no costs. */
  readonly costSaved: number | undefined
  /** Misses relative to those of LRU. */
  readonly missRatioVsLru: number | undefined
  /** Cost of misses relative to that of LRU's. */
  readonly missCostVsLru: number | undefined
  /** Share of the way from LRU's hits to the ceiling's; `undefined` where that is under a fifth of a point. */
  readonly gapClosed: number | undefined
  /** Time of each request, in microseconds: as a hint only, since subjects ran one after the other. */
  readonly microseconds: number
}

export const metricNames = [
  'hit',
  'byteHit',
  'costSaved',
  'missRatioVsLru',
  'missCostVsLru',
  'gapClosed',
] as const

export type MetricName = (typeof metricNames)[number]

/** A gap between LRU and the ceiling, in points, under which the share closed of it is noise. */
export const leastGap = 0.2

/** What a tally says, next to those of LRU and of the ceiling at the same point. */
export function measure(tally: Tally, lru: Tally, ceiling: Tally): Measures {
  const hit = hitShare(tally)
  const gap = hitShare(ceiling) - hitShare(lru)
  return {
    hit,
    byteHit: share(tally.hitBytes, tally.bytes),
    costSaved: share(tally.hitCost, tally.cost),
    missRatioVsLru: ratio(tally.requests - tally.hits, lru.requests - lru.hits),
    missCostVsLru: ratio(tally.cost - tally.hitCost, lru.cost - lru.hitCost),
    gapClosed: gap < leastGap ? undefined : (100 * (hit - hitShare(lru))) / gap,
    microseconds: (tally.milliseconds * 1_000) / tally.requests,
  }
}

function hitShare({ hits, requests }: Tally): number {
  return (100 * hits) / requests
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (100 * part) / whole
}

function ratio(value: number, base: number): number | undefined {
  return base === 0 ? undefined : value / base
}
