/**
 * What it does to a process when a cache of a million entries gives up nine tenths: how long the event loop is held,
 * how long reads take meanwhile, and what comes back. Each policy has processes of its own, and so has a peer.
 */
import { everyPolicy } from './bound/every-policy.ts'
import { bundle } from './harness/bundle.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { runChild } from './harness/run-child.ts'
import { conclude } from './harness/verdict.ts'
import type { ReleaseArguments } from './release/release-child.ts'
import {
  loopTable,
  memoryTable,
  memoryVerdicts,
  type Released,
  readTable,
  timeVerdicts,
} from './release/report.ts'
import type { SubjectName } from './release/subject.ts'

// One at a time: what is measured is milliseconds of a core.
const { quick, seed, jobs, out, resume } = readOptions({ jobs: 1 })
const results = new Results<Released>(out, resume)
const script = await bundle(new URL('./release/release-child.ts', import.meta.url))
const entries = quick ? 200_000 : 1_000_000
const repeats = quick ? 1 : 3
const subjects: readonly SubjectName[] = [...everyPolicy, 'lru-cache']
const runs = subjects.flatMap((subject) =>
  Array.from({ length: repeats }, (_, repeat) => ({ subject, repeat })),
)

async function measure(run: (typeof runs)[number], done: () => number): Promise<Released> {
  const { subject, repeat } = run
  const key = `${subject} #${repeat}`
  const before = results.get(key)
  if (before !== undefined) return before
  const given: ReleaseArguments = { subject, entries, seed: seed + repeat }
  const outcome = await runChild({
    node: process.execPath,
    script,
    flags: ['--expose-gc', '--max-old-space-size=1024'],
    args: [JSON.stringify(given)],
    timeout: 300_000,
  })
  const told = outcome.lines.find(({ type }) => type === 'released')
  if (told === undefined) throw new Error(`${key} did not run: ${outcome.stderr}`)
  const result = { ...(told as unknown as Released), key, subject }
  results.add(result)
  progress(`${done()} of ${runs.length}: ${key}`)
  return result
}

progress(`${runs.length} processes with ${entries} entries, ${jobs} at once`)
const released = await runAll(runs, { jobs, seed }, measure)

for (const text of [loopTable(released), readTable(released), memoryTable(released)]) {
  process.stdout.write(`${text}\n\n`)
}
conclude([
  ...memoryVerdicts(released, entries / 10),
  // A fifth of the entries takes a fifth of the time, which says nothing of the claims: it is told and not judged.
  ...(quick ? [] : timeVerdicts(released)),
])
