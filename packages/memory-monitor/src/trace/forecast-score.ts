import { endOf, type Trace } from './trace.ts'

/** A forecast of the time to death, made at a time of the trace. */
export interface DeathForecast {
  /** When it was made, in milliseconds from the start of the trace. */
  readonly t: number
  /** Milliseconds from then: the earliest, the likeliest and the latest. */
  readonly earliest: number
  readonly expected: number
  readonly latest: number
}

/** How one forecast turned out. */
export interface ForecastOutcome {
  /** Milliseconds that were really left. */
  readonly left: number
  /** How far `expected` was off, as a share of what was left. */
  readonly error: number
  /** Whether what was left lay inside the interval. */
  readonly covered: boolean
}

/** How well forecasts did together. */
export interface ForecastScore {
  readonly count: number
  /** The median of `error`; `NaN` without any forecast. */
  readonly medianError: number
  /** The share of forecasts whose interval held what came; `NaN` without any. */
  readonly coverage: number
}

/** The span of time to death for which forecasts count, in milliseconds. */
export interface Horizon {
  /** @defaultValue 10_000 */
  readonly from?: number
  /** @defaultValue 120_000 */
  readonly to?: number
}

/**
 * How the forecasts on one trace turned out, for a process that died; nothing for
 * one that survived.
 */
export function forecastOutcomes(
  trace: Trace,
  forecasts: readonly DeathForecast[],
  { from = 10_000, to = 120_000 }: Horizon = {},
): readonly ForecastOutcome[] {
  const end = endOf(trace)
  if (end === undefined || end.how === 'survived') return []
  const outcomes: ForecastOutcome[] = []
  for (const { t, earliest, expected, latest } of forecasts) {
    const left = end.t - t
    if (left < from || left > to) continue
    const error = Math.abs(expected - left) / left
    outcomes.push({ left, error, covered: earliest <= left && left <= latest })
  }
  return outcomes
}

/** The outcomes of any number of traces as one score. */
export function scoreForecasts(outcomes: readonly ForecastOutcome[]): ForecastScore {
  const errors = outcomes.map(({ error }) => error).sort((a, b) => a - b)
  const count = errors.length
  const upper = errors[Math.floor(count / 2)] ?? Number.NaN
  const lower = errors[Math.ceil(count / 2) - 1] ?? Number.NaN
  const covered = outcomes.filter((outcome) => outcome.covered).length
  return { count, medianError: (lower + upper) / 2, coverage: covered / count }
}
