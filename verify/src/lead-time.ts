/**
 * How long before its death a leaking process hears of it: leaks over churn in heaps that V8 ends, and Buffers in
 * control groups that the kernel ends.
 */
import { availableParallelism } from 'node:os'
import { bundle } from './harness/bundle.ts'
import { nodeBinary } from './harness/node-versions.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { conclude } from './harness/verdict.ts'
import { canMakeGroup, measureLead } from './lead-time/measure.ts'
import { expectedSeconds, plan, type Run } from './lead-time/plan.ts'
import { cellTable, isTooEasy, type LeadResult, missTable, verdicts } from './lead-time/report.ts'

// A leak takes a small part of a core until its last second; only that must not meet too many of its kind.
const { quick, seed, jobs, out, resume } = readOptions({ jobs: 2 * availableParallelism() })
const runs = plan(quick, seed)
const results = new Results<LeadResult>(out, resume)
const left = runs.filter(({ key }) => results.get(key) === undefined)
const real = canMakeGroup()

const minutes = left.reduce((sum, run) => sum + expectedSeconds(run), 0) / jobs / 60
progress(`${left.length} of ${runs.length} runs, ${jobs} at once: about ${Math.ceil(minutes)} min`)
progress(
  real
    ? 'runs outside the heap are killed by the kernel, in memory control groups made for them'
    : 'no memory control group can be made here: a supervisor kills at the limit',
)

/** How often a run is repeated that the machine was too busy for. */
const mostAgain = 2

const script = await bundle(new URL('./workload/child.ts', import.meta.url))

async function measure(run: Run, done: () => number): Promise<LeadResult> {
  const before = results.get(run.key)
  if (before !== undefined) {
    done()
    return before
  }
  const means = { node: await nodeBinary(run.line), script, real }
  let result = await measureLead(run, means)
  for (let again = 1; again <= mostAgain && isTooEasy(result); again++) {
    progress(`${run.key}: the machine was too busy for its rate, once more`)
    result = { ...(await measureLead(run, means)), again }
  }
  results.add(result)
  const { critical, death } = result
  const lead = critical === undefined ? 'no critical' : `critical ${critical.toFixed(1)} s before`
  progress(`${done()} of ${runs.length}: ${run.key}: ${lead}, ${death}`)
  return result
}

const measured = await runAll(runs, { jobs, seed }, measure)
process.stdout.write(`${cellTable(measured)}\n\n`)
const misses = missTable(measured)
if (misses !== undefined) process.stdout.write(`Misses:\n${misses}\n\n`)
if (!real)
  process.stdout.write('Outside the heap a supervisor killed at the limit, not the kernel.\n')
conclude(verdicts(measured))
