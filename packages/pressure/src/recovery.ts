import { type Clock, numberOption } from '@cultus/core'
import type { ConsumerLimits, Limit } from './limits.ts'

/** How what was given up comes back. */
export interface RecoveryOptions {
  /**
   * How fast the limit of a consumer grows back, as a share of its full bound per second.
   *
   * @defaultValue 0.05
   */
  readonly regrowth?: number
}

/** Turns a consumer sits out between two of its own; with {@link turnPeriod} one second. */
const turnsBetween = 10
const turnPeriod = 100

/** Fills in the defaults. */
export function resolveRecovery(options: RecoveryOptions = {}): Required<RecoveryOptions> {
  return { regrowth: numberOption('recovery.regrowth', options.regrowth ?? 0.05, 0.001, 1) }
}

/**
 * Who grows in a turn: of those whose turn has come, the ones waiting longest, and no more than a tenth
 * of everyone who waits (but one), so that never all refill at once.
 */
export function growsNow<K>(waiting: ReadonlyMap<K, number>, turn: number): readonly K[] {
  const most = Math.ceil(waiting.size / turnsBetween)
  return [...waiting]
    .filter(([, due]) => due <= turn)
    .sort(([, a], [, b]) => a - b)
    .slice(0, most)
    .map(([key]) => key)
}

/**
 * Raises lowered limits step by step up to what the level leaves, consumer by consumer.
 *
 * A consumer grows by one step a second at most, however late the timers run.
 */
export class Regrowth {
  readonly #clock: Clock
  readonly #limits: ConsumerLimits
  readonly #step: number
  readonly #waiting = new Map<Limit, number>()
  #turn = 0
  #cancel: (() => void) | undefined

  constructor(clock: Clock, limits: ConsumerLimits, options: Required<RecoveryOptions>) {
    this.#clock = clock
    this.#limits = limits
    this.#step = (options.regrowth * turnsBetween * turnPeriod) / 1_000
  }

  /** Looks again at who lies below what the level leaves; call it whenever a limit or the level changed. */
  update(): void {
    const behind = new Set(
      this.#limits.all.filter((limit) => limit.ratio < this.#limits.target(limit)),
    )
    for (const limit of this.#waiting.keys()) if (!behind.has(limit)) this.#waiting.delete(limit)
    for (const limit of behind)
      if (!this.#waiting.has(limit)) this.#waiting.set(limit, this.#turn + turnsBetween)
    if (this.#waiting.size === 0) this.stop()
    else this.#cancel ??= this.#clock.setTimer(() => this.#grow(), turnPeriod)
  }

  /** Leaves every limit where it is. */
  stop(): void {
    this.#waiting.clear()
    this.#cancel?.()
    this.#cancel = undefined
  }

  #grow(): void {
    this.#cancel = undefined
    this.#turn++
    for (const limit of growsNow(this.#waiting, this.#turn)) {
      this.#waiting.set(limit, this.#turn + turnsBetween)
      this.#limits.set(limit, Math.min(this.#limits.target(limit), limit.ratio + this.#step))
    }
    this.update()
  }
}
