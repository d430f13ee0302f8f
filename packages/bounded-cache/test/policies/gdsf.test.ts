import { expect, test } from 'vitest'
import { FrequencySketch } from '../../src/policies/frequency-sketch.ts'
import { KeyHash } from '../../src/policies/key-hash.ts'
import { policies } from '../../src/policies/named.ts'
import { boundedTable, count, served } from './bounded-table.ts'
import { lruHits, random, zipf } from './streams.ts'

interface Entry {
  readonly key: number
  readonly bytes: number
  readonly cost: number
  uses: number
  isUsed: boolean
  worth: number
}

/** What is known of how often keys were used that are not held. */
interface Memory {
  /** How often a key was used that comes in as the last of so many. */
  recall(key: number, entries: number): number
  keep(key: number, uses: number): void
  halve(): void
}

/** A memory as the policy has it. */
function sketched(): Memory {
  const sketch = new FrequencySketch()
  const hash = new KeyHash(1)
  return {
    recall(key, entries) {
      sketch.fit(entries)
      return sketch.estimate(hash.of(key))
    },
    keep: (key, uses) => sketch.raise(hash.of(key), Math.min(15, uses)),
    halve: () => sketch.halve(),
  }
}

/** A memory that errs in nothing. */
function exact(): Memory {
  const uses = new Map<number, number>()
  return {
    recall: (key) => uses.get(key) ?? 0,
    keep: (key, count) => uses.set(key, Math.min(15, count)),
    halve() {
      for (const [key, count] of uses) uses.set(key, count >> 1)
    },
  }
}

/**
 * Greedy-Dual-Size-Frequency (Cherkasova, 1998) in a plain list that is searched for the least worth, with a memory of
 * what left.
 */
class ListGdsf {
  readonly evicted: number[] = []
  readonly #most: number
  readonly #isLazy: boolean
  readonly #memory: Memory
  #requests = 0
  #halvedAt = 0
  readonly #held = new Map<number, Entry>()
  #bytes = 0
  #floor = 0

  /** Rates what was used at once, as the paper has it, or when it is the one of the least worth. */
  constructor(most: number, isLazy: boolean, memory: Memory) {
    this.#most = most
    this.#isLazy = isLazy
    this.#memory = memory
  }

  request(key: number, bytes: number, cost: number): boolean {
    this.#requests++
    const held = this.#held.get(key)
    if (held !== undefined) {
      held.uses = Math.min(16, held.uses + 1)
      held.isUsed = this.#isLazy
      if (!this.#isLazy) this.#rate(held)
      return true
    }
    while (this.#bytes + bytes > this.#most) this.#evict()
    const entries = this.#held.size + 1
    if (this.#requests - this.#halvedAt >= Math.max(64, 6 * entries)) {
      this.#halvedAt = this.#requests
      this.#memory.halve()
    }
    const uses = Math.min(15, this.#memory.recall(key, entries)) + 1
    const entry = { key, bytes, cost, uses, isUsed: false, worth: 0 }
    this.#rate(entry)
    this.#held.set(key, entry)
    this.#bytes += bytes
    return false
  }

  #evict(): void {
    let least = this.#least()
    for (; least.isUsed; least = this.#least()) {
      least.isUsed = false
      this.#rate(least)
    }
    this.#floor = Math.max(this.#floor, least.worth)
    this.#memory.keep(least.key, least.uses)
    this.#held.delete(least.key)
    this.#bytes -= least.bytes
    this.evicted.push(least.key)
  }

  #least(): Entry {
    return [...this.#held.values()].reduce((least, entry) =>
      entry.worth < least.worth ? entry : least,
    )
  }

  #rate(entry: Entry): void {
    entry.worth = this.#floor + (entry.uses * entry.cost) / entry.bytes
  }
}

const keys = 2_000
const most = 100_000
const requests = zipf(20_000, keys, 0.8, 5)
const next = random(6)
const sizes = Array.from({ length: keys }, () => Math.ceil(10 * 100 ** next()))
/** In the precision in which they are kept, and no two alike: what is evicted is in no doubt. */
const costs = Array.from({ length: keys }, () => Math.fround(1_000 ** next()))
const bytesOf = (key: number) => sizes[key] ?? 1
const costOf = (key: number) => costs[key] ?? 1

test('evicts what a list evicts in which the entry of the least worth is rated last', () => {
  const ours = boundedTable(policies.gdsf, most / 4, { byBytes: true })
  const theirs = new ListGdsf(most / 4, true, sketched())
  const expected = requests.map((key) => theirs.request(key, bytesOf(key), costOf(key)))
  expect(served(ours, requests, bytesOf, costOf)).toEqual(expected)
  expect(ours.evicted).toEqual(theirs.evicted)
  expect(ours.evicted.length).toBeGreaterThan(1_000)
})

test('saves as much as it does where every use is rated at once, to one point', () => {
  const ours = boundedTable(policies.gdsf, most / 4, { byBytes: true })
  const theirs = new ListGdsf(most / 4, false, exact())
  const saved = (hits: readonly boolean[]) =>
    requests.reduce((sum, key, at) => sum + (hits[at] ? costOf(key) : 0), 0)
  const total = requests.reduce((sum, key) => sum + costOf(key), 0)
  const expected = saved(requests.map((key) => theirs.request(key, bytesOf(key), costOf(key))))
  const got = saved(served(ours, requests, bytesOf, costOf))
  expect(Math.abs(got - expected) / total).toBeLessThan(0.01)
})

test('keeps what is used all the time, however often it was used before', () => {
  const ours = boundedTable(policies.gdsf, 100)
  const stream = Array.from({ length: 40_000 }, (_, at) => (at % 2 === 0 ? (at / 2) % 10 : 10 + at))
  const hits = count(served(ours, stream))
  expect(hits).toBe(20_000 - 10)
})

test('hits more than LRU where sizes differ', () => {
  const hits = count(
    served(boundedTable(policies.gdsf, 20_000, { byBytes: true }), requests, bytesOf),
  )
  const mean = sizes.reduce((sum, size) => sum + size, 0) / keys
  expect(hits).toBeGreaterThan(lruHits(requests, Math.floor(20_000 / mean)) * 1.2)
})

test('knows how often a key was used when it comes back', () => {
  const ours = boundedTable(policies.gdsf, 100)
  const once = (from: number, keys: number) => Array.from({ length: keys }, (_, key) => from + key)
  served(ours, [1, 1, 1, ...once(100, 400)])
  expect(ours.evicted).toContain(1)
  // What was never used again stays until some hundred others have come.
  served(ours, [1, 2, ...once(1_000, 150)])
  expect(ours.table.peek(2)).toBeUndefined()
  expect(ours.table.peek(1)).toBe(1)
})
