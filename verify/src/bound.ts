/**
 * Whether the bound of a cache is a bound of the heap: what collections leave of it with a full cache, for each policy
 * and shape of value. Each has a process of its own.
 */
import type { PolicyName } from '@cultus/bounded-cache'
import type { BoundArguments } from './bound/bound-child.ts'
import { everyPolicy } from './bound/every-policy.ts'
import {
  type Bounded,
  failures,
  overheadTable,
  type Phase,
  phaseTable,
  shapeTable,
  verdicts,
} from './bound/report.ts'
import { bundle } from './harness/bundle.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { type ChildOutcome, runChild } from './harness/run-child.ts'
import { conclude } from './harness/verdict.ts'
import { quickShapes, shapes } from './sizing/shapes.ts'

const mebibyte = 2 ** 20
const { quick, seed, jobs, out, resume } = readOptions()
const results = new Results<Bounded>(out, resume)
const script = await bundle(new URL('./bound/bound-child.ts', import.meta.url))

interface Run {
  readonly policy: PolicyName
  readonly shape: string
  readonly bound: number
}

const everyRun: readonly Run[] = [8, 64].flatMap((bound) =>
  Object.keys(shapes).flatMap((shape) => everyPolicy.map((policy) => ({ policy, shape, bound }))),
)
/** Every policy with the smallest entries, which cost most beside what they hold, and some with others. */
const quickRuns: readonly Run[] = everyPolicy.flatMap((policy, at) => {
  const other = quickShapes[1 + (at % (quickShapes.length - 1))] ?? ''
  return ['Date', other].map((shape) => ({ policy, shape, bound: 8 }))
})
const runs = quick ? quickRuns : everyRun

function read(lines: ChildOutcome['lines']): readonly Phase[] {
  const empty = Number(lines.find(({ type }) => type === 'empty')?.['held'])
  return lines.flatMap(({ type, phase, held, charged, contents, entries }) =>
    type === 'phase'
      ? [
          {
            phase: String(phase),
            over: Number(held) - empty,
            charged: Number(charged),
            contents: Number(contents),
            entries: Number(entries),
          },
        ]
      : [],
  )
}

async function measure({ policy, shape, bound }: Run, done: () => number): Promise<Bounded> {
  const key = `${policy}, ${shape}, ${bound} MiB`
  const before = results.get(key)
  if (before !== undefined) return before
  const given: BoundArguments = { policy, shape, maxBytes: bound * mebibyte, seed }
  const outcome = await runChild({
    node: process.execPath,
    script,
    // What is measured, as much again for garbage and for the keys and values that are looked through.
    flags: ['--expose-gc', `--max-old-space-size=${2 * bound + 64}`],
    args: [JSON.stringify(given)],
    timeout: 300_000,
  })
  const { death } = outcome
  if (death !== undefined) progress(`${key}: ${death}\n${outcome.stderr.slice(0, 2_000)}`)
  const { maxBytes } = given
  const result = { key, policy, shape, maxBytes, death, phases: read(outcome.lines) }
  results.add(result)
  progress(`${done()} of ${runs.length}: ${key}`)
  return result
}

progress(`${runs.length} processes, ${jobs} at once`)
const bounded = await runAll(runs, { jobs, seed }, measure)

const lived = bounded.filter(({ death }) => death === undefined)
const beyondLimit = failures(bounded)
for (const text of [
  shapeTable(lived),
  overheadTable(lived),
  phaseTable(lived),
  ...(beyondLimit.length === 0 ? [] : [beyondLimit.join('\n')]),
]) {
  process.stdout.write(`${text}\n\n`)
}
conclude(verdicts(bounded))
