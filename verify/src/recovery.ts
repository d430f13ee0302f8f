/**
 * How soon a process that was full, let go of everything and idles is `normal` again: with verification, without,
 * and what raw readings say meanwhile.
 */
import { availableParallelism } from 'node:os'
import { bundle } from './harness/bundle.ts'
import { seconds } from './harness/lead.ts'
import { type NodeLine, nodeBinary, nodeLines } from './harness/node-versions.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { type ChildLine, type ChildOutcome, runChild } from './harness/run-child.ts'
import { table } from './harness/table.ts'
import { conclude } from './harness/verdict.ts'
import type { ChildArguments } from './workload/child.ts'

const mebibyte = 2 ** 20
const needed = 5
/** The garbage collection that a process without verification gets, in milliseconds after the clearing. */
const collectAfter = 5_000
/** V8 may give up on a heap of 80 % and more; how often such a run is repeated. */
const mostAgain = 2
/** How long an idle process is watched, in seconds after the clearing. */
const watched = { level: 20, raw: 50, quick: 14 }

/**
 * How the heap is bounded: by a flag, with V8 collecting ever more often as it fills, or by nothing but the
 * monitor's `deathPoint`, where V8 has no reason to collect for minutes.
 */
type Bound = 'flag' | 'deathPoint'
/** Slowly, as a heap near its cap must be filled, and at once. */
const rateShares: Readonly<Record<Bound, number>> = { flag: 0.2, deathPoint: 5 }

/** Who watches the heap: the monitor that may collect, the one that may not, nobody. */
type Watcher = 'verify' | 'no verify' | 'raw'

interface Cell {
  readonly watcher: Watcher
  readonly bound: Bound
  readonly line: NodeLine
  readonly cap: number
  readonly repeat: number
}

interface Row extends Cell {
  readonly key: string
  readonly worst: string
  readonly death: string
  /** Seconds from the clearing to `normal`, and from the collection to it. */
  readonly normal: number | undefined
  readonly afterCollection: number | undefined
  readonly forced: number
  /** How often it was filled again, because V8 ended it before it was full. */
  readonly again: number
  /** Old-generation bytes in use as a share of the cap when cleared, and 5, 20, 45 seconds later. */
  readonly raw: readonly (number | null)[]
  /** Seconds for which the raw reading stayed at half of what it was when cleared, or over. */
  readonly rawHigh: number
}

// Most of a run is idling.
const { quick, seed, jobs, out, resume } = readOptions({ jobs: 3 * availableParallelism() })
const script = await bundle(new URL('./workload/child.ts', import.meta.url))
const results = new Results<Row>(out, resume)

const watchers: readonly Watcher[] = ['verify', 'no verify', 'raw']
const lines = quick ? (['20', '24'] as const) : nodeLines
const caps = quick ? [256] : [256, 512]
const repeats = quick ? 1 : 5
const bounds: readonly Bound[] = ['flag', 'deathPoint']
const cells = lines.flatMap((line) =>
  caps.flatMap((cap) =>
    bounds.flatMap((bound) =>
      watchers.flatMap((watcher) =>
        // Nothing is decided by the raw readings; one run shows them.
        Array.from({ length: watcher === 'raw' ? 1 : repeats }, (_, repeat): Cell => {
          return { watcher, bound, line, cap, repeat }
        }),
      ),
    ),
  ),
)

async function measure(cell: Cell, done: () => number): Promise<Row> {
  const { watcher, bound, line, cap, repeat } = cell
  const key = `${watcher}, ${bound}, Node ${line}, ${cap} MiB, #${repeat}`
  const before = results.get(key)
  if (before !== undefined) return before
  const capBytes = cap * mebibyte
  const deathPoint = bound === 'deathPoint' ? { deathPoint: capBytes } : {}
  const given: ChildArguments = {
    monitor: watcher === 'raw' ? false : { verify: watcher === 'verify', ...deathPoint },
    load: {
      kind: 'fill-and-clear',
      capBytes,
      rateShare: rateShares[bound],
      plateauShare: 0.9,
      duration: 150_000,
      ...(watcher === 'no verify' && { collectAfter }),
    },
    tickEvery: 1_000,
    collections: true,
  }
  const size = bound === 'flag' ? [`--max-old-space-size=${cap}`] : []
  const mayCollect = watcher === 'no verify' ? ['--expose-gc'] : []
  let clearedAt: number | undefined
  const node = await nodeBinary(line)
  const fill = (): Promise<ChildOutcome> => {
    clearedAt = undefined
    return runChild({
      node,
      script,
      flags: [...size, ...mayCollect],
      args: [JSON.stringify(given)],
      timeout: 180_000,
      onLine(told, kill) {
        if (told['phase'] === 'cleared') clearedAt = told.at
        const longest = quick ? watched.quick : watcher === 'raw' ? watched.raw : watched.level
        if (clearedAt !== undefined && told.at - clearedAt > longest * 1000) kill()
      },
    })
  }
  let outcome = await fill()
  let again = 0
  for (; again < mostAgain && clearedAt === undefined; again++) {
    progress(`${key}: V8 ended it before it was full, once more`)
    outcome = await fill()
  }
  const shown = read(outcome.lines, capBytes)
  const row = { ...cell, key, again, ...shown, death: outcome.death ?? 'none' }
  results.add(row)
  progress(`${done()} of ${cells.length}: ${key}`)
  return row
}

