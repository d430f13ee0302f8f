import { expect, test } from 'vitest'
import { ExpirySweep } from '../src/expiry.ts'
import type { Policy } from '../src/policies/policy.ts'
import { type Stored, Wrapped } from '../src/wrapped.ts'

/** A policy whose iterators do not see what came after they were made. */
class SnapshotPolicy implements Policy<string, Stored<number>> {
  readonly #held = new Map<string, Stored<number>>()
  readonly bytes = 0

  get size(): number {
    return this.#held.size
  }

  get(key: string): Stored<number> | undefined {
    return this.#held.get(key)
  }

  peek(key: string): Stored<number> | undefined {
    return this.#held.get(key)
  }

  set(key: string, stored: Stored<number>): void {
    this.#held.set(key, stored)
  }

  delete(key: string): void {
    this.#held.delete(key)
  }

  next(): undefined {
    return undefined
  }

  evict(): boolean {
    return false
  }

  clear(): void {
    this.#held.clear()
  }

  compact(): boolean {
    return false
  }

  entries(): IterableIterator<[string, Stored<number>]> {
    return [...this.#held].values()
  }
}

function store(
  policy: SnapshotPolicy,
  sweep: ExpirySweep<string, number>,
  key: string,
  ttl: number,
  now = 0,
): void {
  const stored = ttl === 0 ? 0 : new Wrapped(0, now, ttl)
  policy.set(key, stored)
  sweep.note(stored)
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
  expect(sweep.examine(10)?.[0]).toBe('first')
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
  expect(sweep.examine(10)?.[0]).toBe('a')
})
