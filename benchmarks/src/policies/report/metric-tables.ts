import type { Measures } from '../measures.ts'
import { isForesighted, type Point } from '../point.ts'
import type { Result } from '../result.ts'
import { markdownTable } from './markdown-table.ts'
import { bytesText, countText, percentText, ratioText } from './number-text.ts'

interface ShownMetric {
  readonly title: string
  readonly read: (measures: Measures) => number | undefined
  readonly text: (value: number | undefined) => string
  readonly better: 'more' | 'less'
}

/** The title and table of each figure that a run is about, for the points of one trace. */
export function metricTables(result: Result, points: readonly Point[]): readonly string[] {
  return shownMetrics(result).flatMap((metric) => [
    `${metric.title}:`,
    metricTable(result, points, metric),
  ])
}

function shownMetrics({ bound, costs }: Result): readonly ShownMetric[] {
  const sized = bound === 'bytes'
  const share = {
    text: (value: number | undefined) => percentText(value, 2),
    better: 'more',
  } as const
  const hits: ShownMetric = {
    ...share,
    title: sized ? 'Object hits, %' : 'Hits, %',
    read: ({ hit }) => hit,
  }
  const byteHits: ShownMetric = {
    ...share,
    title: 'Byte hits, %',
    read: ({ byteHit }) => byteHit,
  }
  const saved: ShownMetric = {
    ...share,
    title: 'Cost saved, %',
    read: ({ costSaved }) => costSaved,
  }
  const missCost: ShownMetric = {
    title: 'Cost of misses relative to that of LRU',
    read: ({ missCostVsLru }) => missCostVsLru,
    text: ratioText,
    better: 'less',
  }
  return [hits, ...(sized ? [byteHits] : []), ...(costs ? [saved, missCost] : [])]
}

function metricTable(
  { subjects, bound }: Result,
  points: readonly Point[],
  { read, text, better }: ShownMetric,
): string {
  const names = Object.keys(subjects).filter((name) =>
    points.some(({ measures }) => name in measures),
  )
  const rows = points.map((point) => {
    const best = bestOf(point, read, better)
    return [
      sizeText(point, bound),
      ...names.map((name) => {
        const measures = point.measures[name]
        const value = measures === undefined ? undefined : read(measures)
        const leads = value === best && !isForesighted(name)
        return value !== undefined && leads ? `**${text(value)}**` : text(value)
      }),
    ]
  })
  return markdownTable([['size', ...names], ...rows])
}

/** The size as it was asked for, and what it comes to where that is something else. */
function sizeText({ size, capacity }: Point, bound: Result['bound']): string {
  const text = bound === 'bytes' ? bytesText(capacity) : countText(capacity)
  return size === `${capacity}` ? text : `${size} (${text})`
}

/** The best figure at a point of those that do not know the future. */
function bestOf(
  { measures }: Point,
  read: ShownMetric['read'],
  better: ShownMetric['better'],
): number {
  const values = Object.entries(measures)
    .filter(([name]) => !isForesighted(name))
    .map(([, one]) => read(one))
    .filter((value) => value !== undefined)
  return better === 'more' ? Math.max(...values) : Math.min(...values)
}
