import type { Bound } from '../caches/line-up.ts'
import type { Figures } from './figures.ts'

/** Everything that was found out on one line of Node.js, with one kind of bound and so many entries. */
export interface Point {
  /** The version, such as `24.21.0`. */
  readonly node: string
  readonly v8: string
  readonly bound: Bound
  readonly entries: number
  readonly rounds: number
  /** The subjects that were to be measured, in the order in which they are shown. */
  readonly names: readonly string[]
  /** Which of them are ours. */
  readonly ours: readonly string[]
  readonly figures: Figures
}

/** Where a figure was taken, for people: `Node 24, 10,000 entries, by bytes`. */
export function placeOf({ node, bound, entries }: Point): string {
  return `Node ${node.split('.')[0]}, ${entries.toLocaleString('en-GB')} entries, by ${bound}`
}
