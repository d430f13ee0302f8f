import type { PolicyFactory } from '../../src/policies/policy.ts'
import { KeyedTable } from '../keyed-table.ts'

/** A slot table that is kept inside a bound, and notes what it evicts. */
export interface BoundedTable {
  readonly table: KeyedTable<number, number>
  readonly evicted: number[]
}

/** A table for so many entries, or bytes. */
export function boundedTable(
  policy: PolicyFactory,
  most: number,
  { byBytes = false, seed = 1 } = {},
): BoundedTable {
  const evicted: number[] = []
  const table: KeyedTable<number, number> = new KeyedTable({
    policy,
    byBytes,
    mostEntries: byBytes ? Number.POSITIVE_INFINITY : most,
    seed,
    makeRoom(bytes) {
      const room = byBytes ? most - bytes : most - 1
      while ((byBytes ? table.bytes : table.size) > room) {
        if (!table.evict((key) => evicted.push(key))) return
      }
    },
    now: () => 0,
  })
  return { table, evicted }
}

/** Reads through a table, and returns which requests it served. */
export function served(
  { table }: BoundedTable,
  requests: readonly number[],
  bytesOf: (key: number) => number = () => 1,
  costOf: (key: number) => number = () => 1,
): boolean[] {
  return requests.map((key) => {
    if (table.get(key) !== undefined) return true
    table.set(key, key, bytesOf(key), 0, costOf(key))
    return false
  })
}

/** How many of these are true. */
export function count(all: readonly boolean[]): number {
  return all.filter(Boolean).length
}
