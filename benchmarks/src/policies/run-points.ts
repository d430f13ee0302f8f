import { measure } from './measures.ts'
import { baseline, ceilingOf, type Point, yardsticks } from './point.ts'
import { Progress } from './progress.ts'
import { meanOf, replay, type Tally } from './replay.ts'
import type { Size } from './sizes.ts'
import type { SubjectSetting } from './subjects/cache.ts'
import { subjectNamed } from './subjects/named.ts'
import type { Subject } from './subjects/subject.ts'
import { nextUses, sumOf, type Trace } from './trace.ts'

interface RunOptions {
  readonly subjects: readonly Subject[]
  readonly sizes: readonly Size[]
  readonly bound: 'entries' | 'bytes'
  /** Whether subjects are told what loading each key costs. */
  readonly costs: boolean
  readonly keys: 'number' | 'string'
  /** Points with room for fewer entries are left out. */
  readonly least: number
  readonly seed: number
  /** Runs of what depends on chance; their means are what counts. */
  readonly seeds: number
  /** Which of the traces this is, for progress: `2 of 9`. */
  readonly turn: string
  readonly write: (text: string) => void
}

/** The subjects to run, the yardsticks and the ceiling in front of them. */
export async function withYardsticks(
  subjects: readonly Subject[],
  bound: 'entries' | 'bytes',
): Promise<readonly Subject[]> {
  const named = new Map<string, Subject>()
  for (const name of [...yardsticks, ceilingOf(bound)]) named.set(name, await subjectNamed(name))
  for (const subject of subjects) named.set(subject.name, subject)
  return [...named.values()]
}

/** Runs every subject over a trace at every size that has room for enough entries. */
export function runPoints(trace: Trace, options: RunOptions): readonly Point[] {
  const { subjects, bound, least, turn } = options
  const runsOf = ({ varies }: Subject): number => (varies ? options.seeds : 1)
  const settings = settingsOf(trace, options).filter(({ entries }) => entries >= least)
  const runs = subjects.reduce((sum, subject) => sum + runsOf(subject), 0)
  const progress = new Progress(trace.requests.length * settings.length * runs, options.write)
  const points = settings.map(({ size, ...setting }) => {
    const tallies: Record<string, Tally> = {}
    for (const subject of subjects) {
      progress.begin(`${turn}: ${trace.name}, ${size}, ${subject.name}`)
      const each = Array.from({ length: runsOf(subject) }, (_, run) => {
        const contestant = subject.make({ ...setting, seed: setting.seed + run })
        const tally = replay(trace, contestant, (count) => progress.add(count))
        contestant.dispose?.()
        return tally
      })
      tallies[subject.name] = meanOf(each)
    }
    const lru = tallies[baseline]!
    const ceiling = tallies[ceilingOf(bound)]!
    return {
      trace: trace.name,
      requests: trace.requests.length,
      unique: trace.unique,
      size,
      capacity: setting.capacity,
      entries: setting.entries,
      tallies,
      measures: Object.fromEntries(
        Object.entries(tallies).map(([name, tally]) => [name, measure(tally, lru, ceiling)]),
      ),
    }
  })
  progress.end()
  return points
}

function settingsOf(
  trace: Trace,
  { sizes, bound, costs, keys, seed }: RunOptions,
): readonly (SubjectSetting & { readonly size: string })[] {
  const { unique } = trace
  const ones = new Float64Array(unique).fill(1)
  const weights = bound === 'bytes' ? (trace.sizes ?? ones) : ones
  const everything = sumOf(weights)
  const next = nextUses(trace)
  const hasCosts = costs && trace.costs !== undefined
  const texts =
    keys === 'string' ? Array.from({ length: unique }, (_, key) => textOf(key)) : undefined
  const byCapacity = new Map(sizes.map((size) => [size.capacityOf(everything), size.label]))
  return [...byCapacity]
    .sort(([one], [other]) => one - other)
    .map(([capacity, size]) => ({
      size,
      capacity,
      entries: Math.max(1, Math.min(unique, Math.round((capacity * unique) / everything))),
      weights,
      costs: hasCosts ? (trace.costs ?? ones) : ones,
      next,
      seed,
      bound,
      hasCosts,
      texts,
    }))
}

/** A flat string of 21 characters, like the keys of a service. */
function textOf(key: number): string {
  return Buffer.from(`user:${`${key}`.padStart(16, '0')}`).toString('latin1')
}
