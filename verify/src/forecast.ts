/**
 * How far the forecast of death is off, how often its interval holds what came, and whether it alarms early where all
 * is well: the real monitor on recorded leaks, on ones recorded now, and on generated ones.
 */
import type { PressureLevel } from '@cultus/core'
import {
  type DeathForecast,
  type ForecastOutcome,
  forecastOutcomes,
  monitorClassifier,
  replay,
  scoreForecasts,
  syntheticTrace,
  type Trace,
  worstLevel,
} from '@cultus/memory-monitor/trace'
import { progress, readOptions } from './harness/options.ts'
import { runAll } from './harness/run-all.ts'
import { table } from './harness/table.ts'
import { conclude } from './harness/verdict.ts'
import { corpus, type NamedTrace } from './replay/corpus.ts'
import { type Recording, record } from './replay/record.ts'

const mebibyte = 2 ** 20
const horizons = [
  [10_000, 20_000],
  [20_000, 40_000],
  [40_000, 80_000],
  [80_000, 120_000],
] as const
const mostError = 0.25
const leastCoverage = 0.85
/** Of the forecasts in one such span, in milliseconds, the last is a case: the monitor may make many. */
const caseEvery = 1_000

interface Forecasts {
  readonly made: readonly DeathForecast[]
  readonly worst: PressureLevel
}

interface Row {
  readonly name: string
  readonly kind: 'recorded' | 'live' | 'generated'
  readonly outcomes: readonly ForecastOutcome[]
  readonly trace: Trace
  readonly forecasts: readonly DeathForecast[]
}

const { quick, seed, jobs } = readOptions({ jobs: 2 })

/** What the monitor forecasts on a trace, at most once a second. */
function forecastsOn(trace: Trace): Forecasts {
  const cases = new Map<number, DeathForecast>()
  const monitor = monitorClassifier({
    onForecast({ level, earliest, expected, latest }, t) {
      if (level !== 'death') return
      cases.set(Math.floor(t / caseEvery), { t, earliest, expected, latest })
    },
  })
  const worst = worstLevel(replay(trace, monitor))
  return { made: [...cases.values()], worst }
}

function rowOf({ name, trace }: NamedTrace, kind: Row['kind']): Row {
  const { made } = forecastsOn(trace)
  return { name, kind, trace, forecasts: made, outcomes: forecastOutcomes(trace, made) }
}

function liveRuns(): readonly Recording[] {
  const lines = ['20', '24'] as const
  return lines.flatMap((line) =>
    [64, 128, 256, 512].flatMap((capMiB) =>
      [0.5, 1, 2].map((percent): Recording => {
        const capBytes = capMiB * mebibyte
        const rates = { rateShare: percent / 100, churnRate: 25 * mebibyte }
        const load = { kind: 'leak', capBytes, baseShare: 0.3, duration: 300_000, seed } as const
        return { workload: 'W2', line, capMiB, load: { ...load, ...rates } }
      }),
    ),
  )
}

async function live(): Promise<readonly Row[]> {
  if (quick) return []
  const runs = liveRuns()
  progress(`${runs.length} live leaks, ${jobs} at once`)
  return runAll(runs, { jobs, seed }, async (run, done) => {
    const trace = await record(run)
    const percent = 100 * (run.load.rateShare ?? 0)
    const name = `${run.capMiB} MiB, ${percent} %/s, Node ${run.line}`
    progress(`${done()} of ${runs.length}: ${name}`)
    return rowOf({ name, trace }, 'live')
  })
}

function generated(): readonly Row[] {
  const rows: Row[] = []
  for (const capMiB of quick ? [128, 512] : [64, 128, 256, 512, 2048]) {
    for (const leak of [0.005, 0.01, 0.02]) {
      const trace = syntheticTrace('W2', { seed: seed + rows.length, capMiB, leak })
      rows.push(rowOf({ name: `${capMiB} MiB, ${100 * leak} %/s`, trace }, 'generated'))
    }
  }
  return rows
}

const kept = corpus()
const dying = kept.filter(({ trace }) => trace.header.workload === 'W2')
const rows = [...dying.map((named) => rowOf(named, 'recorded')), ...(await live()), ...generated()]

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const scored = (outcomes: readonly ForecastOutcome[]): readonly string[] => {
  const { count, medianError, coverage } = scoreForecasts(outcomes)
  return count === 0 ? ['0', '-', '-'] : [`${count}`, percent(medianError), percent(coverage)]
}
const figures = ['cases', 'median error', 'in the interval']
const byRun = rows.map(({ name, kind, outcomes }) => [name, kind, ...scored(outcomes)])
process.stdout.write(`${table([['leak', 'run', ...figures], ...byRun])}\n\n`)

const real = rows.filter(({ kind }) => kind !== 'generated')
const byHorizon = horizons.map(([from, to]) => [
  `${from / 1_000} to ${to / 1_000} s`,
  ...scored(
    real.flatMap(({ trace, forecasts }) => forecastOutcomes(trace, forecasts, { from, to })),
  ),
])
process.stdout.write(`${table([['before death, real runs', ...figures], ...byHorizon])}\n\n`)

/** Where nothing is wrong, `normal` is all there may be. */
function early(): { readonly runs: number; readonly bad: readonly string[] } {
  const healthy = kept.filter(({ trace }) => ['W1', 'W5', 'W7'].includes(trace.header.workload))
  const made = (['W1', 'W5', 'W7'] as const).flatMap((workload) =>
    (quick ? [256] : [64, 128, 256, 512, 2048]).map((capMiB): NamedTrace => {
      return {
        name: `${workload}, ${capMiB} MiB`,
        trace: syntheticTrace(workload, { seed, capMiB }),
      }
    }),
  )
  const all = [...healthy, ...made]
  const bad = all.filter(({ trace }) => forecastsOn(trace).worst !== 'normal')
  return { runs: all.length, bad: bad.map(({ name }) => name) }
}

const outcomes = real.flatMap((row) => row.outcomes)
const { count, medianError, coverage } = scoreForecasts(outcomes)
const { runs, bad } = early()
conclude([
  {
    passed: count > 0 && medianError <= mostError,
    claim: `median error of the time to death of at most ${percent(mostError)}, real runs`,
    figure: `${percent(medianError)} in ${count} cases`,
  },
  {
    passed: count > 0 && coverage >= leastCoverage,
    claim: `at least ${percent(leastCoverage)} of the cases in the interval, real runs`,
    figure: percent(coverage),
  },
  {
    passed: runs > 0 && bad.length === 0,
    claim: 'no early alarm where all is well',
    figure: `${bad.length} of ${runs} traces${bad.length > 0 ? `: ${bad.join(', ')}` : ''}`,
  },
])
