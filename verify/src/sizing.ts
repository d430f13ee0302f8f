/**
 * How near the estimates of `@cultus/core/sizing` come to what V8 takes, how long they take, and what is held on to
 * beside what is charged. Each shape has a process of its own.
 */
import { createRequire } from 'node:module'
import { bundle } from './harness/bundle.ts'
import { type NodeLine, nodeBinary, nodeLines } from './harness/node-versions.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { runChild } from './harness/run-child.ts'
import { conclude } from './harness/verdict.ts'
import {
  accuracyTable,
  accuracyVerdicts,
  type Measured,
  type Retained,
  retentionTable,
  retentionVerdict,
  speedTable,
  speedVerdicts,
  type Timed,
  waysTable,
} from './sizing/report.ts'
import { quickShapes, shapes } from './sizing/shapes.ts'

const { quick, seed, jobs, out, resume } = readOptions({ jobs: 1 })
const results = new Results<Measured>(out, resume)
const running = process.versions.node.split('.')[0]
const lines = quick ? nodeLines.filter((line) => line === running) : nodeLines
const names = quick ? quickShapes : Object.keys(shapes)
const timeout = 120_000
const rounds = quick ? 200 : 400

/** How many times faster than `JSON.stringify`. */
const leastTimes = { 'page of 50 rows, parsed': 5, 'page of 1 MB, parsed': 50 }
const timedShapes = ['small object', ...Object.keys(leastTimes)]
const pinning = [
  'Buffer of 104, out of the pool',
  'Buffer of 16, out of the pool',
  'Uint8Array of 100, of 10 kB',
  'key of 31, cut from a body',
  'text of 200, cut from a body',
  'key put together',
]

function findSizeof(): string {
  try {
    return createRequire(import.meta.url).resolve('object-sizeof')
  } catch {
    progress('object-sizeof is not installed: left out')
    return ''
  }
}

const sizeofPath = findSizeof()
const script = {
  heap: await bundle(new URL('./sizing/heap-child.ts', import.meta.url)),
  speed: await bundle(new URL('./sizing/speed-child.ts', import.meta.url)),
  retention: await bundle(new URL('./sizing/retention-child.ts', import.meta.url)),
}

async function ask(
  line: NodeLine,
  child: keyof typeof script,
  args: readonly string[],
): Promise<object> {
  const flags = child === 'speed' ? [] : ['--expose-gc', '--max-old-space-size=512']
  const node = await nodeBinary(line)
  const outcome = await runChild({ node, script: script[child], flags, args, timeout })
  const [told] = outcome.lines
  if (told === undefined) throw new Error(`${child} on Node ${line} did not run: ${outcome.stderr}`)
  return told
}

const accuracyRuns = lines.flatMap((line) => names.map((shape) => ({ line, shape })))
progress(`${accuracyRuns.length} shapes, ${jobs} at once`)
const measured = await runAll(accuracyRuns, { jobs, seed }, async ({ line, shape }, done) => {
  const key = `${line} ${shape}`
  const before = results.get(key)
  if (before !== undefined) return before
  const result = { ...(await ask(line, 'heap', [shape, sizeofPath])), key, line, shape } as Measured
  results.add(result)
  progress(`${done()} of ${accuracyRuns.length}: ${shape} on Node ${line}`)
  return result
})

const speedRuns = lines.flatMap((line) => timedShapes.map((shape) => ({ line, shape })))
const timed = await runAll(speedRuns, { jobs: 1, seed }, async ({ line, shape }) => {
  progress(`speed: ${shape} on Node ${line}`)
  const told = await ask(line, 'speed', [shape, `${rounds}`, sizeofPath])
  return { ...told, line, shape } as Timed
})

const retentionRuns = lines.flatMap((line) =>
  pinning.flatMap((name) => [false, true].map((copied) => ({ line, name, copied }))),
)
const retained = await runAll(retentionRuns, { jobs, seed }, async ({ line, name, copied }) => {
  progress(`retention: ${name} on Node ${line}`)
  const told = await ask(line, 'retention', [name, copied ? 'copies' : ''])
  return { ...told, line, name, copied } as Retained
})

for (const text of [
  accuracyTable(measured, lines),
  waysTable(measured),
  speedTable(timed),
  retentionTable(retained),
]) {
  process.stdout.write(`${text}\n\n`)
}
conclude([
  ...accuracyVerdicts(measured, lines),
  ...speedVerdicts(timed, leastTimes),
  retentionVerdict(retained),
])
