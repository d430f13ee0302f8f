import type { Clock } from './clock.ts'
import { CultusError, invalidOption, numberOption, shown } from './errors.ts'
import {
  type ElevatedLevel,
  elevatedLevels,
  levelRank,
  type PressureLevel,
  pressureLevels,
} from './level.ts'
import { systemClock } from './system-clock.ts'

/** How long a level is held, in milliseconds. */
export interface LevelDwell {
  /**
   * How long every decided reading must lie under the exit mark before the level falls one step.
   *
   * @defaultValue 1000
   */
  readonly fall?: number
  /**
   * The longest the first step of a descent is ever held back, however often the level came back.
   *
   * @defaultValue 15_000
   */
  readonly longest?: number
  /**
   * A level that rises again this soon after it fell is a relapse, and doubles the hold of the next descent.
   *
   * @defaultValue 60_000
   */
  readonly relapse?: number
}

/** Settings for {@link LevelMachine}. */
export interface LevelMachineOptions {
  /**
   * The ratio at which each level is entered, ascending, in (0, 1].
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
   * The ratio the process is known to have at rest. An exit mark must lie above it, or the level could
   * never clear.
   *
   * @defaultValue 0.05
   */
  readonly restingRatio?: number
  /** How long levels are held. */
  readonly dwell?: LevelDwell
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

/**
 * Where the used share of the death point lies: between `lower` and `upper`.
 *
 * Right after a garbage collection the two are equal; between two of them `lower` is what was live and
 * `upper` adds what was allocated since.
 */
export interface LevelReading {
  readonly lower: number
  readonly upper: number
}

/** A change of level. */
export interface LevelTransition {
  readonly from: PressureLevel
  readonly to: PressureLevel
  /** The bound of the reading that decided: `lower` for a rise on confirmed bytes, else `upper`. */
  readonly ratio: number
}

/** Settings with every default filled in. */
export interface ResolvedLevelMachineOptions {
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
  readonly hysteresis: number
  readonly dwell: Readonly<Required<LevelDwell>>
}

/**
 * The narrowest band between entering and leaving a level. A live heap read after each collection moves
 * by half a point, and a hover of ±2 points must not pass both marks (docs/design/bus-and-levels.md).
 */
const leastHysteresis = 0.03
const longestDwell = 600_000
/** 0.94 - 0.91 is a little less than 0.03. */
const rounding = 1e-9

/**
 * Fills in the defaults and refuses settings under which a level could never clear or would flap.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveLevelOptions(
  options: LevelMachineOptions = {},
): ResolvedLevelMachineOptions {
  const { warning = 0.7, critical = 0.85, emergency = 0.95 } = options.thresholds ?? {}
  const hysteresis = numberOption('hysteresis', options.hysteresis ?? 0.05, leastHysteresis, 0.5)
  const restingRatio = numberOption('restingRatio', options.restingRatio ?? 0.05, 0, 1)
  const thresholds = { warning, critical, emergency }
  let previous = 0
  for (const level of elevatedLevels) {
    const threshold = numberOption(`thresholds.${level}`, thresholds[level], 0, 1)
    // Levels closer than one band would let a single hover cross three of them.
    if (threshold < previous + leastHysteresis - rounding) {
      throw invalidOption(
        `thresholds.${level}`,
        `lie at least ${leastHysteresis} above the level before it (${previous})`,
        threshold,
      )
    }
    previous = threshold
  }
  if (warning - hysteresis <= restingRatio) {
    throw new CultusError(
      'CULTUS_INVALID_OPTION',
      `\`thresholds.warning\` less \`hysteresis\` must lie above \`restingRatio\` (${restingRatio}), got ` +
        `${warning} - ${hysteresis}: the level could never clear`,
    )
  }
  const fall = numberOption('dwell.fall', options.dwell?.fall ?? 1_000, 0, longestDwell)
  const longest = numberOption(
    'dwell.longest',
    options.dwell?.longest ?? Math.max(15_000, fall),
    fall,
    longestDwell,
  )
  const relapse = numberOption('dwell.relapse', options.dwell?.relapse ?? 60_000, 0, longestDwell)
  return { thresholds, hysteresis, dwell: { fall, longest, relapse } }
}

/**
 * Turns readings into levels: up at once, down one step at a time and only when it is certain.
 *
 * A reading raises the level at once when its `lower` bound passes a threshold, and to no more than
 * `warning` when only its `upper` bound does. The level falls one step when `upper` has stayed under the
 * exit mark for the dwell, with no `lower` over it in between; a reading that straddles the mark decides
 * nothing. The machine acts on nothing and starts no timer: a fall happens in a call of `observe`.
 */
export class LevelMachine {
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
  readonly hysteresis: number
  readonly #dwell: Readonly<Required<LevelDwell>>
  readonly #clock: Clock
  #level: PressureLevel = 'normal'
  /** When the present run of readings under the exit mark began. */
  #belowSince: number | undefined
  #fellAt: number | undefined
  /** What the first step of the next descent waits; later steps of it wait `fall`. */
  #hold: number
  #wait: number

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: LevelMachineOptions = {}) {
    const { thresholds, hysteresis, dwell } = resolveLevelOptions(options)
    this.thresholds = thresholds
    this.hysteresis = hysteresis
    this.#dwell = dwell
    this.#clock = options.clock ?? systemClock
    this.#hold = dwell.fall
    this.#wait = dwell.fall
  }

