/**
 * Whether healthy work raises an alarm: 10 simulated minutes of generated traces and of the recorded ones, and 60 s
 * of live processes, with and without verification.
 */
import { availableParallelism } from 'node:os'
import type { PressureLevel } from '@cultus/core'
import {
  durationOf,
  levelSpans,
  monitorClassifier,
  recordedTransitions,
  replay,
  syntheticTrace,
  type Trace,
  type Transition,
  truePeak,
  worstLevel,
} from '@cultus/memory-monitor/trace'
import { progress, readOptions } from './harness/options.ts'
import { runAll } from './harness/run-all.ts'
import { table } from './harness/table.ts'
import { conclude } from './harness/verdict.ts'
import { corpus } from './replay/corpus.ts'
import { canContain, type Recording, record } from './replay/record.ts'

const mebibyte = 2 ** 20
const modes = { verifying: true, 'not verifying': false } as const
type Mode = keyof typeof modes

interface Row {
  readonly name: string
  readonly how: 'generated' | 'recorded' | 'live'
  readonly mode: Mode
  readonly minutes: number
  /** The largest share of a death point that was truly reached. */
  readonly peak: number
  /** The largest share of the death point that was in use, garbage included. */
  readonly used: number
  /** The largest share of the limit of the container that was charged, page cache included; 0 without one. */
  readonly charged: number
  readonly worst: PressureLevel
  readonly rises: number
  readonly aboveNormal: number
}

const { quick, seed, jobs } = readOptions({ jobs: Math.max(2, availableParallelism()) })
const healthy = new Set(['W1', 'W5', 'W7'])

function rowOf(
  name: string,
  how: Row['how'],
  mode: Mode,
  trace: Trace,
  transitions: readonly Transition[],
): Row {
  const cap = trace.header.deathPointBytes
  const used = trace.events.map((event) => (event.type === 'heap' ? event.used / cap : 0))
  const charged = trace.events.map((event) =>
    event.type === 'container' ? (event.total ?? event.used) / event.limit : 0,
  )
  const up = levelSpans(trace, transitions).filter(({ level }) => level !== 'normal')
  return {
    name,
    how,
    mode,
    minutes: durationOf(trace) / 60_000,
    peak: truePeak(trace),
    used: used.reduce((most, each) => Math.max(most, each), 0),
    charged: charged.reduce((most, each) => Math.max(most, each), 0),
    worst: worstLevel(transitions),
    rises: transitions.filter(({ from }) => from === 'normal').length,
    aboveNormal: up.reduce((sum, { from, until }) => sum + until - from, 0),
  }
}

function replayed(name: string, how: Row['how'], trace: Trace): readonly Row[] {
  return (Object.keys(modes) as Mode[]).map((mode) => {
    const transitions = replay(trace, monitorClassifier({ verify: modes[mode] }))
    return rowOf(name, how, mode, trace, transitions)
  })
}

function generated(): readonly Row[] {
  const rows: Row[] = []
  for (const workload of ['W1', 'W5', 'W7'] as const) {
    for (const capMiB of quick ? [128] : [64, 128, 256, 512, 2048]) {
      for (const churn of quick ? [30] : [10, 20, 40]) {
        for (let repeat = 0; repeat < (quick ? 2 : 4); repeat++) {
          const trace = syntheticTrace(workload, { seed: seed + repeat, capMiB, churn })
          rows.push(...replayed(`${workload}, ${capMiB} MiB, ${churn} MiB/s`, 'generated', trace))
        }
      }
    }
  }
  return rows
}

function recorded(): readonly Row[] {
  return corpus()
    .filter(({ trace }) => healthy.has(trace.header.workload))
    .flatMap(({ name, trace }) => replayed(name, 'recorded', trace))
}

