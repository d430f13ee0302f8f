import {
  type Clock,
  type ElevatedLevel,
  elevatedLevels,
  type LevelDwell,
  LevelMachine,
  type LevelReading,
  levelRank,
  type PressureLevel,
  systemClock,
} from '@cultus/core'
import { SampleRing } from '../history/sample-ring.ts'
import { LevelRecorder } from './level-recorder.ts'
import { type LevelSettings, levelSettings, settingsOver } from './level-settings.ts'
import type { Disagreement, ShadowEvent, ShadowSnapshot } from './shadow-report.ts'

/** Thresholds to try without acting on them; what is not given is as in the set in force. */
export interface ShadowThresholds extends Partial<Readonly<Record<ElevatedLevel, number>>> {
  /**
   * How far under its threshold a level is left, as a share of the death point.
   *
   * @defaultValue that in force
   */
  readonly hysteresis?: number
  /**
   * How long levels are held, in milliseconds.
   *
   * @defaultValue that in force
   */
  readonly dwell?: LevelDwell
}

/** The settings of a shadow set next to those in force. */
export function shadowSettings(shadow: ShadowThresholds, inForce: LevelSettings): LevelSettings {
  const { hysteresis, dwell } = shadow
  const thresholds: Partial<Record<ElevatedLevel, number>> = {}
  for (const level of elevatedLevels) {
    const threshold = shadow[level]
    if (threshold !== undefined) thresholds[level] = threshold
  }
  return settingsOver(inForce, {
    thresholds,
    ...(hysteresis !== undefined && { hysteresis }),
    ...(dwell !== undefined && { dwell }),
  })
}

/** Settings for {@link ShadowLevels}. */
export interface ShadowOptions extends LevelSettings {
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

/** How many disagreements are kept one by one; older ones stay in the sums. */
const keptDisagreements = 32

/**
 * A second set of thresholds that sees every reading and acts on none.
 *
 * It has nothing to act with: no bus, no registry, no timer, and no say in when a collection is
 * forced. It keeps what it would have done next to what was done, in memory that does not grow.
 */
export class ShadowLevels {
  readonly #machine: LevelMachine
  readonly #clock: Clock
  readonly #recent = new SampleRing<Disagreement>(keptDisagreements - 1)
  readonly #shadow = new LevelRecorder('normal')
  readonly #actual: LevelRecorder
  #observedAt: number | undefined
  #present: Disagreement | undefined
  #ended = 0
  #longest = 0
  #shadowWorse = 0
  #shadowBetter = 0

  /**
   * `actual` is the level in force when the comparison begins.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`
   */
  constructor(options: ShadowOptions = {}, actual: PressureLevel = 'normal') {
    this.#actual = new LevelRecorder(actual)
    this.#clock = options.clock ?? systemClock
    this.#machine = new LevelMachine({ ...levelSettings(options), clock: this.#clock })
  }

  /** The level that would be in force. */
  get level(): PressureLevel {
    return this.#machine.level
  }

  get thresholds(): Readonly<Record<ElevatedLevel, number>> {
    return this.#machine.thresholds
  }

  get hysteresis(): number {
    return this.#machine.hysteresis
  }

  /** The ratio under which the level that would be in force is left, or 0 at `normal`. */
  get exitMark(): number {
    return this.#machine.exitMark
  }

  /**
   * Takes in a reading and the level that is in force after it; returns the change of the
   * shadow's level, if any.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what is no reading; the record is as it was.
   */
  observe(reading: LevelReading, actual: PressureLevel): ShadowEvent | undefined {
    const transition = this.#machine.observe(reading)
    const now = this.#clock.now()
    const at = this.#clock.date()
    // A clock that went back adds no time.
    const elapsed = Math.max(0, now - (this.#observedAt ?? now))
    this.#observedAt = now
    this.#compare(elapsed)
    this.#shadow.observe(this.level, elapsed)
    this.#actual.observe(actual, elapsed)
    this.#turn(at)
    if (transition === undefined) return undefined
    const { from, to, ratio } = transition
    return { level: to, previous: from, actual, ratio, at }
  }

  /** The comparison up to the last reading. */
  snapshot(): ShadowSnapshot {
    const present = this.#present
    const recent = this.#recent.toArray()
    return {
      thresholds: this.thresholds,
      shadow: this.#shadow.record(),
      actual: this.#actual.record(),
      disagreements: {
        count: this.#ended + (present === undefined ? 0 : 1),
        total: this.#shadowWorse + this.#shadowBetter,
        longest: Math.max(this.#longest, present?.duration ?? 0),
        shadowWorse: this.#shadowWorse,
        shadowBetter: this.#shadowBetter,
        recent: present === undefined ? recent : [...recent, present],
      },
    }
  }

  /** Adds the time since the last reading to the disagreement that held in it. */
  #compare(elapsed: number): void {
    if (this.#present === undefined) return
    this.#present = { ...this.#present, duration: this.#present.duration + elapsed }
    const worse = levelRank(this.#shadow.level) > levelRank(this.#actual.level)
    if (worse) this.#shadowWorse += elapsed
    else this.#shadowBetter += elapsed
  }

  /** Begins or ends a disagreement. */
  #turn(at: number): void {
    const shadow = this.#shadow.level
    const actual = this.#actual.level
    if (shadow !== actual) {
      this.#present ??= { at, duration: 0, shadow, actual }
      return
    }
    if (this.#present === undefined) return
    this.#ended++
    this.#longest = Math.max(this.#longest, this.#present.duration)
    this.#recent.push(this.#present)
    this.#present = undefined
  }
}
