/** How often something may happen: so many times at once, and once more after each interval. */
export interface AlertRateLimit {
  /** The most at once; a positive integer. */
  readonly burst: number
  /** Time after which there may be one more, in milliseconds. */
  readonly interval: number
}

/**
 * Holds a rate to its limit: no stretch of time sees more than `burst` and one for
 * each `interval` in it.
 */
export class TokenBucket {
  readonly #limit: AlertRateLimit
  #tokens: number
  #at: number

  constructor(limit: AlertRateLimit, now: number) {
    this.#limit = limit
    this.#tokens = limit.burst
    this.#at = now
  }

  /** Takes a token, where there is one. */
  take(now: number): boolean {
    this.#fill(now)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** When there is a token, on the scale of `now`. */
  availableAt(now: number): number {
    this.#fill(now)
    return this.#tokens >= 1 ? now : this.#at + this.#limit.interval
  }

  #fill(now: number): void {
    const { burst, interval } = this.#limit
    // A clock that went back starts the interval anew.
    if (now < this.#at) this.#at = now
    const earned = Math.floor((now - this.#at) / interval)
    this.#tokens = Math.min(burst, this.#tokens + earned)
    this.#at = this.#tokens === burst ? now : this.#at + earned * interval
  }
}
