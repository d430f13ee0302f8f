/**
 * What the monitor costs: its own CPU time on a busy server, and what it holds after a million ticks.
 */
import { bundle } from './harness/bundle.ts'
import { median } from './harness/median.ts'
import { progress, readOptions } from './harness/options.ts'
import { type ChildLine, runChild } from './harness/run-child.ts'
import { table } from './harness/table.ts'
import { conclude } from './harness/verdict.ts'
import { loadServer } from './overhead/load.ts'

const { quick } = readOptions()
const duration = quick ? 10_000 : 60_000
const ticks = quick ? 100_000 : 1_000_000
const connections = 16
/** A quick run is over before code that runs once a second is compiled. */
const mostShare = quick ? 0.002 : 0.001
/** What two collections leave behind differs by as much, in bytes, whatever ran between them. */
const noise = 128 * 1_024

const kinds = {
  start: 'start',
  ticks: 'timer',
  collections: 'observer of collections',
  nothing: 'an empty call, timed alike',
} as const

interface Done {
  readonly wall: number
  readonly utilization: number
  readonly served: number
  /** Milliseconds of each call. */
  readonly spent: Readonly<Record<keyof typeof kinds, readonly number[]>>
  readonly majors: number
  readonly forced: number
}

/** A server that keeps little of what it makes, and one that keeps all of it for a while. */
const servers = { busy: 32, collecting: 1 } as const

async function measureServer(keepOneOf: number): Promise<Done> {
  const script = await bundle(new URL('./overhead/server.ts', import.meta.url))
  let load: ReturnType<typeof loadServer> | undefined
  const outcome = await runChild({
    node: process.execPath,
    script,
    flags: ['--max-old-space-size=256'],
    args: [`${duration}`, `${keepOneOf}`],
    timeout: duration + 30_000,
    onLine(line) {
      if (line['type'] === 'listening') load = loadServer(Number(line['port']), connections)
    },
  })
  load?.stop()
  const done = outcome.lines.find((line) => line['type'] === 'done')
  if (done === undefined) throw new Error(`the server did not run: ${outcome.stderr}`)
  return done as unknown as Done
}

async function measureTicks(): Promise<readonly ChildLine[]> {
  const script = await bundle(new URL('./overhead/ticks.ts', import.meta.url))
  const outcome = await runChild({
    node: process.execPath,
    script,
    flags: ['--expose-gc'],
    args: [`${ticks}`],
    timeout: 600_000,
    onLine: ({ samples }) => progress(`${samples} of ${ticks} ticks`),
  })
  const lines = outcome.lines.filter((line) => line['type'] === 'checkpoint')
  if (outcome.death !== undefined || lines.length < 2)
    throw new Error(`the ticks did not run: ${outcome.stderr}`)
  return lines
}

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0)

/** Measures a server and shows what came of it; returns the share of wall time, and how busy it was. */
async function measure(name: keyof typeof servers): Promise<{ share: number; busy: number }> {
  progress(`a ${name} server for ${duration / 1_000} s`)
  const { wall, utilization, served, spent, majors, forced } = await measureServer(servers[name])
  const rows = (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) => {
    const values = spent[kind].toSorted((a, b) => a - b)
    const micros = (value = 0): string => `${(1_000 * value).toFixed(0)} µs`
    const together = sum(values)
    return [
      kinds[kind],
      `${values.length}`,
      micros(median(values)),
      micros(values.at(-1)),
      `${together.toFixed(1)} ms`,
      `${((100 * together) / wall).toFixed(4)} %`,
    ]
  })
  // What an empty call takes is the timing and not the monitor.
  const empty = median(spent.nothing)
  const calls = [...spent.ticks, ...spent.collections]
  const share = sum(calls.map((each) => Math.max(0, each - empty))) / wall
  const head = ['of the monitor', 'calls', 'median', 'most', 'together', 'of wall time']
  const perSecond = (count: number): string => (count / (wall / 1_000)).toFixed(1)
  process.stdout.write(
    `${name}: ${perSecond(served)} requests and ${perSecond(majors)} major collections a second, event loop ` +
      `${(100 * utilization).toFixed(0)} % busy, ${forced} collections forced\n\n` +
      `${table([head, ...rows])}\n\ntimer and observer, less the timing: ${(100 * share).toFixed(4)} % of wall time\n\n`,
  )
  return { share, busy: utilization }
}

const { share, busy } = await measure('busy')
// Not in the verdict: with many collections a second there is little time left for the program as it is.
await measure('collecting')

const checkpoints = await measureTicks()
process.stdout.write(
  `${table([
    ['ticks', 'heap (KiB)', 'external (KiB)', 'open files'],
    ...checkpoints.map(({ samples, heapUsed, external, files }) => [
      `${samples}`,
      (Number(heapUsed) / 1_024).toFixed(0),
      (Number(external) / 1_024).toFixed(0),
      `${files}`,
    ]),
  ])}\n\n`,
)
const held = ({ heapUsed, external }: ChildLine): number => Number(heapUsed) + Number(external)
// From the second on: by the first the history may not have been full, nor all code compiled.
const settled = checkpoints.slice(1)
const third = Math.floor(settled.length / 3)
// The middle of several: a single reading now and then holds code that is just being compiled.
const growth = median(settled.slice(-third).map(held)) - median(settled.slice(0, third).map(held))
const [first, last] = [settled[0], settled.at(-1)]

conclude([
  {
    passed: busy > 0.5 && share <= mostShare,
    timed: true,
    claim: `at most ${100 * mostShare} % of wall time at 1 Hz on a busy server`,
    figure: `${(100 * share).toFixed(4)} %`,
  },
  {
    passed: growth <= noise,
    claim: `no growth over ${ticks} ticks, to within ${noise / 1_024} KiB`,
    figure: `${(growth / 1_024).toFixed(0)} KiB`,
  },
  {
    passed: first?.['files'] === last?.['files'],
    claim: 'no more open files',
    figure: `${first?.['files']} and ${last?.['files']}`,
  },
])