  get level(): PressureLevel {
    return this.#level
  }

  /** The ratio under which the present level is left, or 0 at `normal`. */
  get exitMark(): number {
    return this.#level === 'normal' ? 0 : this.thresholds[this.#level] - this.hysteresis
  }

  /**
   * Takes in one reading and returns the change it made, if any. A number is an exact reading.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when a bound is not a finite number of at least 0 or
   * `lower` exceeds `upper`; the level is as it was.
   */
  observe(reading: number | LevelReading): LevelTransition | undefined {
    const { lower, upper } =
      typeof reading === 'number' ? { lower: reading, upper: reading } : reading
    if (!(lower >= 0 && lower <= upper && upper < Number.POSITIVE_INFINITY)) {
      throw new CultusError(
        'CULTUS_INVALID_ARGUMENT',
        `a reading must satisfy 0 <= lower <= upper < Infinity, got ${shown(lower)} and ${shown(upper)}`,
      )
    }
    const now = this.#clock.now()
    const confirmed = this.#levelAt(lower)
    const possible = upper >= this.thresholds.warning ? 'warning' : 'normal'
    const reached = levelRank(confirmed) >= levelRank(possible) ? confirmed : possible
    if (levelRank(reached) > levelRank(this.#level)) {
      return this.#rise(reached, reached === confirmed ? lower : upper, now)
    }
    if (this.#level === 'normal') return undefined
    if (lower >= this.exitMark) this.#belowSince = undefined
    else if (upper < this.exitMark) return this.#consider(upper, now)
    return undefined
  }

  #levelAt(ratio: number): PressureLevel {
    let level: PressureLevel = 'normal'
    for (const candidate of elevatedLevels)
      if (ratio >= this.thresholds[candidate]) level = candidate
    return level
  }

  #rise(to: PressureLevel, ratio: number, now: number): LevelTransition {
    const from = this.#level
    const { fall, longest, relapse } = this.#dwell
    const sinceFall =
      this.#fellAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - this.#fellAt)
    if (sinceFall < relapse) this.#hold = Math.min(longest, Math.max(1, this.#hold) * 2)
    else if (from === 'normal') this.#hold = fall
    this.#fellAt = undefined
    this.#wait = this.#hold
    this.#belowSince = undefined
    this.#level = to
    return { from, to, ratio }
  }

  #consider(ratio: number, now: number): LevelTransition | undefined {
    // A clock that went back restarts the wait rather than lengthening it.
    if (this.#belowSince === undefined || now < this.#belowSince) this.#belowSince = now
    if (now - this.#belowSince < this.#wait) return undefined
    const from = this.#level
    const to = pressureLevels[levelRank(from) - 1] ?? 'normal'
    this.#level = to
    this.#fellAt = now
    this.#wait = this.#dwell.fall
    this.#belowSince = ratio < this.exitMark ? now : undefined
    return { from, to, ratio }
  }
}
