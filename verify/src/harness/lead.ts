import { isPressureLevel, levelRank, type PressureLevel } from '@cultus/core'
import type { ChildOutcome } from './run-child.ts'

/**
 * Seconds for which a level, or a worse one, had been up without a break when the child died; `undefined` where
 * it was not up. A level that came and went before counts for nothing.
 */
export function heldBefore(
  { lines, endedAt }: Pick<ChildOutcome, 'lines' | 'endedAt'>,
  level: PressureLevel,
): number | undefined {
  let since: number | undefined
  for (const line of lines) {
    if (line['type'] !== 'level' || !isPressureLevel(line['level']) || line.at > endedAt) continue
    if (levelRank(line['level']) < levelRank(level)) since = undefined
    else since ??= line.at
  }
  return since === undefined ? undefined : (endedAt - since) / 1000
}

/** Seconds as a table shows them. */
export function seconds(value: number | undefined): string {
  return value === undefined ? 'never' : value.toFixed(1)
}
