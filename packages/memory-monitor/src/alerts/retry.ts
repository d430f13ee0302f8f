import { invalidOption, numberOption } from '@cultus/core'

/** How a request that failed is tried again. */
export interface HttpRetryOptions {
  /**
   * The most tries, the first included; 1 for no retries.
   *
   * @defaultValue 5
   */
  readonly attempts?: number
  /**
   * The pause after the first failure, in milliseconds; it doubles with each, and up to half of it
   * is left off at random.
   *
   * @defaultValue 500
   */
  readonly pause?: number
  /**
   * The longest pause, in milliseconds.
   *
   * @defaultValue 10_000
   */
  readonly longestPause?: number
  /**
   * The time within which the last try begins, in milliseconds.
   *
   * @defaultValue 30_000
   */
  readonly budget?: number
}

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveRetry(retry: HttpRetryOptions = {}): Required<HttpRetryOptions> {
  if (typeof retry !== 'object' || retry === null)
    throw invalidOption('retry', 'be an object', retry)
  const { attempts = 5, pause = 500, longestPause = 10_000, budget = 30_000 } = retry
  if (!Number.isSafeInteger(attempts) || attempts < 1 || attempts > 100)
    throw invalidOption('retry.attempts', 'be an integer from 1 to 100', attempts)
  return {
    attempts,
    pause: numberOption('retry.pause', pause, 0, 3_600_000),
    longestPause: numberOption('retry.longestPause', longestPause, 0, 3_600_000),
    budget: numberOption('retry.budget', budget, 0, 3_600_000),
  }
}

/**
 * The pause before the next try, in milliseconds, or `undefined` where there is none.
 *
 * `failures` counts those so far, `elapsed` is the time since the first try began, `asked` the
 * pause that the receiver asked for, and `random` a number in [0, 1). "Equal jitter": half the
 * pause is sure, half is random.
 */
export function nextPause(
  { attempts, pause, longestPause, budget }: Required<HttpRetryOptions>,
  failures: number,
  elapsed: number,
  asked: number,
  random: number,
): number | undefined {
  if (failures >= attempts) return undefined
  const whole = Math.min(pause * 2 ** (failures - 1), longestPause)
  const next = Math.max(whole * (1 - random / 2), asked)
  return Math.max(0, elapsed) + next > budget ? undefined : next
}

/**
 * Whether a request that was answered with this status may fare better later: 408, 429 and all of
 * 5xx (RFC 9110, RFC 6585).
 */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/**
 * The pause that a `Retry-After` header asks for, in milliseconds: whole seconds or a date
 * (RFC 9110, 10.2.3).
 */
export function retryAfter(header: string | null, date: number): number {
  if (header === null) return 0
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  // Only what looks like an HTTP date: `Date.parse` reads dates into many a text.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isFinite(at) ? Math.max(0, at - date) : 0
}
