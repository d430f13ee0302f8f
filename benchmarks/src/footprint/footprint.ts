/**
 * What a cache takes for each entry beside its key and its value: ours, those of other packages, and a Map.
 *
 * Each figure comes from processes that do nothing else. All keys are made before the heap is weighed for the first
 * time, and one value serves for all of them.
 */
import { fileURLToPath } from 'node:url'
import { invalidOption } from '@cultus/core'
import { median } from '../../../verify/src/harness/median.ts'
import { nodeBinary } from '../../../verify/src/harness/node-versions.ts'
import { bundleChild } from '../caches/bundle-child.ts'
import { Child, type Hello } from '../caches/child.ts'
import { allHold, verdictLines } from '../caches/claim.ts'
import { type Bound, type Contestant, lineUp, rival } from '../caches/line-up.ts'
import { shuffled } from '../caches/order.ts'
import { defaultPolicy } from '../caches/ours.ts'
import { headerOf } from '../caches/run-header.ts'
import { parseRunOptions, type RunOptions } from '../caches/run-options.ts'
import type { Output } from '../policies/output.ts'
import { Progress } from '../policies/progress.ts'
import { checkClaims } from './claims.ts'
import { toPage } from './page.ts'
import type { Footprint } from './point.ts'
import type { Result } from './result.ts'
import type { Weighed } from './setting.ts'
import { writeResult } from './write-result.ts'

const published = fileURLToPath(new URL('../../results/footprint', import.meta.url))

/**
 * Runs the command, and returns whether every claim that it is held to holds.
 *
 * @throws CultusError for what cannot be understood, before anything has run
 */
export async function benchFootprint(args: readonly string[], output: Output): Promise<boolean> {
  const options = parseRunOptions(args)
  if (options.keys !== 'same') throw invalidOption('keys', 'be same for a footprint', options.keys)
  const script = await bundleChild(new URL('./footprint-child.ts', import.meta.url))
  const contestants = options.bounds.flatMap((bound) => contestantsOf(bound, options))
  const runs = options.rounds ?? 3
  const { lines, entries, seed } = options
  const work = entries.reduce((sum, count) => sum + weightOf(count), 0)
  const progress = new Progress(work * lines.length * contestants.length * runs, output.write)
  const weighing = new Weighing(script, contestants, progress)
  const result = (): Result => weighing.result(options, runs)
  const out = options.out ?? (options.partial ? undefined : published)
  for (const count of entries) {
    for (const line of lines) {
      await weighing.weighAll(await nodeBinary(line), count, runs, seed)
      // After every part: the next may take a quarter of an hour.
      if (out !== undefined) writeResult(result(), out)
    }
  }
  progress.end()
  const final = result()
  output.print(out === undefined ? toPage(final, new Map()) : `Results are in ${out}.`)
  for (const line of verdictLines(final.verdicts, options)) output.print(line)
  return allHold(final.verdicts, options)
}

/** What a quick run weighs. */
const briefly: readonly string[] = [rival, 'lru', 'sieve', defaultPolicy]
const floorNames = ['Map', 'Map + ring']

/** Map is weighed once, by entries: it has no bound. The second `lru-cache` is there for time. */
function contestantsOf(bound: Bound, { subjects, quick }: RunOptions): readonly Contestant[] {
  const names = subjects ?? (quick ? briefly : undefined)
  return lineUp(bound, names && [...floorNames, ...names]).filter(
    ({ subject, kind }) =>
      !(quick && kind === 'estimated') &&
      subject !== `${rival} again` &&
      !(floorNames.includes(subject) && bound === 'bytes'),
  )
}

/** So few that optimised code, which takes a tenth of a megabyte now and then, would show; more would take too long. */
const mostUncompiled = 50_000

/** What one run takes, in units of the least. */
function weightOf(entries: number): number {
  return 1 + entries / 50_000
}

class Weighing {
  readonly #script: string
  readonly #contestants: readonly Contestant[]
  readonly #progress: Progress
  readonly #footprints: Footprint[] = []
  readonly #places: Pick<Footprint, 'node' | 'entries'>[] = []
  readonly #notes = new Set<string>()
  readonly #nodes = new Set<string>()
  readonly #versions: Record<string, string> = {}

  constructor(script: string, contestants: readonly Contestant[], progress: Progress) {
    this.#script = script
    this.#contestants = contestants
    this.#progress = progress
  }

  async weighAll(node: string, entries: number, runs: number, seed: number): Promise<void> {
    const taken = new Map<Contestant, Weighed[]>(this.#contestants.map((one) => [one, []]))
    let version = ''
    for (let run = 0; run < runs; run++) {
      for (const contestant of shuffled(this.#contestants, seed + run)) {
        this.#progress.begin(`${entries} entries: ${contestant.name}`)
        try {
          const [hello, weighed] = await this.#weigh(node, contestant, entries)
          version = hello.node
          this.#nodes.add(`Node ${hello.node} (V8 ${hello.v8})`)
          taken.get(contestant)?.push(weighed)
        } catch (error) {
          const reason = error instanceof Error ? error.message : `${error}`
          this.#notes.add(`${contestant.name} is left out: ${reason}.`)
        }
        this.#progress.add(weightOf(entries))
      }
    }
    this.#places.push({ node: version, entries })
    for (const [contestant, weighed] of taken) {
      if (weighed.length === 0) continue
      const turned = weighed.flatMap(({ turnedOver }) => turnedOver ?? [])
      this.#footprints.push({
        node: version,
        entries,
        contestant,
        filled: median(weighed.map(({ filled }) => filled)),
        turnedOver: turned.length === 0 ? undefined : median(turned),
      })
    }
  }

  result({ seed, bounds, subjects }: RunOptions, runs: number): Result {
    // Map is there in every run; a claim is made of what was asked for.
    const asked = bounds.includes('bytes')
      ? this.#contestants
          .map(({ subject }) => subject)
          .filter((one) => subjects?.includes(one) ?? true)
      : []
    return {
      header: headerOf(seed, this.#versions),
      nodes: [...this.#nodes],
      runs,
      notes: [...this.#notes],
      footprints: this.#footprints,
      verdicts: checkClaims(this.#footprints, this.#places, asked),
    }
  }

  async #weigh(
    node: string,
    { subject, kind, ttl }: Contestant,
    entries: number,
  ): Promise<readonly [Hello, Weighed]> {
    const setting = { subject, kind, ttl, entries }
    const flags = entries > mostUncompiled ? [] : ['--no-opt']
    const child = new Child({ node, script: this.#script, setting, flags })
    try {
      const hello = await child.ask<Hello>({ type: 'hello' })
      if (hello.missing !== undefined) throw new Error(hello.missing)
      if (hello.from !== undefined)
        this.#versions[hello.from] = hello.version ?? 'of unknown version'
      return [hello, await child.ask<Weighed>({ type: 'weigh' })]
    } finally {
      await child.end()
    }
  }
}
