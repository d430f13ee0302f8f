/**
 * How fast caches answer: ours, those of other packages, and a Map, which is the floor.
 *
 * Get-hit is a cache that holds everything it is asked for; get-miss one that is asked for strangers; overwrite, a
 * cache of last-seen times; set and evict, a scan of keys that never come back; mixed, traffic that is read through
 * and asks for five times as many keys as fit, by Zipf.
 *
 * Each subject runs in processes of its own: in one process the second subject would make the call sites of the first
 * polymorphic. Every round has new ones, because the luck of one compilation lasts for the life of a process.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBinary } from '../../../verify/src/harness/node-versions.ts'
import { bundleChild } from '../caches/bundle-child.ts'
import { allHold, verdictLines } from '../caches/claim.ts'
import { type Bound, type Contestant, lineUp, rival, subjectNamed } from '../caches/line-up.ts'
import { defaultPolicy, policies } from '../caches/ours.ts'
import { headerOf } from '../caches/run-header.ts'
import { parseRunOptions, type RunOptions } from '../caches/run-options.ts'
import type { Output } from '../policies/output.ts'
import { Progress } from '../policies/progress.ts'
import { checkClaims } from './claims.ts'
import { writeMixedRequests } from './mixed-requests.ts'
import { toPage } from './page.ts'
import type { Point } from './point.ts'
import type { Result } from './result.ts'
import { type PointPlan, runPoint } from './run-point.ts'
import { warmingPasses } from './setting.ts'
import { writeResult } from './write-result.ts'

const published = fileURLToPath(new URL('../../results/throughput', import.meta.url))

/** Measured with a time to live too. */
const timed: readonly string[] = [rival, 'sieve', defaultPolicy, '@isaacs/ttlcache']

/** What a quick run measures. */
const briefly: readonly string[] = [
  ...['Map', 'Map + ring', rival, `${rival} again`, 'mnemonist LRUMap', 'flru'],
  ...policies,
]

/**
 * Runs the command, and returns whether every claim that it is held to holds.
 *
 * @throws CultusError for what cannot be understood, before anything has run
 */
export async function benchThroughput(args: readonly string[], output: Output): Promise<boolean> {
  const options = parseRunOptions(args)
  const { lines, entries, bounds, seed, keys, quick } = options
  const script = await bundleChild(new URL('./throughput-child.ts', import.meta.url))
  const plans = entries.flatMap((count) =>
    lines.flatMap((line) => bounds.map((bound) => ({ count, line, bound }))),
  )
  const progress = new Progress(
    plans.reduce((sum, { count, bound }) => sum + workOf(count, bound, options), 0),
    output.write,
  )
  const points: Point[] = []
  const notes = new Set<string>()
  const versions: Record<string, string> = {}
  const result = (): Result => ({
    header: headerOf(seed, versions),
    keys,
    remarks: remarksOf(points),
    notes: [...notes],
    points,
    // Claims are made of keys that are known: what hashing a new one takes is the same for everybody.
    verdicts: keys === 'same' ? points.flatMap(checkClaims) : [],
  })
  const out = options.out ?? (options.partial ? undefined : published)
  for (const { count, line, bound } of plans) {
    const requests = join(dirname(script), 'requests.bin')
    const { passes, ...pass } = passesOf(count, quick)
    const length = pass.warming + (warmingPasses + passes) * pass.passLength
    writeMixedRequests(requests, count, length, seed)
    const plan: PointPlan = {
      node: await nodeBinary(line),
      bound,
      entries: count,
      contestants: contestantsOf(bound, options),
      rounds: roundsOf(count, options),
      passes,
      common: { seed, keys, requests, ...pass },
      script,
      onProgress: (name) => {
        progress.begin(`Node ${line}, ${count} entries, by ${bound}: ${name}`)
        progress.add(weightOf(count))
      },
    }
    const outcome = await runPoint(plan)
    points.push(outcome.point)
    for (const note of outcome.notes) notes.add(note)
    Object.assign(versions, outcome.versions)
    // After every point: the next may take half an hour.
    if (out !== undefined) writeResult(result(), out)
    rmSync(requests)
  }
  progress.end()
  const final = result()
  output.print(out === undefined ? toPage(final, []) : `Results are in ${out}.`)
  for (const line of verdictLines(final.verdicts, options)) output.print(line)
  return allHold(final.verdicts, options)
}

function contestantsOf(bound: Bound, { subjects, quick }: RunOptions): readonly Contestant[] {
  const names = subjects ?? (quick ? briefly : undefined)
  const asked = names === undefined ? undefined : [rival, ...names]
  return lineUp(bound, asked).filter(
    ({ subject, ttl }) => !ttl || (timed.includes(subject) && bound === 'entries'),
  )
}

function remarksOf(points: readonly Point[]): Readonly<Record<string, string>> {
  const names = new Set(points.flatMap(({ names }) => names))
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const note = lineUp('entries').find((one) => one.name === name)
      const remark = note === undefined ? undefined : subjectNamed(note.subject).note
      return remark === undefined ? [] : [[name, remark]]
    }),
  )
}

function passesOf(entries: number, quick: boolean) {
  // Some policies need some requests for each entry until they know what they are good at.
  const warming = (entries > 200_000 ? 8 : 40) * entries
  if (quick) return { warming, passes: 3, passLength: 2 ** 15, passTime: 20 }
  return { warming, passes: entries > 200_000 ? 4 : 5, passLength: 2 ** 18, passTime: 500 }
}

function roundsOf(entries: number, { rounds, quick }: RunOptions): number {
  if (rounds !== undefined) return rounds
  if (quick) return 2
  return entries <= 20_000 ? 7 : entries <= 200_000 ? 5 : 3
}

/** What one subject and round takes, in units of the least. */
function weightOf(entries: number): number {
  return 1 + entries / 50_000
}

function workOf(entries: number, bound: Bound, options: RunOptions): number {
  return contestantsOf(bound, options).length * roundsOf(entries, options) * weightOf(entries)
}
