import type { ElevatedLevel, LevelDwell, LevelMachineOptions } from '@cultus/core'

/** A set of thresholds, and how levels are left; what is not given is as in the default set. */
export interface LevelSettings {
  /**
   * The share of the death point at which each level is entered, ascending, in (0, 1].
   *
   * @defaultValue `{ warning: 0.7, critical: 0.85, emergency: 0.95 }`
   */
  readonly thresholds?: Partial<Record<ElevatedLevel, number>>
  /**
   * How far under its threshold a level is left, as a share of the death point.
   *
   * @defaultValue 0.05
   */
  readonly hysteresis?: number
  /**
   * The ratio the process is known to have at rest; `thresholds.warning` less `hysteresis`
   * must lie above it.
   *
   * @defaultValue 0.05
   */
  readonly restingRatio?: number
  /**
   * How long levels are held, in milliseconds.
   *
   * @defaultValue `{ fall: 1000, longest: 15_000, relapse: 60_000 }`
   */
  readonly dwell?: LevelDwell
}

/**
 * The settings of one set with those of another over them, threshold by threshold and time by time.
 */
export function settingsOver(base: LevelSettings, given: LevelSettings): LevelMachineOptions {
  const inForce = levelSettings(base)
  const over = levelSettings(given)
  return {
    ...inForce,
    ...over,
    ...(over.thresholds && { thresholds: { ...inForce.thresholds, ...over.thresholds } }),
    ...(over.dwell && { dwell: { ...inForce.dwell, ...over.dwell } }),
  }
}

/** The settings of a level machine among others that may be given. */
export function levelSettings(options: LevelSettings): LevelMachineOptions {
  const { thresholds, hysteresis, restingRatio, dwell } = options
  return {
    ...(thresholds !== undefined && { thresholds }),
    ...(hysteresis !== undefined && { hysteresis }),
    ...(restingRatio !== undefined && { restingRatio }),
    ...(dwell !== undefined && { dwell }),
  }
}
