import type { PressureLevel } from '@cultus/core'

/** What decides how soon to measure again. */
export interface PaceFacts {
  readonly level: PressureLevel
  /** The share of the death point at which `warning` is entered. */
  readonly warning: number
  /** The most that is used now, as a share of the death point. */
  readonly upper: number
  /** How fast that grows, as a share a second; nothing is made of a fall. */
  readonly growth: number
  /** Milliseconds between two measurements while all is well, and while it is not. */
  readonly interval: number
  readonly fastInterval: number
}

/**
 * Within this share of the death point under `warning`, measurements come fast whatever the growth.
 */
const nearMargin = 0.1

/** So many measurements fit between now and `warning`, at the growth of now. */
const measurementsAhead = 4

/** Whether a share of the death point is near `warning`, or over it. */
export function isNear(share: number, warning: number): boolean {
  return share >= warning - nearMargin
}

/**
 * The milliseconds until the next measurement: few near a threshold, or while it
 * comes near fast; pure.
 */
export function nextDelay(facts: PaceFacts): number {
  const { level, warning, upper, growth, interval, fastInterval } = facts
  if (level !== 'normal' || isNear(upper, warning)) return fastInterval
  const ahead = growth > 0 ? ((warning - upper) / growth) * 1_000 : Number.POSITIVE_INFINITY
  return Math.min(interval, Math.max(fastInterval, ahead / measurementsAhead))
}

/** Decides how soon to measure again, from how fast what is used has grown of late. */
export class Pace {
  readonly #interval: number
  readonly #fastInterval: number
  #upper = 0
  #at: number | undefined
  #growth = 0

  constructor({ interval, fastInterval }: Pick<PaceFacts, 'interval' | 'fastInterval'>) {
    this.#interval = interval
    this.#fastInterval = fastInterval
  }

  /** Takes in the most that is used at `now`, as a share of the death point. */
  observe(upper: number, now: number): void {
    const elapsed = now - (this.#at ?? now)
    // What a collection freed says nothing of how fast the rest comes back.
    if (elapsed > 0 && upper >= this.#upper)
      this.#growth = ((upper - this.#upper) / elapsed) * 1_000
    if (elapsed === 0 && this.#at !== undefined) return
    this.#upper = upper
    this.#at = now
  }

  /** The milliseconds until the next measurement. */
  delay(level: PressureLevel, warning: number): number {
    return nextDelay({
      level,
      warning,
      upper: this.#upper,
      growth: this.#growth,
      interval: this.#interval,
      fastInterval: this.#fastInterval,
    })
  }
}
