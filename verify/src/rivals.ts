/**
 * How the monitor does beside what services watch today: everyone in the same process, on the same runs.
 *
 * An alarm is `critical` or worse, and for a rival that it would refuse work. A run with `ours, verifying` among them
 * is one in which collections were forced, which helps everyone who reads the heap; so each load is run without it
 * too, and the second table is of those runs.
 */
import { recordedTransitions, score } from '@cultus/memory-monitor/trace'
import { type NodeLine, nodeLines } from './harness/node-versions.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { table } from './harness/table.ts'
import { conclude, type Verdict } from './harness/verdict.ts'
import { canContain, type Recording, record } from './replay/record.ts'
import { loads } from './rivals/loads.ts'
import { rivalNames } from './rivals/observers.ts'
import { head, lines, type Observed, rowOf, type Standing, standingOf } from './rivals/standing.ts'

const verifying = 'ours, verifying'
const notVerifying = 'ours, not verifying'

interface Run extends Recording {
  readonly key: string
  readonly observers: readonly string[]
}

interface Result {
  readonly key: string
  readonly verified: boolean
  readonly observed: readonly Observed[]
}

const { quick, seed, jobs, out, resume } = readOptions({ jobs: 2 })
const results = new Results<Result>(out, resume)
const contained = canContain()
if (!contained) progress('no memory control group can be made here: what needs one is left out')

function plan(): readonly Run[] {
  const runs: Run[] = []
  const supported: readonly NodeLine[] = nodeLines.filter((line) => line === '20' || line === '24')
  for (let repeat = 0; repeat < (quick ? 1 : 2); repeat++) {
    for (const line of quick ? supported.slice(0, 1) : supported) {
      for (const [index, each] of loads(quick, seed + repeat).entries()) {
        if (each.limitMiB !== undefined && !contained) continue
        for (const verify of quick ? [true] : [true, false]) {
          const observers = [...rivalNames, notVerifying, ...(verify ? [verifying] : [])]
          const monitors = {
            [notVerifying]: { verify: false },
            ...(verify && { [verifying]: { verify: true } }),
          }
          const key = `${line} ${each.workload} ${index} ${repeat} ${verify} ${seed} ${quick}`
          runs.push({ ...each, line, key, observers, monitors, rivals: true })
        }
      }
    }
  }
  return runs
}

async function measure(run: Run, done: () => number): Promise<Result> {
  const before = results.get(run.key)
  if (before !== undefined) return before
  const trace = await record(run)
  const observed = run.observers.map((name): Observed => {
    const { died, missed, lead, falseAlarms, recovery } = score(
      trace,
      recordedTransitions(trace, name),
    )
    const transitions = recordedTransitions(trace, name)
    return {
      name,
      workload: run.workload,
      died,
      missed,
      lead: lead.critical,
      falseAlarms: falseAlarms.critical,
      alarmed: transitions.some(({ to }) => to === 'critical' || to === 'emergency'),
      recovery,
    }
  })
  const result = { key: run.key, verified: run.observers.includes(verifying), observed }
  results.add(result)
  progress(`${done()} of ${runs.length}: ${run.workload} on Node ${run.line}, ${run.capMiB} MiB`)
  return result
}

const runs = plan()
progress(`${runs.length} runs, ${jobs} at once`)
const measured = await runAll(runs, { jobs, seed }, measure)

function standings(verified: boolean): readonly Standing[] {
  const observed = measured.filter((each) => each.verified === verified)
  const names = [...(verified ? [verifying] : []), notVerifying, ...rivalNames]
  const all = observed.flatMap((each) => each.observed)
  return names.map((name) => standingOf(name, all))
}

const verdicts: Verdict[] = []
for (const verified of quick ? [true] : [true, false]) {
  const all = standings(verified)
  const [ours, ...others] = all
  if (ours === undefined) continue
  process.stdout.write(`${verified ? 'Everyone together' : 'Without forced collections'}\n\n`)
  process.stdout.write(`${table([head, ...all.map(rowOf)])}\n\n`)
  const rivals = others.filter(({ name }) => name !== notVerifying)
  process.stdout.write(`${lines(ours, rivals).join('\n')}\n\n`)
  if (!verified) continue
  verdicts.push({
    passed: rivals.every(({ misses }) => ours.misses <= misses),
    timed: true,
    claim: 'no rival misses fewer deaths',
    figure: `${ours.misses} of ${ours.deaths}`,
  })
  verdicts.push({
    passed: rivals.every(({ alarms }) => ours.alarms <= alarms),
    timed: true,
    claim: 'no rival has fewer false alarms',
    figure: `${ours.alarms} in ${ours.healthy} healthy runs`,
  })
}
conclude(verdicts)