function liveRuns(): readonly Recording[] {
  const duration = quick ? 15_000 : 60_000
  const capBytes = 256 * mebibyte
  const common = { capBytes, duration, seed }
  const runs: Recording[] = []
  for (const baseShare of quick ? [0.3] : [0.2, 0.4]) {
    const churnRate = 40 * mebibyte
    const load = { ...common, kind: 'sawtooth', baseShare, churnRate } as const
    runs.push({ workload: 'W1', line: '20', capMiB: 256, load })
  }
  if (canContain()) {
    const load = { ...common, kind: 'page-cache' } as const
    runs.push({ workload: 'W5', line: '20', capMiB: 256, limitMiB: 256, load })
  } else progress('no memory control group can be made here: the live page-cache flood is left out')
  for (const rateShare of quick ? [0.06] : [0.02, 0.06]) {
    // The ring of the churn is live too, a tenth of the cap.
    const more = { rateShare, plateauShare: 0.44, churnRate: 20 * mebibyte }
    const load = { ...common, kind: 'warm-up', ...more } as const
    runs.push({ workload: 'W7', line: '20', capMiB: 256, load })
  }
  return quick ? runs : runs.flatMap((run): Recording[] => [run, { ...run, line: '24' }])
}

/** Each load with one mode at a time: the collections that one forces would be readings for the other. */
async function live(): Promise<readonly Row[]> {
  const wanted = liveRuns().flatMap((run) =>
    (Object.keys(modes) as Mode[]).map((mode) => ({ run, mode })),
  )
  progress(`${wanted.length} live runs, ${jobs} at once`)
  return runAll(wanted, { jobs, seed }, async ({ run, mode }, done) => {
    const trace = await record({ ...run, monitors: { [mode]: { verify: modes[mode] } } })
    progress(`${done()} of ${wanted.length}: ${run.workload} on Node ${run.line}, ${mode}`)
    const { rateShare, baseShare } = run.load
    const share = rateShare ?? baseShare
    const name = `${run.workload}, Node ${run.line}${share === undefined ? '' : `, ${share}`}`
    return rowOf(name, 'live', mode, trace, recordedTransitions(trace, mode))
  })
}

/** Repeats of one load as one row: the worst of each figure. */
function joined(rows: readonly Row[]): readonly Row[] {
  const byName = new Map<string, Row>()
  for (const row of rows) {
    const key = `${row.how} ${row.name} ${row.mode}`
    const other = byName.get(key)
    byName.set(key, other === undefined ? row : worse(row, other))
  }
  return [...byName.values()]
}

const order: readonly PressureLevel[] = ['normal', 'warning', 'critical', 'emergency']

function worse(one: Row, other: Row): Row {
  const max = (of: (row: Row) => number): number => Math.max(of(one), of(other))
  return {
    ...one,
    minutes: one.minutes + other.minutes,
    peak: max(({ peak }) => peak),
    used: max(({ used }) => used),
    charged: max(({ charged }) => charged),
    worst: order[max(({ worst }) => order.indexOf(worst))] ?? 'normal',
    rises: one.rises + other.rises,
    aboveNormal: one.aboveNormal + other.aboveNormal,
  }
}

const rows = [...generated(), ...recorded(), ...(await live())]
const head = [
  'workload',
  'run',
  'minutes',
  'live',
  'used',
  'charged',
  '',
  'worst',
  'rises',
  'above (s)',
]
const share = (value: number): string => value.toFixed(2)
const cells = joined(rows).map(
  ({ name, how, minutes, peak, used, charged, mode, worst, ...rest }) => [
    name,
    how,
    minutes.toFixed(1),
    share(peak),
    share(used),
    charged === 0 ? '-' : share(charged),
    mode,
    worst,
    `${rest.rises}`,
    (rest.aboveNormal / 1_000).toFixed(1),
  ],
)
process.stdout.write(`${table([head, ...cells])}\n\n`)

function verdict(how: Row['how'], mode: Mode, allowed: readonly PressureLevel[]) {
  const own = rows.filter((row) => row.how === how && row.mode === mode)
  const bad = own.filter(({ worst }) => !allowed.includes(worst))
  const minutes = own.reduce((sum, row) => sum + row.minutes, 0)
  return {
    passed: own.length > 0 && bad.length === 0,
    timed: how === 'live',
    claim: `${how}, ${mode}: nothing above ${allowed.at(-1)}`,
    figure: `${bad.length} of ${own.length} runs, ${minutes.toFixed(0)} minutes`,
  }
}

conclude(
  (['generated', 'recorded', 'live'] as const).flatMap((how) => [
    verdict(how, 'verifying', ['normal']),
    verdict(how, 'not verifying', ['normal', 'warning']),
  ]),
)
