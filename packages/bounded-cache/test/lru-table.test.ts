import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LruTable } from '../src/table/lru-table.ts'

function filled(count: number): LruTable<number, number> {
  const table = new LruTable<number, number>({ makeRoom: () => {}, now: () => 0 })
  for (let key = 0; key < count; key++) table.set(key, key, 2, 0)
  return table
}

function keysOf(table: LruTable<number, number>): number[] {
  return [...table.entries()].map(([key]) => key)
}

test('evicts nothing by itself', () => {
  expect(filled(100_000).size).toBe(100_000)
})

test('keeps every entry and their order when it is compacted', () => {
  const table = filled(5_000)
  expect(table.compact()).toBe('none')
  while (table.size > 1_000) table.evict()
  table.get(4_500)
  const keys = keysOf(table)
  expect(keys.at(-1)).toBe(4_500)
  expect(table.compact()).toBe('moved')
  expect(keysOf(table)).toEqual(keys)
  expect(table.compact()).toBe('none')
  expect(table.bytes).toBe(2_000)
  expect([...table.entries()][0]).toEqual([4_000, 4_000])
  expect(table.evict()).toBe(true)
  expect(table.peek(4_000)).toBeUndefined()
})

test('does not compact more than one slice can take', () => {
  const table = filled(30_000)
  while (table.size > 3_000) table.evict()
  expect(table.compact()).toBe('none')
  expect(table.size).toBe(3_000)
})

test('takes entries again after its last one was deleted, evicted or cleared', () => {
  const table = filled(1)
  for (const empty of [() => table.take(0), () => table.evict(), () => table.clear()]) {
    empty()
    expect(table.size).toBe(0)
    expect([...table.entries()][0]).toBeUndefined()
    expect(table.evict()).toBe(false)
    table.take(0)
    table.set(0, 0, 2, 0)
    expect(table.peek(0)).toBe(0)
  }
})

test('gives its tables back when its last entry is deleted', () => {
  const table = filled(5_000)
  while (table.size > 1) table.evict()
  table.take(4_999)
  table.set(0, 0, 2, 0)
  expect(table.compact()).toBe('none')
})

test('takes notice of a new size of the value it holds', () => {
  const table = new LruTable<string, object>({ makeRoom: () => {}, now: () => 0 })
  const value = {}
  table.set('a', value, 5, 0)
  table.set('b', {}, 1, 0)
  table.set('a', value, 7, 0)
  expect(table.bytes).toBe(8)
  expect([...table.entries()][0]?.[0]).toBe('b')
})

test('an iterator that is stepped while the table changes leaves it in order', () => {
  const change = fc.tuple(fc.constantFrom('get', 'add', 'delete', 'evict', 'clear'), fc.nat(20))
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { maxLength: 3 }), { minLength: 40, maxLength: 40 }),
      (turns) => {
        const table = filled(15)
        const entries = table.entries()
        for (const changes of turns) {
          entries.next()
          for (const [type, key] of changes) {
            if (type === 'get') table.get(key)
            else if (type === 'delete') table.take(key)
            else if (type === 'evict') table.evict()
            else if (type === 'clear') table.clear()
            else if (table.peek(key) === undefined) table.set(key, key, 2, 0)
          }
        }
        expect(keysOf(table)).toHaveLength(table.size)
        expect(new Set(keysOf(table)).size).toBe(table.size)
      },
    ),
  )
})