/**
 * The first major collection that began after a time: V8 may come before the one that was planned, and one that
 * was under way when the heap was cleared frees nothing of it.
 */
function firstCollectionSince(time: number, lines: readonly ChildLine[]): ChildLine | undefined {
  let markingSince: number | undefined
  for (const line of lines) {
    if (line['type'] !== 'gc') continue
    const startedAt = line.at - Number(line['lateness']) - Number(line['duration'])
    if (line['kind'] === 'incremental') markingSince ??= startedAt
    else if ((markingSince ?? startedAt) > time) return line
    else markingSince = undefined
  }
  return undefined
}

function read(
  lines: readonly ChildLine[],
  capBytes: number,
): Omit<Row, keyof Cell | 'key' | 'again' | 'death'> {
  const cleared = lines.find((line) => line['phase'] === 'cleared')?.at ?? Number.NaN
  const collected = firstCollectionSince(cleared, lines)?.at
  const levels = lines.filter((line) => line['type'] === 'level')
  const before = levels.filter((line) => line.at <= cleared)
  const last = levels.at(-1)
  // `normal` for good: a level that comes back takes the recovery back.
  const normalAt = last?.['level'] === 'normal' ? last.at : undefined
  const ticks = lines.filter((line) => line['type'] === 'tick')
  const rawAt = (after: number): number | null => {
    const tick = ticks.find((line) => line.at >= cleared + after * 1000)
    return tick === undefined ? null : Number(tick['used']) / capBytes
  }
  const full = rawAt(0) ?? Number.NaN
  const later = ticks.filter((line) => line.at >= cleared)
  const low = later.find((line) => Number(line['used']) / capBytes < full / 2) ?? later.at(-1)
  return {
    worst: String(before.at(-1)?.['level'] ?? 'normal'),
    normal: normalAt === undefined ? undefined : (normalAt - cleared) / 1000,
    afterCollection:
      normalAt === undefined || collected === undefined ? undefined : (normalAt - collected) / 1000,
    forced: Number(ticks.at(-1)?.['forced'] ?? 0),
    raw: [0, 5, 20, 45].map(rawAt),
    rawHigh: ((low?.at ?? Number.NaN) - cleared) / 1000,
  }
}

progress(`${cells.length} runs of up to a minute, ${jobs} at once`)
const rows = await runAll(cells, { jobs, seed }, measure)

const share = (value: number | null): string => value?.toFixed(2) ?? ''
process.stdout.write(
  `${table([
    [
      'run',
      'when full',
      'normal after s',
      'after GC s',
      'forced',
      'raw used/cap',
      '+5 s',
      '+20 s',
      '+45 s',
      'raw high s',
    ],
    ...rows.map((row) => [
      row.key,
      row.worst,
      row.watcher === 'raw' ? '' : seconds(row.normal),
      row.watcher === 'no verify' ? seconds(row.afterCollection) : '',
      row.watcher === 'verify' ? `${row.forced}` : '',
      ...row.raw.map(share),
      row.rawHigh.toFixed(1),
    ]),
  ])}\n\n`,
)

const died = rows.filter(({ death }) => death !== 'killed')
const verified = rows.filter(({ watcher }) => watcher === 'verify')
const unverified = rows.filter(({ watcher }) => watcher === 'no verify')
const calm = [...verified, ...unverified].filter(({ worst }) => worst === 'normal')
const refilled = rows.filter(({ again }) => again > 0).length
const slowest = (values: readonly (number | undefined)[]): number =>
  Math.max(...values.map((value) => value ?? Number.POSITIVE_INFINITY))
const recovered = slowest(verified.map(({ normal }) => normal))
const afterOne = slowest(unverified.map(({ afterCollection }) => afterCollection))
for (const bound of bounds) {
  const raw = rows.filter((row) => row.watcher === 'raw' && row.bound === bound)
  const longest = Math.max(...raw.map(({ rawHigh }) => rawHigh))
  process.stdout.write(`Raw readings, bound by ${bound}: high for ${longest.toFixed(0)} s\n`)
}
conclude([
  {
    passed: died.length === 0 && calm.length === 0,
    timed: true,
    claim: 'every heap was filled, seen to be full, and outlived it',
    figure: `${rows.length - new Set([...died, ...calm]).size} of ${rows.length}, ${refilled} of them filled again`,
  },
  {
    passed: recovered <= needed,
    timed: true,
    claim: '`normal` within 5 s with verification',
    figure: `slowest ${recovered.toFixed(1)} s of ${verified.length}`,
  },
  {
    passed: afterOne <= needed,
    timed: true,
    claim: '`normal` within 5 s, all dwells included, of the first collection without',
    figure: `slowest ${afterOne.toFixed(1)} s of ${unverified.length}`,
  },
])
