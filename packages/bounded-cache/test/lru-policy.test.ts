import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Entry } from '../src/entry.ts'
import { LruPolicy } from '../src/policies/lru.ts'

function filled(count: number): LruPolicy<number, number> {
  const policy = new LruPolicy<number, number>()
  for (let key = 0; key < count; key++) policy.add(new Entry(key, key, 1, 0, 0))
  return policy
}

function keysOf(policy: LruPolicy<number, number>): number[] {
  return [...policy.entries()].map(({ key }) => key)
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
  expect(policy.evict()?.key).toBe(4_000)
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
    expect(policy.evict()).toBeUndefined()
    policy.delete(0)
    policy.add(new Entry(0, 0, 1, 0, 0))
    expect(policy.peek(0)?.value).toBe(0)
  }
})

test('gives its tables back when its last entry is deleted', () => {
  const policy = filled(5_000)
  while (policy.size > 1) policy.evict()
  policy.delete(4_999)
  policy.add(new Entry(0, 0, 1, 0, 0))
  expect(policy.compact()).toBe(false)
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
            else if (policy.peek(key) === undefined) policy.add(new Entry(key, key, 1, 0, 0))
          }
        }
        expect(keysOf(policy)).toHaveLength(policy.size)
        expect(new Set(keysOf(policy)).size).toBe(policy.size)
      },
    ),
  )
})
