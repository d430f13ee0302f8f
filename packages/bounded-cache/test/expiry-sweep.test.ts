import { expect, test } from 'vitest'
import { Entry } from '../src/entry.ts'
import { ExpirySweep } from '../src/expiry.ts'
import type { Policy } from '../src/policies/policy.ts'

/** A policy whose iterators do not see what came after they were made. */
class SnapshotPolicy implements Policy<string, number> {
  readonly #held = new Map<string, Entry<string, number>>()

  get size(): number {
    return this.#held.size
  }

  get(key: string): Entry<string, number> | undefined {
    return this.#held.get(key)
  }

  peek(key: string): Entry<string, number> | undefined {
    return this.#held.get(key)
  }

  add(entry: Entry<string, number>): void {
    this.#held.set(entry.key, entry)
  }

  delete(key: string): void {
    this.#held.delete(key)
  }

  evict(): Entry<string, number> | undefined {
    return undefined
  }

  clear(): void {
    this.#held.clear()
  }

  compact(): boolean {
    return false
  }

  entries(): IterableIterator<Entry<string, number>> {
    return [...this.#held.values()].values()
  }
}

function store(
  policy: SnapshotPolicy,
  sweep: ExpirySweep<string, number>,
  key: string,
  ttl: number,
  now = 0,
): void {
  const entry = new Entry(key, 0, 1, now, ttl)
  policy.add(entry)
  sweep.note(entry)
}

test('has nothing to do before the first entry can have expired', () => {
  const policy = new SnapshotPolicy()
  const sweep = new ExpirySweep(policy)
  expect(sweep.watching).toBe(false)
  store(policy, sweep, 'stays', 0)
  expect(sweep.watching).toBe(false)
  store(policy, sweep, 'goes', 100)
  expect(sweep.watching).toBe(true)
  expect(sweep.due(99)).toBe(false)
  expect(sweep.due(100)).toBe(true)
})

test('knows after a round when the next entry expires, also one that came during the round', () => {
  const policy = new SnapshotPolicy()
  const sweep = new ExpirySweep(policy)
  store(policy, sweep, 'first', 10)
  store(policy, sweep, 'second', 1_000)
  expect(sweep.examine(10)?.key).toBe('first')
  policy.delete('first')
  store(policy, sweep, 'during', 50, 10)
  expect(sweep.examine(10)).toBeUndefined()
  expect(sweep.examine(10)).toBeUndefined()
  expect(sweep.due(59)).toBe(false)
  expect(sweep.due(60)).toBe(true)
})

test('starts a round again that ended before it had seen everything', () => {
  const policy = new SnapshotPolicy()
  const sweep = new ExpirySweep(policy)
  store(policy, sweep, 'a', 10)
  expect(sweep.examine(0)).toBeUndefined()
  for (const key of ['b', 'c', 'd']) store(policy, sweep, key, 20)
  expect(sweep.examine(0)).toBeUndefined()
  expect(sweep.due(10)).toBe(true)
  expect(sweep.examine(10)?.key).toBe('a')
})
