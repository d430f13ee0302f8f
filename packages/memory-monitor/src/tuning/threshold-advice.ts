import { type ElevatedLevel, elevatedLevels } from '@cultus/core'

/** What thresholds are chosen by. */
export interface ThresholdFacts {
  /** The share of the death point that is in use at rest. */
  readonly restingRatio: number
  readonly hysteresis: number
  /** How fast that share grows at the worst, per second. */
  readonly growthPerSecond: number
  /** How long before death each level should be entered, in milliseconds. */
  readonly leadTime: Readonly<Record<ElevatedLevel, number>>
}

/** The share by which the exit mark of `warning` lies over what is usual. */
export const restingMargin = 0.03

/** Nobody is served by a first alarm below this. */
const lowestWarning = 0.3
/** Under 1 by what a collection is off by: later there would be no `emergency` at all. */
const highestEmergency = 0.98
const usual: Readonly<Record<ElevatedLevel, number>> = {
  warning: 0.7,
  critical: 0.85,
  emergency: 0.95,
}
/**
 * The least distance between two levels that `resolveLevelOptions` of `@cultus/core` accepts, and
 * the preferred one.
 */
const leastStep = 0.03
const step = 0.05

/**
 * Thresholds that leave the resting state in peace and give the time that is wanted where there is
 * room for it; `undefined` when the resting state leaves no room for three levels.
 */
export function adviseThresholds(
  facts: ThresholdFacts,
): Readonly<Record<ElevatedLevel, number>> | undefined {
  const { restingRatio, hysteresis } = facts
  const floor = Math.max(lowestWarning, restingRatio + hysteresis + restingMargin)
  const warning = hundredthUp(Math.max(floor, Math.min(usual.warning, wanted('warning', facts))))
  const room = highestEmergency - warning
  if (room < 2 * leastStep) return undefined
  const apart = Math.min(step, room / 2)
  const critical = between(
    Math.min(usual.critical, wanted('critical', facts)),
    warning + apart,
    highestEmergency - apart,
  )
  const emergency = between(
    Math.min(usual.emergency, wanted('emergency', facts)),
    critical + apart,
    highestEmergency,
  )
  return { warning, critical: hundredthDown(critical), emergency: hundredthDown(emergency) }
}

/** The levels that thresholds enter later before death than was wanted. */
export function lateLevels(
  thresholds: Readonly<Record<ElevatedLevel, number>>,
  facts: ThresholdFacts,
): readonly ElevatedLevel[] {
  return elevatedLevels.filter((level) => thresholds[level] > wanted(level, facts) + 0.01)
}

/** The ratio from which the fastest growth takes the wanted time to 1. */
function wanted(level: ElevatedLevel, { growthPerSecond, leadTime }: ThresholdFacts): number {
  return 1 - (growthPerSecond * leadTime[level]) / 1_000
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

/** Rounded with room for what binary fractions are off by, so that 0.73 stays 0.73. */
function hundredthUp(value: number): number {
  return Math.ceil(value * 100 - 1e-9) / 100
}

function hundredthDown(value: number): number {
  return Math.floor(value * 100 + 1e-9) / 100
}
