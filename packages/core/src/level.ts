/**
 * How close the process is to its death point.
 *
 * Entered by default at 0 / 70 / 85 / 95 % of it. Values are ordered: compare with
 * {@link levelRank}, never as strings.
 */
export type PressureLevel = 'normal' | 'warning' | 'critical' | 'emergency'

/** A level that is entered by crossing a threshold. */
export type ElevatedLevel = Exclude<PressureLevel, 'normal'>

/** Every level, from the best to the worst; the index of a level is its rank. */
export const pressureLevels: readonly ['normal', 'warning', 'critical', 'emergency'] = [
  'normal',
  'warning',
  'critical',
  'emergency',
]

/** The elevated levels, from the mildest to the worst. */
export const elevatedLevels: readonly ['warning', 'critical', 'emergency'] = [
  'warning',
  'critical',
  'emergency',
]

/** The position of a level on the scale, 0 (`normal`) to 3 (`emergency`). */
export function levelRank(level: PressureLevel): number {
  return pressureLevels.indexOf(level)
}

/** Whether a value is one of the four levels. */
export function isPressureLevel(value: unknown): value is PressureLevel {
  return pressureLevels.includes(value as PressureLevel)
}
