/**
 * Records the traces that are kept in the repository anew, in `packages/memory-monitor/traces`: real processes,
 * without a monitor in them, so that no collection was forced. Takes some ten minutes; `--quick` leaves out
 * the long ones.
 */
import { mkdirSync, statSync } from 'node:fs'
import { writeTrace } from '@cultus/memory-monitor/trace'
import { progress, readOptions } from './harness/options.ts'
import { runAll } from './harness/run-all.ts'
import { traceFolder } from './replay/corpus.ts'
import { canContain, type Recording, record } from './replay/record.ts'

const mebibyte = 2 ** 20
const longRun = 600_000

interface Named extends Recording {
  readonly name: string
}

const { quick, seed, jobs } = readOptions({ jobs: 3 })

function leak(line: '20' | '24', capMiB: number, percent: number): Named {
  const capBytes = capMiB * mebibyte
  return {
    name: `w2-${capMiB}-mib-${percent}-percent-node-${line}`,
    workload: 'W2',
    line,
    capMiB,
    load: {
      kind: 'leak',
      capBytes,
      baseShare: 0.4,
      rateShare: percent / 100,
      churnRate: 25 * mebibyte,
      duration: 300_000,
      seed,
    },
  }
}

const capBytes = 256 * mebibyte
const recordings: readonly Named[] = [
  {
    name: 'w1-sawtooth',
    workload: 'W1',
    line: '20',
    capMiB: 256,
    interval: 250,
    load: {
      kind: 'sawtooth',
      capBytes,
      baseShare: 0.3,
      churnRate: 30 * mebibyte,
      duration: longRun,
      seed,
    },
  },
  leak('20', 64, 2),
  leak('24', 64, 5),
  leak('20', 128, 1),
  leak('24', 128, 2),
  leak('20', 256, 1),
  leak('24', 256, 2),
  leak('20', 512, 2),
  leak('24', 512, 1),
  {
    name: 'w4-fill-and-clear',
    workload: 'W4',
    line: '20',
    capMiB: 256,
    load: {
      kind: 'fill-and-clear',
      capBytes,
      rateShare: 0.05,
      plateauShare: 0.9,
      duration: 90_000,
      seed,
    },
  },
  {
    name: 'w5-page-cache',
    workload: 'W5',
    line: '20',
    capMiB: 256,
    limitMiB: 256,
    interval: 250,
    load: { kind: 'page-cache', capBytes, duration: longRun, seed },
  },
  {
    name: 'w7-warm-up',
    workload: 'W7',
    line: '24',
    capMiB: 256,
    interval: 250,
    load: {
      kind: 'warm-up',
      capBytes,
      rateShare: 0.02,
      plateauShare: 0.44,
      churnRate: 20 * mebibyte,
      duration: longRun,
      seed,
    },
  },
  {
    name: 'w8-buffers',
    workload: 'W8',
    line: '20',
    capMiB: 1_024,
    limitMiB: 256,
    load: { kind: 'buffers', capBytes, baseShare: 0.3, rateShare: 0.02, duration: 300_000, seed },
  },
]

const contained = canContain()
const wanted = recordings.filter(
  ({ limitMiB, load }) =>
    (limitMiB === undefined || contained) && !(quick && load.duration === longRun),
)
progress(`${wanted.length} of ${recordings.length} traces, ${jobs} at once`)
mkdirSync(traceFolder, { recursive: true })
await runAll(wanted, { jobs, seed }, async ({ name, ...recording }, done) => {
  const path = new URL(`${name}.jsonl.gz`, traceFolder)
  writeTrace(path, await record(recording))
  progress(`${done()} of ${wanted.length}: ${name}, ${Math.round(statSync(path).size / 1024)} KiB`)
})
