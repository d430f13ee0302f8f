import { invalidOption } from '@cultus/core'
import { type ReferenceRow, readReference } from './reference-table.ts'
import type { Size } from './sizes.ts'
import type { TraceSource } from './trace-sources.ts'

/** A trace, and the sizes that it is to run at. */
interface PlannedTrace {
  readonly source: TraceSource
  readonly sizes: readonly Size[]
}

interface PlanOptions {
  readonly sizes: readonly Size[]
  /** The path of a table of points. */
  readonly points: string | undefined
  /** Rows of the table with fewer entries are left out. */
  readonly least: number
}

/**
 * Every trace at every size; or, where there is a table of points, those that it names at the sizes which it has for
 * each.
 *
 * @throws CultusError for a table that cannot be read, has no row that is large enough, or names a trace that is not
 * there: figures over some of its points would pass for figures over all
 */
export function planOf(
  sources: readonly TraceSource[],
  { sizes, points, least }: PlanOptions,
): readonly PlannedTrace[] {
  if (points === undefined) return sources.map((source) => ({ source, sizes }))
  const rows = readReference(points, 'points').filter(({ capacity }) => capacity >= least)
  if (rows.length === 0) {
    throw invalidOption('points', `hold a row of ${least} or more entries`, points)
  }
  const given = new Set(sources.map(({ name }) => name))
  const missing = new Set(rows.map(({ trace }) => trace).filter((trace) => !given.has(trace)))
  if (missing.size > 0) {
    const names = [...missing].join(', ')
    throw invalidOption('points', `name only traces that are given, not ${names}`, points)
  }
  return sources
    .map((source) => ({ source, sizes: rows.filter(isOf(source)).map(sizeOf) }))
    .filter((planned) => planned.sizes.length > 0)
}

function isOf({ name }: TraceSource): (row: ReferenceRow) => boolean {
  return ({ trace }) => trace === name
}

function sizeOf({ capacity }: ReferenceRow): Size {
  return { label: `${capacity}`, capacityOf: () => capacity }
}
