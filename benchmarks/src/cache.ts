/**
 * What a bound that can change, bytes and statistics cost on top of a bare `lru-cache`, and how far both are from a
 * plain Map.
 *
 * Each subject runs in processes of its own: in one process the second subject would make the call sites of the first
 * polymorphic. Several generations of processes, because the luck of one compilation lasts for its whole life. Only
 * one process works at a time. Memory is measured in fresh processes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Answer, Request } from './cache-child.ts'
import { subjects } from './cache-subjects.ts'
import { workloads } from './cache-workloads.ts'
import { interleave, median, medianRatio, type Rounds } from './interleave.ts'
import { table } from './table.ts'

const quick = process.argv.includes('--quick')
const maxEntries = 10_000
const generations = quick ? 3 : 5
const roundsEach = quick ? 4 : 9
const memoryRuns = quick ? 1 : 5
const memoryEntries = quick ? [10_000] : [10_000, 100_000]
const mostGetRatio = 1.6

const names = Object.keys(subjects)
const child = fileURLToPath(new URL('./cache-child.ts', import.meta.url))
const hitRatios = new Map<string, number>()

function start(subject: string): ChildProcess {
  return fork(child, [subject, `${maxEntries}`], {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
}

async function ask(process: ChildProcess, request: Request): Promise<Answer> {
  const answered = new AbortController()
  const { signal } = answered
  const death = once(process, 'exit', { signal }).then(([code]) => {
    throw new Error(`a child ended with code ${code}`)
  })
  const answer = once(process, 'message', { signal })
  process.send(request)
  try {
    const [message] = await Promise.race([answer, death])
    return message as Answer
  } finally {
    answered.abort()
    await Promise.allSettled([answer, death])
  }
}

async function timeWorkload(workload: string): Promise<Rounds> {
  const all = new Map<string, number[]>(names.map((name) => [name, []]))
  for (let generation = 0; generation < generations; generation++) {
    process.stderr.write(`${workload}: processes ${generation + 1} of ${generations}\n`)
    const children = new Map(names.map((name) => [name, start(name)]))
    const rounds = await interleave(names, roundsEach + 1, async (name) => {
      const running = children.get(name)
      if (running === undefined) throw new Error(`no process for ${name}`)
      const pass = await ask(running, { type: 'pass', workload })
      if ('hitRatio' in pass && pass.hitRatio !== undefined) hitRatios.set(name, pass.hitRatio)
      return 'time' in pass ? pass.time : Number.NaN
    })
    for (const running of children.values()) running.kill()
    // The first round also prepared the subject.
    for (const [name, times] of rounds) all.get(name)?.push(...times.slice(1))
  }
  return all
}

async function measureMemory(subject: string, entries: number): Promise<number> {
  const taken: number[] = []
  for (let run = 0; run < memoryRuns; run++) {
    const running = start(subject)
    const answer = await ask(running, { type: 'memory', entries })
    running.kill()
    if ('bytesPerEntry' in answer) taken.push(answer.bytesPerEntry)
  }
  return median(taken)
}

const source = import.meta.resolve('@cultus/bounded-cache')
if (!source.endsWith('/dist/index.js')) throw new Error(`not the built package: ${source}`)

const results = new Map<string, Rounds>()
for (const workload of Object.keys(workloads)) results.set(workload, await timeWorkload(workload))

const timeRows = names.map((name) => [
  name,
  ...[...results.values()].map((rounds) => {
    const nanoseconds = median(rounds.get(name) ?? [])
    return `${nanoseconds.toFixed(0)} (${medianRatio(rounds, name, 'lru-cache').toFixed(2)})`
  }),
  `${((hitRatios.get(name) ?? 0) * 100).toFixed(1)} %`,
])
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}, ${maxEntries} entries.`)
console.log(
  'Nanoseconds per operation; in brackets the time relative to lru-cache: less is better.\n',
)
console.log(table([['', ...results.keys(), 'zipf hits'], ...timeRows]))

const memoryRows: string[][] = []
for (const name of names.filter((subject) => subject !== 'lru-cache again')) {
  const row = [name]
  for (const entries of memoryEntries) {
    process.stderr.write(`memory: ${name}, ${entries} entries\n`)
    row.push((await measureMemory(name, entries)).toFixed(0))
  }
  memoryRows.push(row)
}
console.log('\nBytes per entry, its key of 40 bytes included.\n')
console.log(table([['', ...memoryEntries.map((entries) => `${entries} entries`)], ...memoryRows]))

const gets = results.get('warm get') ?? new Map<string, readonly number[]>()
const ratio = medianRatio(gets, 'BoundedCache', 'lru-cache')
const noise = Math.abs(medianRatio(gets, 'lru-cache again', 'lru-cache') - 1)
const passed = ratio <= mostGetRatio
console.log(
  `\n${passed ? 'PASS' : 'FAIL'}: a warm get takes ${ratio.toFixed(2)} × that of lru-cache, at most ${mostGetRatio} allowed` +
    ` (noise ${noise.toFixed(2)})`,
)
process.exitCode = passed ? 0 : 1
