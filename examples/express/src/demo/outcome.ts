import type { Latencies, PhaseFigures, Tally } from './load.ts'
import { longestRecovery } from './schedule.ts'
import type { Phase, RequestClass } from './traffic.ts'
import type { TwinRecord } from './twin.ts'

/** What one run comes to. */
export interface Outcome {
  readonly survived: boolean
  readonly exit: {
    readonly code: number | null
    readonly signal: string | null
    readonly words: string
    readonly afterSeconds: number
  } | null
  /** The highest share of the death point that was live right after a major collection. */
  readonly peakLiveRatio: number
  readonly hotHitRatio: number | null
  readonly cachedP95Ms: number
  readonly cachedP95MsByPhase: Partial<Record<Phase, number>>
  readonly latencyMs: Partial<
    Record<Phase, { readonly cached: Latencies; readonly uncached: Latencies }>
  >
  readonly essentialSuccess: number | null
  readonly served: number
  readonly shed: number
  readonly failed: number
  readonly byClass: Tally
  /** 5xx answers other than 503 with `Retry-After`. */
  readonly wrongAnswers: number
  /** Seconds from the end of the storm until the level was `normal`; null when it never was, or nobody tells. */
  readonly recoverySeconds: number | null
  /** The worst level that was told; null where nobody tells. */
  readonly worstLevel: string | null
}

const order = ['normal', 'warning', 'critical', 'emergency']

/** Adds up a record. */
export function outcomeOf(record: TwinRecord): Outcome {
  const phases = Object.entries(record.figures) as [Phase, PhaseFigures][]
  const sum = (pick: (figures: PhaseFigures) => number): number =>
    phases.reduce((total, [, each]) => total + pick(each), 0)
  const byClass = mergedTallies(phases.map(([, { tally }]) => tally))
  const total = (kind: 'served' | 'shed' | 'failed'): number =>
    Object.values(byClass).reduce((count, each) => count + each[kind], 0)
  const { essential } = byClass
  const asked = essential.served + essential.shed + essential.failed
  const hotRequests = sum((each) => each.hotRequests)
  const worst = Math.max(0, ...record.levels.map(({ level }) => order.indexOf(level)))
  return {
    survived: record.death === undefined,
    exit: record.death
      ? {
          code: record.death.code,
          signal: record.death.signal,
          words: record.death.words,
          afterSeconds: rounded(record.death.after / 1_000),
        }
      : null,
    peakLiveRatio: rounded(
      Math.max(0, ...record.readings.map(({ live }) => live)) / record.deathPoint,
      3,
    ),
    hotHitRatio: hotRequests === 0 ? null : rounded(sum((each) => each.hotHits) / hotRequests, 3),
    cachedP95Ms: rounded(Math.max(0, ...phases.map(([, { cached }]) => cached.p95))),
    cachedP95MsByPhase: Object.fromEntries(
      phases.map(([phase, { cached }]) => [phase, rounded(cached.p95)]),
    ),
    latencyMs: Object.fromEntries(
      phases.map(([phase, { cached, uncached }]) => [phase, { cached, uncached }]),
    ),
    essentialSuccess: asked === 0 ? null : rounded(essential.served / asked, 4),
    served: total('served'),
    shed: total('shed'),
    failed: total('failed'),
    byClass,
    wrongAnswers: sum((each) => each.wrongAnswers),
    recoverySeconds: recoverySeconds(record),
    worstLevel: record.name === 'cultus' ? (order[worst] ?? null) : null,
  }
}

function recoverySeconds({ levels, phaseStarts, death, name }: TwinRecord): number | null {
  const end = phaseStarts.recovery
  if (end === undefined || death !== undefined || name !== 'cultus') return null
  const last = levels.at(-1)
  if (last === undefined) return 0
  if (last.level !== 'normal') return null
  return rounded(Math.max(0, last.at - end) / 1_000)
}

function mergedTallies(tallies: readonly Tally[]): Tally {
  const merge = (requestClass: RequestClass): Tally[RequestClass] => {
    const sum = { served: 0, shed: 0, failed: 0 }
    for (const tally of tallies) {
      sum.served += tally[requestClass].served
      sum.shed += tally[requestClass].shed
      sum.failed += tally[requestClass].failed
    }
    return sum
  }
  return {
    essential: merge('essential'),
    standard: merge('standard'),
    background: merge('background'),
  }
}

/** One line of what the protected run promises. */
export interface Verdict {
  readonly promise: string
  readonly figure: string
  readonly kept: boolean
}

/** Holds the protected run against what it promises. */
export function verdictsOn(cultus: Outcome, unprotected: Outcome): readonly Verdict[] {
  const percent = (value: number | null): string =>
    value === null ? 'none' : `${(value * 100).toFixed(1)} %`
  const { calm = 0, storm = 0, recovery = 0 } = cultus.cachedP95MsByPhase
  return [
    {
      promise: 'without Cultus the service dies of heap exhaustion',
      figure: unprotected.exit ? unprotected.exit.words : 'it survived',
      kept: unprotected.exit?.words.includes('heap out of memory') ?? false,
    },
    {
      promise: 'with Cultus it lives',
      figure: cultus.survived ? 'alive' : (cultus.exit?.words ?? ''),
      kept: cultus.survived,
    },
    {
      promise: 'essential requests served ≥ 99 %',
      figure: percent(cultus.essentialSuccess),
      kept: (cultus.essentialSuccess ?? 0) >= 0.99,
    },
    {
      promise: 'no 5xx but 503 with Retry-After',
      figure: String(cultus.wrongAnswers),
      kept: cultus.wrongAnswers === 0,
    },
    {
      promise: 'hit ratio of the hot set > 80 %',
      figure: percent(cultus.hotHitRatio),
      kept: (cultus.hotHitRatio ?? 0) > 0.8,
    },
    {
      promise: 'cached p95 < 200 ms while calm',
      figure: `${calm} ms, ${recovery} ms`,
      kept: Math.max(calm, recovery) < 200,
    },
    { promise: 'cached p95 < 500 ms in the storm', figure: `${storm} ms`, kept: storm < 500 },
    {
      promise: `normal again < ${longestRecovery / 1_000} s after the storm`,
      figure: cultus.recoverySeconds === null ? 'never' : `${cultus.recoverySeconds} s`,
      kept: cultus.recoverySeconds !== null && cultus.recoverySeconds < longestRecovery / 1_000,
    },
  ]
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}
