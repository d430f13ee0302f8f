/**
 * Whether policies hit as often as a table of reference says, point by point.
 *
 * The simulators are the oracles of everything else here, so they are checked against a table that somebody else's
 * simulator printed; and so are the policies of `BoundedCache` that the table has a column for. A policy that leaves
 * nothing to choose must agree to the rounding of the table. S3-FIFO and ARC may be half a point off.
 * W-TinyLFU may be half a point outside of what several seeds of its sketch give: which keys share counters is
 * chance, and on some traces that chance is worth several points.
 */
import { parseArgs } from 'node:util'
import { CultusError, invalidOption } from '@cultus/core'
import type { Output } from './output.ts'
import { Progress } from './progress.ts'
import { type ReferenceRow, readReference } from './reference-table.ts'
import { replay } from './replay.ts'
import { markdownTable } from './report/markdown-table.ts'
import type { SimulatorName } from './simulators/named.ts'
import type { SubjectSetting } from './subjects/cache.ts'
import { subjectNamed } from './subjects/named.ts'
import { productSubject } from './subjects/product.ts'
import type { Subject } from './subjects/subject.ts'
import { nextUses, type Trace } from './trace.ts'
import { traceSources } from './trace-sources.ts'

/** Half of the last digit of the table, in points. */
const rounding = 0.005
const freedom = 0.5
/** Runs of what has a sketch, each with another seed; more where few entries let chance decide. */
const sketchSeeds = 3
const sketchSeedsIfSmall = 12
const smallCapacity = 1_000

interface Checked {
  readonly name: string
  readonly column: SimulatorName
  readonly subject: Subject
  /** Points by which it may be off. */
  readonly tolerance: number
  /** Whether the seed makes a difference. */
  readonly sketched: boolean
}

interface Comparison {
  readonly name: string
  readonly place: string
  readonly wanted: number
  readonly least: number
  readonly most: number
  /** Points by which the wanted figure lies outside of what was got. */
  readonly off: number
  readonly tolerance: number
}

interface ReferenceOptions {
  readonly rows: readonly ReferenceRow[]
  readonly traces: string
  readonly policies: readonly string[] | undefined
}

/**
 * Runs the command, and returns whether every figure is as it should be.
 *
 * @throws CultusError for what cannot be understood or read
 */
export async function benchReference(args: readonly string[], output: Output): Promise<boolean> {
  const { rows, traces, policies } = parseOptions(args)
  const comparisons: Comparison[] = []
  const missing = new Set(rows.map(({ trace }) => trace))
  const sources = traceSources(traces, { seed: 1, requests: 1 })
  for (const source of sources.filter(({ name }) => missing.has(name))) {
    missing.delete(source.name)
    const own = rows.filter(({ trace }) => trace === source.name)
    comparisons.push(...(await compareTrace(await source.load(), own, policies, output)))
  }
  if (comparisons.length === 0) throw invalidOption('traces', 'hold traces of the table', traces)
  for (const name of missing) output.print(`No trace ${name}: its rows are left out.`)
  return conclude(comparisons, output)
}

function parseOptions(args: readonly string[]): ReferenceOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        against: { type: 'string' },
        traces: { type: 'string' },
        policies: { type: 'string' },
        only: { type: 'string' },
      },
    })
    const { against, traces, policies, only } = values
    if (against === undefined) throw invalidOption('against', 'name a table', against)
    if (traces === undefined) throw invalidOption('traces', 'name a folder', traces)
    const rows = readReference(against, 'against')
    const wanted = only?.split(',')
    return {
      rows: rows.filter(({ trace }) => wanted === undefined || wanted.includes(trace)),
      traces,
      policies: policies?.split(','),
    }
  } catch (cause) {
    if (cause instanceof CultusError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new CultusError('CULTUS_INVALID_OPTION', message, { cause })
  }
}

