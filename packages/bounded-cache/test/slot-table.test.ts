import { describe, expect, test } from 'vitest'
import { policies } from '../src/policies/named.ts'
import type { Slots } from '../src/policies/policy.ts'
import { Segments } from '../src/policies/segments.ts'
import { KeyedTable } from './keyed-table.ts'

interface Made {
  readonly table: KeyedTable<unknown, unknown>
  /** What the policy of the table sees. */
  readonly slots: Slots
}

function made(
  name: keyof typeof policies = 's3-fifo',
  byBytes = false,
  mostEntries = Number.POSITIVE_INFINITY,
): Made {
  const seen: Slots[] = []
  const table = new KeyedTable<unknown, unknown>({
    policy(slots) {
      seen.push(slots)
      return policies[name](slots)
    },
    byBytes,
    mostEntries,
    seed: 1,
    makeRoom() {},
    now: () => 0,
  })
  const [slots] = seen
  if (slots === undefined) throw new Error('the table made no policy')
  return { table, slots }
}

function fill(table: KeyedTable<unknown, unknown>, count: number, from = 0): void {
  for (let key = from; key < from + count; key++) table.set(key, key, 1, 0, 1)
}

function compactAll(table: KeyedTable<unknown, unknown>): void {
  while (table.compact() === 'more') {}
}

describe.each(Object.keys(policies) as (keyof typeof policies)[])('%s', (name) => {
  test('keeps its entries and forgets what is gone through compaction after long use', () => {
    const { table, slots } = made(name)
    fill(table, 2_000)
    for (let key = 0; key < 2_000; key++) if (key % 10 !== 0) table.take(key)
    // Long enough for frequencies to be halved while slots are free.
    for (let use = 0; use < 100_000; use++) table.get(10 * (use % 200))
    for (let key = 0; key < 10; key++) table.set(`new ${key}`, key, 1, 0, 1)
    for (let key = 0; key < 2_000; key += 20) table.take(key)
    compactAll(table)
    expect(slots.uses.length).toBeLessThan(300)
    expect(table.size).toBe(110)
    const entries = [...table.entries()]
    expect(entries).toHaveLength(110)
    for (const [key, value] of entries) expect(table.peek(key)).toBe(value)
    let evicted = 0
    while (table.evict((key) => expect(key).toBeDefined())) evicted++
    expect(evicted).toBe(110)
    expect(table.bytes).toBe(0)
  })

  test('gives back slots when it is compacted or cleared', () => {
    const { table, slots } = made(name)
    fill(table, 50_000)
    for (let key = 0; key < 50_000; key++) if (key % 100 !== 0) table.take(key)
    expect(slots.uses.length).toBeGreaterThan(50_000)
    compactAll(table)
    expect(slots.uses.length).toBeLessThan(1_000)
    for (let key = 0; key < 50_000; key += 100) expect(table.peek(key)).toBe(key)
    table.clear()
    expect(slots.uses.length).toBe(0)
    fill(table, 10)
    expect([...table.entries()]).toHaveLength(10)
  })

  test('an iterator ends when the table is cleared, and tells of no entry that is not there', () => {
    const { table } = made(name)
    fill(table, 100)
    const entries = table.entries()
    for (let step = 0; step < 10; step++) entries.next()
    table.clear()
    expect([...entries]).toEqual([])
  })

  test('an iterator visits what stays while others are taken out', () => {
    const { table } = made(name)
    fill(table, 100)
    const visited = new Set<unknown>()
    for (const [key] of table.entries()) {
      expect(visited.has(key)).toBe(false)
      visited.add(key)
      if (Number(key) % 2 === 0) table.take(key)
    }
    expect(visited.size).toBe(100)
    expect(table.size).toBe(50)
  })
})

test('takes every kind of key, and tells 1 from "1"', () => {
  const { table } = made()
  const keys = [1, '1', undefined, null, Number.NaN, true, {}, 1n, Symbol('key')]
  for (const [value, key] of keys.entries()) table.set(key, value, 1, 0, 1)
  fill(table, 1_000, 10)
  for (const [value, key] of keys.entries()) expect(table.get(key)).toBe(value)
  expect(table.size).toBe(keys.length + 1_000)
  for (const value of [null, undefined, 0, '']) table.set(String(value), value, 1, 0, 1)
  fill(table, 10_000, 10)
  for (let key = 10; key < 10_000; key++) table.take(key)
  compactAll(table)
  for (const value of [null, undefined, 0, '']) expect(table.get(String(value))).toBe(value)
})

test('counts sizes that no cell can hold, through every change of them', () => {
  const { table, slots } = made('s3-fifo', true)
  const large = 65_534
  for (const bytes of [1, large, large + 1, large - 1, large - 2, 2 ** 50, 7]) {
    table.set('a', 'a', bytes, 0, 1)
    expect(table.bytes).toBe(bytes)
    expect([0, 1, 2].reduce((sum, list) => sum + slots.lists.weight(list), 0)).toBe(bytes)
  }
  for (let key = 0; key < 300; key++) table.set(key, key, large + key, 0, 1)
  for (let key = 0; key < 300; key++) if (key % 30 !== 0) table.take(key)
  compactAll(table)
  const left = Array.from({ length: 10 }, (_, index) => large + 30 * index)
  expect(table.bytes).toBe(7 + left.reduce((sum, bytes) => sum + bytes, 0))
  while (table.evict()) {}
  expect(table.bytes).toBe(0)
})

test('needs no more slots than there are entries while a compaction is under way', () => {
  const { table, slots } = made()
  fill(table, 40_000)
  for (let key = 0; key < 40_000; key += 2) table.take(key)
  for (let key = 1; key < 20_000; key += 2) table.take(key)
  expect(table.compact()).toBe('more')
  // Whoever began it may never go on with it.
  for (let key = 100_000; key < 300_000; key++) {
    table.set(key, key, 1, 0, 1)
    table.evict()
  }
  expect(table.size).toBe(10_000)
  expect(slots.uses.length).toBeLessThan(70_000)
})

test('has a slot for one entry more than its bound and no slot beyond', () => {
  const { table, slots } = made('s3-fifo', false, 1_000)
  fill(table, 1_000)
  expect(slots.uses.length).toBeLessThanOrEqual(1_000 + 4)
})

test('remembers of many entries that are gone no more than is worth it for those that are left', () => {
  const seen: Segments[] = []
  const table = new KeyedTable<number, number>({
    policy(slots) {
      const segments = new Segments(slots, { counts: true, ghosts: true })
      seen.push(segments)
      return {
        eager: false,
        insert(slot) {
          segments.recall(slot)
          segments.add(0, slot)
        },
        used() {},
        changed() {},
        remove: (slot) => segments.remove(slot),
        evict() {
          const slot = slots.lists.last(0)
          if (slot !== 0) segments.giveUp(slot)
          return slot
        },
        order: () => segments.order(),
        clear: () => segments.clear(),
      }
    },
    byBytes: false,
    mostEntries: Number.POSITIVE_INFINITY,
    seed: 1,
    makeRoom() {},
    now: () => 0,
  })
  const bytes = () => seen[0]?.byteLength ?? Number.NaN
  for (let key = 0; key < 100_000; key++) table.set(key, key, 1, 0, 1)
  expect(bytes()).toBeGreaterThan(400_000)
  expect(bytes()).toBeLessThan(800_000)
  while (table.size > 1_000) table.evict()
  expect(bytes()).toBeLessThan(40_000)
  table.clear()
  expect(bytes()).toBeLessThan(200)
})
