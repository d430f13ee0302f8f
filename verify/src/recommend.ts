/**
 * Whether `recommend()` finds the smallest heap that survives a load.
 *
 * A process runs a load in a heap that is far too large for it, with a monitor that records; what was recorded
 * gives a size. Then the same load, object by object, runs in one size after another until the smallest
 * is known in which it is completed in at most twice its time. Loads hold 30 to 240 MiB of four kinds of
 * objects while 20 to 40 MiB/s come and go, three tenths of which live for a second.
 */
import { bundle } from './harness/bundle.ts'
import { type NodeLine, nodeBinary } from './harness/node-versions.ts'
import { progress, readOptions } from './harness/options.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { table } from './harness/table.ts'
import { conclude } from './harness/verdict.ts'
import type { LoadSettings, ObjectKind } from './recommend/load.ts'
import { recordIn, survivesIn } from './recommend/run-load.ts'
import { smallestSurviving } from './recommend/smallest.ts'

const mebibyte = 2 ** 20
const mostError = 0.2
/** A load survives in a heap in which it takes no more than twice its time. */
const patience = 2

interface Cell {
  readonly key: string
  readonly line: NodeLine
  readonly load: LoadSettings
}

interface Row {
  readonly key: string
  readonly live: number
  readonly majors: number
  readonly recommended: number
  readonly smallest: number
  /** Whether the load survived in the recommended size, run once more. */
  readonly survives: boolean
}

// One at a time unless told otherwise: how well V8 keeps up decides what is smallest.
const { quick, seed, jobs, out, resume } = readOptions({ jobs: 1 })
const script = await bundle(new URL('./recommend/child.ts', import.meta.url))
const results = new Results<Row>(out, resume)
/** How often a size must hold to count: near the smallest, luck decides. */
const repeats = quick ? 1 : 2
const tolerance = quick ? 0.04 : 0.02

const loads: readonly (readonly [kind: ObjectKind, held: number, churn: number])[] = [
  ['arrays', 30, 20],
  ['records', 60, 30],
  ['map', 120, 40],
  ['large', 60, 30],
  ['arrays', 120, 40],
  ['records', 240, 20],
  ['large', 240, 30],
]

function cells(): readonly Cell[] {
  const lines: readonly NodeLine[] = quick ? ['20'] : ['20', '24']
  return lines.flatMap((line) =>
    loads.slice(0, quick ? 2 : undefined).map(([kind, held, churn], index) => ({
      key: `Node ${line}, ${kind}, ${held} MiB, ${churn} MiB/s`,
      line,
      load: {
        kind,
        heldMebibytes: held,
        churnMebibytesPerSecond: churn,
        seconds: quick ? 6 : 10,
        seed: seed + index,
      },
    })),
  )
}

async function measure({ key, line, load }: Cell): Promise<Row | undefined> {
  const program = { node: await nodeBinary(line), script, load }
  const recorded = await recordIn(Math.max(512, 6 * load.heldMebibytes), program)
  const { heap, load: seen } = recorded?.recommendation ?? {}
  if (recorded === undefined || heap === undefined || seen === undefined) return undefined
  // Twice the time of the load, or of its work where that alone takes longer.
  const allowed = patience * Math.max(load.seconds * 1_000, recorded.processorMilliseconds)
  const survives = async (mebibytes: number): Promise<boolean> => {
    for (let run = 0; run < repeats; run++)
      if (!(await survivesIn(mebibytes, program, allowed))) return false
    return true
  }
  const live = seen.livePeakBytes / mebibyte
  const recommended = heap.smallest.mebibytes
  const smallest = await smallestSurviving(survives, {
    from: 0.85 * live,
    to: 1.4 * live,
    tolerance,
  })
  progress(`${key}: recommended ${recommended} MiB, smallest ${smallest} MiB`)
  const { majors } = seen
  return {
    key,
    live,
    majors,
    recommended,
    smallest,
    survives: await survivesIn(recommended, program, allowed),
  }
}

function error({ recommended, smallest }: Row): number {
  return recommended / smallest - 1
}

const all = cells()
const left = all.filter(({ key }) => results.get(key) === undefined)
await runAll(left, { jobs, seed }, async (cell) => {
  const row = await measure(cell)
  if (row !== undefined) results.add(row)
})

const rows = all.flatMap(({ key }) => results.get(key) ?? [])
const head = ['load', 'live at most', 'majors', 'recommended', 'smallest', 'off by', 'survives']
process.stdout.write(
  `${table([
    head,
    ...rows.map((row) => [
      row.key,
      `${row.live.toFixed(1)} MiB`,
      `${row.majors}`,
      `${row.recommended} MiB`,
      `${row.smallest} MiB`,
      `${(error(row) * 100).toFixed(1)} %`,
      row.survives ? 'yes' : 'no',
    ]),
  ])}\n\n`,
)
const near = rows.filter((row) => Math.abs(error(row)) <= mostError)
const surviving = rows.filter(({ survives }) => survives)
process.stdout.write(`${surviving.length} of ${rows.length} survived in the recommended size\n`)
conclude([
  {
    passed: near.length === all.length,
    claim: `recommended heaps within ${mostError * 100} % of the smallest that survives`,
    figure: `${near.length} of ${all.length}`,
  },
])
