import type { Assertion, Verdict } from './assertion.ts'
import type { MetricName } from './measures.ts'
import { type Point, placeOf } from './point.ts'
import type { Pooled } from './summary.ts'

/** What became of an assertion. */
export interface Judgement {
  readonly text: string
  readonly passed: boolean
  /** Points at which it was checked; 1 where it speaks of all together. */
  readonly checked: number
  /** Where it fails, with the values of both sides. */
  readonly failures: readonly string[]
}

/** Checks an assertion at each point, or over all of them. One that could be checked nowhere fails. */
export function judge(
  assertion: Assertion,
  points: readonly Point[],
  pooled: Readonly<Record<string, Pooled>>,
): Judgement {
  const verdicts: readonly (readonly [place: string, verdict: Verdict])[] = assertion.pooled
    ? [
        [
          'all points',
          assertion.check((subject, metric) => pooled[subject]?.[metric as keyof Pooled]),
        ],
      ]
    : points.map((point) => [
        placeOf(point),
        assertion.check((subject, metric) => point.measures[subject]?.[metric as MetricName]),
      ])
  const checked = verdicts.filter(([, { holds }]) => holds !== undefined)
  const failed = checked.filter(([, { holds }]) => holds === false)
  const failures = failed.map(
    ([place, { left = Number.NaN, right = Number.NaN }]) =>
      `${place}: ${left.toFixed(2)} against ${right.toFixed(2)}`,
  )
  const passed = checked.length > 0 && failed.length === 0
  return {
    text: assertion.text,
    passed,
    checked: checked.length,
    failures: checked.length === 0 ? ['could be checked at no point'] : failures,
  }
}
