import { baseline, isForesighted, type Point, yardsticks } from './point.ts'

/** How a subject did over all points. Shares are in percent. */
export interface Pooled {
  /** Means over the points. */
  readonly hit: number
  readonly byteHit: number | undefined
  readonly costSaved: number | undefined
  /** The worst over the points. */
  readonly missRatioVsLru: number | undefined
  readonly missCostVsLru: number | undefined
  /** Share of the sum of all gaps between LRU and the ceiling. */
  readonly gapClosed: number | undefined
  /** Share of the points at which it is at most a point of hits behind the best of the yardsticks. */
  readonly nearBest: number
  /** At how many points nothing that does not know the future hits more often; nothing for what knows it. */
  readonly wins: number | undefined
}

export const pooledNames = [
  'hit',
  'byteHit',
  'costSaved',
  'missRatioVsLru',
  'missCostVsLru',
  'gapClosed',
  'nearBest',
  'wins',
] as const

/** Each subject over all points; a subject that ran at none of them is left out. */
export function pool(
  points: readonly Point[],
  subjects: readonly string[],
  ceiling: string,
): Readonly<Record<string, Pooled>> {
  return Object.fromEntries(
    subjects
      .filter((name) => points.some(({ measures }) => name in measures))
      .map((name) => [name, poolOne(points, name, ceiling)]),
  )
}

function poolOne(all: readonly Point[], name: string, ceiling: string): Pooled {
  const points = all.filter(({ measures }) => name in measures)
  const hitOf = (point: Point, subject: string): number => point.measures[subject]?.hit ?? 0
  const over = (read: (point: Point) => number | undefined): number[] =>
    points.map(read).filter((value) => value !== undefined)
  const gaps = sum(points.map((point) => hitOf(point, ceiling) - hitOf(point, baseline)))
  const closed = sum(points.map((point) => hitOf(point, name) - hitOf(point, baseline)))
  const near = points.filter((point) => {
    const best = Math.max(...yardsticks.map((subject) => hitOf(point, subject)))
    return hitOf(point, name) >= best - 1
  })
  return {
    hit: mean(over((point) => point.measures[name]?.hit)) ?? 0,
    byteHit: mean(over((point) => point.measures[name]?.byteHit)),
    costSaved: mean(over((point) => point.measures[name]?.costSaved)),
    missRatioVsLru: worst(over((point) => point.measures[name]?.missRatioVsLru)),
    missCostVsLru: worst(over((point) => point.measures[name]?.missCostVsLru)),
    gapClosed: gaps > 0 ? (100 * closed) / gaps : undefined,
    nearBest: (100 * near.length) / points.length,
    wins: isForesighted(name)
      ? undefined
      : points.filter((point) => hitOf(point, name) >= bestOf(point)).length,
  }
}

function bestOf({ measures }: Point): number {
  const online = Object.entries(measures).filter(([name]) => !isForesighted(name))
  return Math.max(...online.map(([, { hit }]) => hit))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length
}

function worst(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}
