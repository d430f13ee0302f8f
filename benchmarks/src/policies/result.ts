import type { Judgement } from './judge.ts'
import type { Machine } from './machine.ts'
import type { Point } from './point.ts'
import type { Pooled } from './summary.ts'

/** Everything that a run found out; what the JSON file holds. */
export interface Result {
  readonly machine: Machine
  readonly seed: number
  /** Runs of what depends on chance, of which figures are the means. */
  readonly seeds: number
  readonly bound: 'entries' | 'bytes'
  readonly costs: boolean
  readonly keys: 'number' | 'string'
  /** What each subject is, by name, in the order in which they are shown. */
  readonly subjects: Readonly<Record<string, string>>
  /** What the reader must know: subjects left out, traces cut short. */
  readonly notes: readonly string[]
  readonly points: readonly Point[]
  readonly pooled: Readonly<Record<string, Pooled>>
  readonly judgements: readonly Judgement[]
}
