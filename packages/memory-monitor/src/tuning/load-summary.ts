import {
  bucketWidths,
  type HistoryPoint,
  type HistoryResolution,
  historyResolutions,
  type LevelTimes,
} from '../history/history-point.ts'
import type { MemoryHistoryView } from '../history/memory-history.ts'
import type { LoadSummary } from './recommendation.ts'

/** Growth over less than this, in milliseconds, is one collection against the next. */
const growthLag = 10_000
/** Growth that begins under this share of the usual size is a start and not a danger. */
const usualShare = 0.8

/** What a history tells about a load, or `undefined` while it does not tell what is live. */
export function summarise(history: MemoryHistoryView, window: number): LoadSummary | undefined {
  const points = reaching(history, window)
  const [liveRestingBytes] = history.percentiles([0.99], window, 'liveBytes')
  if (liveRestingBytes === undefined) return undefined
  const [usualBytes = 0, livePeakBytes = 0] = history.percentiles([0.5, 1], window, 'liveBytes')
  const [restingRatio = 0] = history.percentiles([0.99], window, 'ratio')
  const sum = (pick: (point: HistoryPoint) => number): number =>
    points.reduce((subtotal, point) => subtotal + pick(point), 0)
  // A process that slept in between took nothing in meanwhile.
  const span = Math.max(
    1_000,
    sum(({ time }) => total(time)),
  )
  const known = points.filter(({ gcShare }) => gcShare !== undefined)
  const outside = points.map(({ rssBytes, usedBytes }) => Math.max(0, rssBytes - usedBytes))
  return {
    span,
    majors: sum(({ majors, forced }) => majors + forced),
    livePeakBytes,
    liveRestingBytes,
    restingRatio,
    promotedPerSecond: (sum(({ grownBytes }) => grownBytes) / span) * 1_000,
    // Over minutes and hours a rise is thinned out; the seconds show it, as far as they reach.
    growthPerSecond: Math.max(
      fastestGrowth(points, usualShare * usualBytes),
      fastestGrowth(within(history, 'seconds', window), usualShare * usualBytes),
    ),
    stale: points.slice(points.length >> 1).every(({ majors, forced }) => majors + forced === 0),
    rising: history.trend(window).direction === 'rising',
    ...(known.length > 0 && {
      gcShare: known.reduce((subtotal, { gcShare = 0 }) => subtotal + gcShare, 0) / known.length,
    }),
    outsideHeapBytes: outside.reduce((most, bytes) => Math.max(most, bytes), 0),
  }
}

function total({ normal, warning, critical, emergency }: LevelTimes): number {
  return normal + warning + critical + emergency
}

/** The points of a window, as fine as they reach back. */
function reaching(history: MemoryHistoryView, window: number): readonly HistoryPoint[] {
  let finest: readonly HistoryPoint[] = []
  for (const resolution of historyResolutions) {
    const points = within(history, resolution, window)
    const start = points[0]?.at ?? Number.POSITIVE_INFINITY
    // A coarser bucket begins earlier if only because it is wider: it must reach
    // back by a whole one.
    const before = (finest[0]?.at ?? Number.POSITIVE_INFINITY) - bucketWidths[resolution]
    if (finest.length === 0 || start < before) finest = points
  }
  return finest
}

/** The points of one resolution in a window. */
function within(
  history: MemoryHistoryView,
  resolution: HistoryResolution,
  window: number,
): readonly HistoryPoint[] {
  const points = history.points(resolution)
  const end = history.latest?.at ?? points.at(-1)?.at ?? 0
  return points.filter(({ at }) => at >= end - window)
}

/** The fastest growth of live bytes per second that began at `least` or above. */
function fastestGrowth(points: readonly HistoryPoint[], least: number): number {
  const known = points.filter(({ liveBytes }) => liveBytes !== undefined)
  let fastest = 0
  let start = 0
  for (const later of known) {
    // The start that lies just far enough back, so that no growth is thinned out by
    // the rest before it.
    while (start + 1 < known.length && later.at - (known[start + 1]?.at ?? later.at) >= growthLag)
      start++
    const earlier = known[start]
    if (earlier === undefined || later.at - earlier.at < growthLag) continue
    const before = earlier.liveBytes?.max ?? 0
    const grown = (later.liveBytes?.max ?? 0) - before
    if (before >= least) fastest = Math.max(fastest, (grown / (later.at - earlier.at)) * 1_000)
  }
  return fastest
}
