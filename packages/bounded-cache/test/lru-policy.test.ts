import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LruPolicy } from '../src/policies/lru.ts'

function filled(count: number): LruPolicy<number, number> {
  const policy = new LruPolicy<number, number>()
  for (let key = 0; key < count; key++) policy.set(key, key, 2)
  return policy
}

function keysOf(policy: LruPolicy<number, number>): number[] {
  return [...policy.entries()].map(([key]) => key)
}

test('evicts nothing by itself', () => {
  expect(filled(100_000).size).toBe(100_000)
})

test('keeps every entry and their order when it is compacted', () => {
  const policy = filled(5_000)
  expect(policy.compact()).toBe(false)
  while (policy.size > 1_000) policy.evict()
  policy.get(4_500)
  const keys = keysOf(policy)
  expect(keys.at(-1)).toBe(4_500)
  expect(policy.compact()).toBe(true)
  expect(keysOf(policy)).toEqual(keys)
  expect(policy.compact()).toBe(false)
  expect(policy.bytes).toBe(2_000)
  expect(policy.next()).toEqual([4_000, 4_000])
  expect(policy.evict()).toBe(true)
  expect(policy.peek(4_000)).toBeUndefined()
})

test('does not compact more than one slice can take', () => {
  const policy = filled(30_000)
  while (policy.size > 3_000) policy.evict()
  expect(policy.compact()).toBe(false)
  expect(policy.size).toBe(3_000)
})

test('takes entries again after its last one was deleted, evicted or cleared', () => {
  const policy = filled(1)
  for (const empty of [() => policy.delete(0), () => policy.evict(), () => policy.clear()]) {
    empty()
    expect(policy.size).toBe(0)
    expect(policy.next()).toBeUndefined()
    expect(policy.evict()).toBe(false)
    policy.delete(0)
    policy.set(0, 0, 2)
    expect(policy.peek(0)).toBe(0)
  }
})

test('gives its tables back when its last entry is deleted', () => {
  const policy = filled(5_000)
  while (policy.size > 1) policy.evict()
  policy.delete(4_999)
  policy.set(0, 0, 2)
  expect(policy.compact()).toBe(false)
})

test('takes notice of a new size of the value it holds', () => {
  const policy = new LruPolicy<string, object>()
  const value = {}
  policy.set('a', value, 5)
  policy.set('b', {}, 1)
  policy.set('a', value, 7)
  expect(policy.bytes).toBe(8)
  expect(policy.next()?.[0]).toBe('b')
})

test('an iterator that is stepped while the policy changes leaves it in order', () => {
  const change = fc.tuple(fc.constantFrom('get', 'add', 'delete', 'evict', 'clear'), fc.nat(20))
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { maxLength: 3 }), { minLength: 40, maxLength: 40 }),
      (turns) => {
        const policy = filled(15)
        const entries = policy.entries()
        for (const changes of turns) {
          entries.next()
          for (const [type, key] of changes) {
            if (type === 'get') policy.get(key)
            else if (type === 'delete') policy.delete(key)
            else if (type === 'evict') policy.evict()
            else if (type === 'clear') policy.clear()
            else if (policy.peek(key) === undefined) policy.set(key, key, 2)
          }
        }
        expect(keysOf(policy)).toHaveLength(policy.size)
        expect(new Set(keysOf(policy)).size).toBe(policy.size)
      },
    ),
  )
})
