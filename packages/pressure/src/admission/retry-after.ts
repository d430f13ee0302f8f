import { numberOption } from '@cultus/core'

/** How long a shed client is asked to wait. */
export interface RetryAfterOptions {
  /**
   * The least, in seconds.
   *
   * @defaultValue 2
   */
  readonly base?: number
  /**
   * The most that is added by chance, in seconds: clients told the same time come back in one wave.
   *
   * @defaultValue 3
   */
  readonly jitter?: number
}

const longest = 86_400

/**
 * Fills in the defaults.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveRetryAfter(options: RetryAfterOptions = {}): Required<RetryAfterOptions> {
  const { base = 2, jitter = 3 } = options
  return {
    base: numberOption('retryAfter.base', base, 0, longest),
    jitter: numberOption('retryAfter.jitter', jitter, 0, longest),
  }
}

/** Whole seconds, at least 1, evenly spread over `base`…`base + jitter` as `draw` goes from 0 to 1. */
export function retryAfterSeconds(options: Required<RetryAfterOptions>, draw: number): number {
  // A source of chance that is no such thing must not put `NaN` into a header.
  const share = draw >= 0 && draw < 1 ? draw : 0
  return Math.max(1, Math.floor(options.base + share * (options.jitter + 1)))
}
