import type { Contestant } from '../caches/line-up.ts'

/** What a subject takes on one line of Node.js with so many entries. */
export interface Footprint {
  /** The version, such as `24.21.0`. */
  readonly node: string
  readonly entries: number
  readonly contestant: Contestant
  /** Bytes for each entry, in the middle of the runs; see `Weighed`. */
  readonly filled: number
  readonly turnedOver: number | undefined
}

/** The footprint of a name, under the same bound or, as Map has none, under any. */
export function footprintOf(
  all: readonly Footprint[],
  { node, entries }: Pick<Footprint, 'node' | 'entries'>,
  name: string,
): Footprint | undefined {
  return all.find(
    (one) => one.node === node && one.entries === entries && one.contestant.name === name,
  )
}
