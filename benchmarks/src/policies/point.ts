import type { Measures } from './measures.ts'
import type { Tally } from './replay.ts'

/** One trace at one size, and how each subject did there. */
export interface Point {
  readonly trace: string
  readonly requests: number
  readonly unique: number
  /** The size as it was asked for. */
  readonly size: string
  readonly capacity: number
  /** How many keys of average weight fit. */
  readonly entries: number
  /** Means where a subject ran more than once. */
  readonly tallies: Readonly<Record<string, Tally>>
  readonly measures: Readonly<Record<string, Measures>>
}

/** Always measured beside what was asked for: the baseline, the ceiling, and what no default should be far behind. */
export const yardsticks = ['sim:lru', 'sim:s3-fifo', 'sim:w-tinylfu-1'] as const

export const baseline = 'sim:lru'

/** What closes all of the gap: unbeatable by entries, a good guess by bytes. */
export function ceilingOf(bound: 'entries' | 'bytes'): 'sim:opt' | 'sim:belady-size' {
  return bound === 'entries' ? 'sim:opt' : 'sim:belady-size'
}

/** Whether a subject knows the future, and so wins nothing. */
export function isForesighted(name: string): boolean {
  return ['opt', 'sim:opt', 'belady-size', 'sim:belady-size'].includes(name)
}

export function placeOf({ trace, size, capacity }: Point): string {
  return size === `${capacity}` ? `${trace} at ${size}` : `${trace} at ${size} (${capacity})`
}
