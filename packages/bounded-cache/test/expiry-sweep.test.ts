import { expect, test } from 'vitest'
import { ExpirySweep, type Swept } from '../src/table/expiry-sweep.ts'
import { type MaybeTimed, Timed } from '../src/table/timed.ts'

/** Entries whose iterators do not see what came after they were made. */
class SnapshotTable implements Swept<string, number> {
  readonly entries = new Map<string, MaybeTimed<number>>()

  get size(): number {
    return this.entries.size
  }

  held(): IterableIterator<[string, MaybeTimed<number>]> {
    return [...this.entries].values()
  }
}

function store(
  table: SnapshotTable,
  sweep: ExpirySweep<string, number>,
  key: string,
  ttl: number,
  now = 0,
): void {
  const held = ttl === 0 ? 0 : new Timed(0, now, now + ttl)
  table.entries.set(key, held)
  sweep.note(held)
}

test('has nothing to do before the first entry can have expired', () => {
  const table = new SnapshotTable()
  const sweep = new ExpirySweep<string, number>(table)
  expect(sweep.watching).toBe(false)
  store(table, sweep, 'stays', 0)
  expect(sweep.watching).toBe(false)
  store(table, sweep, 'goes', 100)
  expect(sweep.watching).toBe(true)
  expect(sweep.due(99)).toBe(false)
  expect(sweep.due(100)).toBe(true)
})

test('knows after a round when the next entry expires, also one that came during the round', () => {
  const table = new SnapshotTable()
  const sweep = new ExpirySweep<string, number>(table)
  store(table, sweep, 'first', 10)
  store(table, sweep, 'second', 1_000)
  expect(sweep.examine(10)?.[0]).toBe('first')
  table.entries.delete('first')
  store(table, sweep, 'during', 50, 10)
  expect(sweep.examine(10)).toBeUndefined()
  expect(sweep.examine(10)).toBeUndefined()
  expect(sweep.due(59)).toBe(false)
  expect(sweep.due(60)).toBe(true)
})

test('starts a round again that ended before it had seen everything', () => {
  const table = new SnapshotTable()
  const sweep = new ExpirySweep<string, number>(table)
  store(table, sweep, 'a', 10)
  expect(sweep.examine(0)).toBeUndefined()
  for (const key of ['b', 'c', 'd']) store(table, sweep, key, 20)
  expect(sweep.examine(0)).toBeUndefined()
  expect(sweep.due(10)).toBe(true)
  expect(sweep.examine(10)?.[0]).toBe('a')
})
