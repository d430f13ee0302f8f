import { PressureBus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import { invalidArgument } from '../errors.ts'
import type { PressureReport } from '../event.ts'
import { levelRank, type PressureLevel } from '../level.ts'
import { ConsumerRegistry } from '../registry.ts'

interface PendingTimer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number
  #date: number
  #order = 0
  readonly #timers = new Set<PendingTimer>()

  /** Starts at `now` milliseconds; wall-clock time starts at `date`, 2026-01-01 unless given. */
  constructor(now = 0, date: number = Date.UTC(2026, 0, 1)) {
    this.#now = now
    this.#date = date
  }

  now(): number {
    return this.#now
  }

  date(): number {
    return this.#date
  }

  setTimer(callback: () => void, delay: number): () => void {
    const timer = { at: this.#now + Math.max(0, delay), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** How many timers are waiting: 0 after everything was stopped. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /**
   * Moves both times forward and runs the timers that fall due on the way, each at its own time.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a negative time.
   */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) {
      throw invalidArgument('milliseconds', 'be at least 0', milliseconds)
    }
    const end = this.#now + milliseconds
    for (let timer = this.#nextDue(end); timer !== undefined; timer = this.#nextDue(end)) {
      this.#timers.delete(timer)
      this.#moveTo(Math.max(this.#now, timer.at))
      timer.callback()
    }
    this.#moveTo(end)
  }

  /** Moves the time without running a timer, back or forth: a suspended machine, a clock that was set. */
  jump(milliseconds: number): void {
    this.#moveTo(this.#now + milliseconds)
  }

  #moveTo(now: number): void {
    this.#date += now - this.#now
    this.#now = now
  }

  #nextDue(end: number): PendingTimer | undefined {
    let next: PendingTimer | undefined
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (
        next === undefined ||
        timer.at < next.at ||
        (timer.at === next.at && timer.order < next.order)
      ) {
        next = timer
      }
    }
    return next
  }
}

/** Pressure that a test plays instead of measuring it. */
export interface ScriptedPressure {
  /** Give this to what is tested, as its `bus`. */
  readonly bus: PressureBus
  /** Give this to what is tested, as its `registry`. */
  readonly registry: ConsumerRegistry
  /** Give this to what is tested, as its `clock`. */
  readonly clock: FakeClock
  /** Puts the process at a level, with any part of the report overridden. */
  set(level: PressureLevel, report?: Partial<PressureReport>): void
  /** Plays levels one after another, each for some milliseconds. */
  play(steps: readonly (readonly [level: PressureLevel, milliseconds: number])[]): void
}

const typicalRatio = [0.4, 0.75, 0.9, 0.97] as const
const source = 'script'

/** A bus, a registry and a clock of their own, with pressure at the command of a test. */
export function scriptedPressure(): ScriptedPressure {
  const clock = new FakeClock()
  const bus = new PressureBus({ clock })
  const registry = new ConsumerRegistry()
  const set: ScriptedPressure['set'] = (level, report) => {
    bus.publish(source, {
      level,
      ratio: typicalRatio[levelRank(level)] ?? 0,
      reason: 'scripted',
      ...report,
    })
  }
  return {
    bus,
    registry,
    clock,
    set,
    play(steps) {
      for (const [level, milliseconds] of steps) {
        // Repeated while it lasts, as a monitor would: a silent source turns `unknown`.
        for (let left = milliseconds; left > 0; left -= 1_000) {
          set(level)
          clock.advance(Math.min(left, 1_000))
        }
        if (milliseconds <= 0) set(level)
      }
    },
  }
}
