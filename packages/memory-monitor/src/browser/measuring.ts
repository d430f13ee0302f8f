import { type ElevatedLevel, elevatedLevels, levelRank, type PressureLevel } from '@cultus/core'

/** What decides whether the page is measured now. */
export interface MeasuringFacts {
  readonly now: number
  /**
   * When the last measurement ended or was given up, in milliseconds; `undefined` before the first.
   */
  readonly endedAt: number | undefined
  readonly level: PressureLevel
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
  /** The most that can be held now as a share of the death point, all garbage included. */
  readonly upper: number
  /** Time between two measurements while all is well, and at the least, in milliseconds. */
  readonly interval: number
  readonly leastInterval: number
}

/**
 * Whether the page should be measured now; pure. A measurement makes the browser collect garbage.
 */
export function measuringDue(facts: MeasuringFacts): boolean {
  const { now, endedAt, level, thresholds, upper, interval, leastInterval } = facts
  if (endedAt === undefined) return true
  const since = now - endedAt
  const possible = elevatedLevels.findLast((each) => upper >= thresholds[each]) ?? 'normal'
  // A level that may be worse, or over, is worth a collection.
  const matters = level !== 'normal' || levelRank(possible) > levelRank(level)
  return since >= (matters ? leastInterval : interval)
}
