import type { PressureAlert } from '@cultus/core'
import { severityRank } from './severity.ts'

/** An alert as it stands: what the sinks should know of it. */
export interface AlertState extends PressureAlert {
  readonly labels: Readonly<Record<string, string>>
  /** Wall-clock time at which its condition began, in milliseconds since 1970. */
  readonly startsAt: number
  /**
   * Wall-clock time at which it was resolved, in milliseconds since 1970; absent while it fires.
   */
  readonly endsAt?: number
}

/** Identifies an alert: alerts of one name and source are one alert. */
export function alertKey({ name, source }: Pick<PressureAlert, 'name' | 'source'>): string {
  return JSON.stringify([name, source])
}

/** The latest time of which a date can be made. */
const endOfTime = 8.64e15
const longestName = 200
const longestSummary = 2_000
const mostLabels = 32

/**
 * A copy of an alert of which every part is what its type says and none is too long to
 * keep, or `undefined` where it cannot be told what was meant. Anyone may publish on the
 * bus, in JavaScript too.
 */
export function readAlert(raw: PressureAlert, date: number): PressureAlert | undefined {
  const { name, source, severity, status, summary, labels, at } = raw
  if (typeof name !== 'string' || name === '' || typeof source !== 'string') return undefined
  if (severityRank(severity) === -1) return undefined
  if (status !== 'firing' && status !== 'resolved') return undefined
  return {
    name: name.slice(0, longestName),
    source: source.slice(0, longestName),
    severity,
    status,
    summary: typeof summary === 'string' ? summary.slice(0, longestSummary) : name,
    labels: readLabels(labels),
    // A start that lies ahead would let the alert end before it begins.
    at: typeof at === 'number' && at >= 0 && at <= Math.min(date, endOfTime) ? at : date,
  }
}

function readLabels(labels: unknown): Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || labels === null) return Object.freeze({})
  const texts = Object.entries(labels).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.freeze(
    Object.fromEntries(
      texts
        .slice(0, mostLabels)
        .map(([label, value]) => [label.slice(0, longestName), value.slice(0, longestName)]),
    ),
  )
}
