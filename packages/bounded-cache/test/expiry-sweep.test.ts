import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExpirySweep, type Swept } from '../src/table/expiry-sweep.ts'
import { LruTable } from '../src/table/lru-table.ts'
import { type MaybeTimed, Timed } from '../src/table/timed.ts'

/** Entries whose iterators do not see what came after they were made. */
class SnapshotTable implements Swept<string, number> {
  readonly entries = new Map<string, MaybeTimed<number>>()

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
  sweep.forget(table.entries.get('first'))
  table.entries.delete('first')
  store(table, sweep, 'during', 50, 10)
  expect(sweep.examine(10)).toBeUndefined()
  expect(sweep.examine(10)).toBeUndefined()
  expect(sweep.due(59)).toBe(false)
  expect(sweep.due(60)).toBe(true)
})

test('does not take a round that lost its way for one that saw everything', () => {
  const table = new SnapshotTable()
  const sweep = new ExpirySweep<string, number>(table)
  for (const key of ['a', 'b', 'c']) store(table, sweep, key, 10)
  expect(sweep.examine(0)).toBeUndefined()
  sweep.restart()
  for (let step = 0; step < 4; step++) sweep.examine(0)
  // The second round has begun, and sees `a` alone.
  expect(sweep.examine(0)).toBeUndefined()
  table.held = () => [][Symbol.iterator]()
  sweep.restart()
  expect(sweep.examine(0)).toBeUndefined()
  expect(sweep.due(10)).toBe(true)
})

test('finds everything that has expired, whatever happens to the entries meanwhile', () => {
  const key = fc.nat(9)
  const step = fc.oneof(
    fc.record({ type: fc.constant('set' as const), key, ttl: fc.nat(4) }),
    fc.record({ type: fc.constantFrom('get', 'take', 'evict', 'sweep'), key }),
    fc.record({ type: fc.constant('wait' as const), time: fc.nat(3) }),
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
      let now = 0
      const ends = new Map<number, number>()
      const table = new LruTable<number, number>({ makeRoom: () => {}, now: () => now })
      for (const step of steps) {
        if (step.type === 'wait') now += step.time
        else if (step.type === 'set') {
          table.set(step.key, 0, 1, step.ttl)
          ends.set(step.key, step.ttl === 0 ? Number.POSITIVE_INFINITY : now + step.ttl)
        } else if (step.type === 'get') table.get(step.key)
        else if (step.type === 'take') table.take(step.key)
        else if (step.type === 'evict') table.evict()
        else table.sweep(1, () => {})
      }
      for (let round = 0; round < 3 * ends.size; round++) table.sweep(3, () => {})
      for (const [held] of table.entries()) expect(ends.get(held)).toBeGreaterThan(now)
      const canExpire = [...table.entries()].some(([held]) => Number.isFinite(ends.get(held)))
      expect(table.expiring).toBe(canExpire)
    }),
    { numRuns: 3_000 },
  )
}, 60_000)