async function compareTrace(
  trace: Trace,
  rows: readonly ReferenceRow[],
  policies: readonly string[] | undefined,
  { write }: Output,
): Promise<readonly Comparison[]> {
  const columns = [...new Set(rows.flatMap(({ hits }) => [...hits.keys()]))]
  const checked = (await Promise.all(columns.map(subjectsOf)))
    .flat()
    .filter(({ name }) => policies === undefined || policies.includes(name))
  const runs = rows.flatMap((row) => checked.map((one) => seedsOf(one, row).length))
  const progress = new Progress(
    runs.reduce((sum, count) => sum + count, 0) * trace.requests.length,
    write,
  )
  const next = nextUses(trace)
  const weights = new Float64Array(trace.unique).fill(1)
  const comparisons = rows.flatMap((row) =>
    checked.map((one) => {
      const { name, column, subject, tolerance } = one
      const { capacity, hits } = row
      progress.begin(`${trace.name}, ${capacity}, ${name}`)
      const shares = seedsOf(one, row).map((seed) => {
        const setting: SubjectSetting = {
          capacity,
          entries: capacity,
          weights,
          costs: weights,
          next,
          seed,
          bound: 'entries',
          hasCosts: false,
          texts: undefined,
        }
        const contestant = subject.make(setting)
        const tally = replay(trace, contestant, (count) => progress.add(count))
        contestant.dispose?.()
        return (100 * tally.hits) / tally.requests
      })
      const wanted = hits.get(column) ?? Number.NaN
      const least = Math.min(...shares)
      const most = Math.max(...shares)
      const off = Math.max(0, least - wanted, wanted - most)
      return { name, place: `${trace.name} at ${capacity}`, wanted, least, most, off, tolerance }
    }),
  )
  progress.end()
  return comparisons
}

function seedsOf({ sketched }: Checked, { capacity }: ReferenceRow): readonly number[] {
  const count = capacity < smallCapacity ? sketchSeedsIfSmall : sketchSeeds
  return Array.from({ length: sketched ? count : 1 }, (_, index) => index + 1)
}

/** The simulator of a column, and the policy of the product of the same name. */
async function subjectsOf(column: SimulatorName): Promise<readonly Checked[]> {
  const sketched = column.startsWith('w-tinylfu')
  const free = sketched || column === 's3-fifo' || column === 'arc'
  const tolerance = free ? freedom : rounding
  const simulator = await subjectNamed(`sim:${column}`)
  const product = productSubject(column)
  const both = [
    { name: simulator.name, column, subject: simulator, tolerance, sketched },
    product && { name: product.name, column, subject: product, tolerance, sketched: false },
  ]
  return both.filter((one) => one !== undefined)
}

function conclude(comparisons: readonly Comparison[], { print }: Output): boolean {
  const names = [...new Set(comparisons.map(({ name }) => name))]
  const rows = names.map((name) => {
    const own = comparisons.filter((one) => one.name === name)
    const worst = own.reduce((most, one) => (one.off > most.off ? one : most))
    const exact = own.filter(({ off }) => off <= rounding + 1e-9).length
    const bad = own.filter(isOff).length
    return [
      name,
      `${own.length}`,
      `${exact}`,
      `${bad}`,
      worst.off <= rounding + 1e-9 ? '–' : `${worst.off.toFixed(2)} at ${worst.place}`,
    ]
  })
  print(markdownTable([['subject', 'points', 'exact', 'off', 'furthest'], ...rows]))
  const bad = comparisons.filter(isOff)
  for (const { name, place, wanted, least, most, tolerance } of bad) {
    const got = least === most ? least.toFixed(2) : `${least.toFixed(2)} to ${most.toFixed(2)}`
    print(`${name}, ${place}: ${got}, not ${wanted.toFixed(2)} (allowed: ${tolerance} points)`)
  }
  print(`${bad.length === 0 ? 'PASS' : 'FAIL'}: ${comparisons.length} figures, ${bad.length} off`)
  return bad.length === 0
}

function isOff({ off, tolerance }: Comparison): boolean {
  return off > tolerance + 1e-9
}
