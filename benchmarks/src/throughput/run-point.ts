import { freemem } from 'node:os'
import { median } from '../../../verify/src/harness/median.ts'
import { Child, type Hello } from '../caches/child.ts'
import { type Bound, type Contestant, rival, subjectNamed } from '../caches/line-up.ts'
import { cohorts, shuffled } from '../caches/order.ts'
import { figuresOf, type Taken } from './figures.ts'
import type { Point } from './point.ts'
import {
  type ChildSetting,
  evicting,
  type Operation,
  operations,
  type Pass,
  warmingPasses,
} from './setting.ts'

/** What one point is measured with. */
export interface PointPlan {
  /** The path of a Node.js. */
  readonly node: string
  readonly bound: Bound
  readonly entries: number
  readonly contestants: readonly Contestant[]
  readonly rounds: number
  readonly passes: number
  /** What all children are told alike. */
  readonly common: Omit<ChildSetting, 'subject' | 'kind' | 'ttl' | 'entries'>
  /** The path of the program of a child. */
  readonly script: string
  /** Called with what is being done, when one subject is through with one round. */
  readonly onProgress: (task: string) => void
}

/** A point, and what became of those who could not be measured. */
interface PointOutcome {
  readonly point: Point
  readonly notes: readonly string[]
  readonly versions: Readonly<Record<string, string>>
}

/** What a child takes, in bytes: itself, and for each entry five keys, the cache and the requests. */
const bytesOfChild = 70e6
const bytesOfEntry = 700

/** Runs the rounds of a point: in each, every subject has a new process, and only one of them works at a time. */
export async function runPoint(plan: PointPlan): Promise<PointOutcome> {
  const run = new PointRun(plan)
  for (let round = 0; round < plan.rounds; round++) await run.round(round)
  return run.outcome()
}

type Living = readonly (readonly [Contestant, Child])[]

class PointRun {
  readonly #plan: PointPlan
  readonly #rival: Contestant
  readonly #taken: Taken[] = []
  readonly #failures = new Map<string, string>()
  readonly #notes = new Set<string>()
  readonly #versions: Record<string, string> = {}
  #hello: Hello = { node: '', v8: '' }

  constructor(plan: PointPlan) {
    const base = plan.contestants.find(({ name }) => name === rival)
    if (base === undefined) throw new TypeError(`${rival} must take part`)
    this.#plan = plan
    this.#rival = base
  }

  /** As many are alive at once as have room; the rival is measured again for each such group. */
  async round(round: number): Promise<void> {
    const { contestants, common, entries } = this.#plan
    const able = contestants.filter(({ name }) => !this.#failures.has(name))
    const room = Math.floor(freemem() / 2 / (bytesOfChild + entries * bytesOfEntry))
    const order = shuffled(able, common.seed + round)
    for (const [index, cohort] of cohorts(order, this.#rival, Math.max(2, room)).entries()) {
      await this.#runCohort(shuffled(cohort, common.seed + 31 * round + index))
    }
  }

  outcome(): PointOutcome {
    const { bound, entries, rounds, contestants } = this.#plan
    const { node, v8 } = this.#hello
    const names = contestants.map(({ name }) => name)
    const ours = contestants.filter((one) => one.ours).map(({ name }) => name)
    const figures = figuresOf(this.#taken)
    const failures = [...this.#failures].map(([name, reason]) => `${name} is left out: ${reason}.`)
    return {
      point: { node, v8, bound, entries, rounds, names, ours, figures },
      notes: [...failures, ...this.#notes],
      versions: this.#versions,
    }
  }

  async #runCohort(cohort: readonly Contestant[]): Promise<void> {
    const started = cohort.map((contestant) => [contestant, this.#start(contestant)] as const)
    try {
      for (const [contestant, child] of started) {
        await this.#attempt(contestant, async () => this.#greet(await child.ask({ type: 'hello' })))
      }
      for (const operation of operations) {
        const living = started.filter(([{ name, subject }]) => {
          const can = subjectNamed(subject).evicts || !evicting.includes(operation)
          return can && !this.#failures.has(name)
        })
        await this.#runOperation(operation, living)
      }
      for (const { name } of cohort) this.#plan.onProgress(name)
    } finally {
      await Promise.all(started.map(([, child]) => child.end()))
    }
  }

  #start({ subject, kind, ttl }: Contestant): Child {
    const { node, script, common, entries } = this.#plan
    return new Child({ node, script, setting: { ...common, subject, kind, ttl, entries } })
  }

  #greet(hello: Hello): void {
    if (hello.missing !== undefined) throw new Error(hello.missing)
    this.#hello = hello
    if (hello.from !== undefined) this.#versions[hello.from] = hello.version ?? 'of unknown version'
  }

  /** Pass after pass, each of them by everybody before the next. */
  async #runOperation(operation: Operation, living: Living): Promise<void> {
    const passes = new Map<string, Pass[]>()
    const cold = new Set<string>()
    for (const [contestant, child] of living) {
      await this.#attempt(contestant, async () => {
        const { warm } = await child.ask<{ warm: boolean }>({ type: 'prepare', operation })
        if (!warm) cold.add(contestant.name)
        passes.set(contestant.name, [])
      })
    }
    for (let pass = 0; pass < warmingPasses + this.#plan.passes; pass++) {
      for (const [contestant, child] of living) {
        await this.#attempt(contestant, async () => {
          const shown = await child.ask<Pass>({ type: 'pass' })
          if (pass >= warmingPasses) passes.get(contestant.name)?.push(shown)
        })
      }
    }
    this.#keep(operation, passes, cold)
  }

  #keep(
    operation: Operation,
    passes: ReadonlyMap<string, readonly Pass[]>,
    cold: ReadonlySet<string>,
  ): void {
    const middle = (name: string): number =>
      median(passes.get(name)?.map(({ nanoseconds }) => nanoseconds) ?? [])
    for (const [name, shown] of passes) {
      if (this.#failures.has(name)) continue
      const hits = shown.reduce((sum, one) => sum + one.hits, 0)
      const done = shown.reduce((sum, one) => sum + one.done, 0)
      const hitRatio = hits / done
      if (operation === 'get-hit' && hits < done) {
        this.#notes.add(`${name} found ${(100 * hitRatio).toFixed(1)} % of what fits.`)
      }
      this.#taken.push({
        name,
        operation,
        nanoseconds: middle(name),
        rival: middle(rival),
        // Hits of a cache that was not full yet are no hits of that cache.
        hitRatio: operation === 'mixed' && !cold.has(name) ? hitRatio : undefined,
      })
    }
  }

  /** Does something with a subject that has not failed; where it fails, it is left out from then on. */
  async #attempt({ name }: Contestant, act: () => Promise<void>): Promise<void> {
    if (this.#failures.has(name)) return
    try {
      await act()
    } catch (error) {
      if (name === rival) throw error
      this.#failures.set(name, error instanceof Error ? error.message : `${error}`)
    }
  }
}
