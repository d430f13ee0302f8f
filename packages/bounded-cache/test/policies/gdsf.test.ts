import { expect, test } from 'vitest'
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

/** Greedy-Dual-Size-Frequency (Cherkasova, 1998) in a plain list that is searched for the least worth. */
class ListGdsf {
  readonly evicted: number[] = []
  readonly #most: number
  readonly #isLazy: boolean
  readonly #held = new Map<number, Entry>()
  #bytes = 0
  #floor = 0

  /** Rates what was used at once, as the paper has it, or when it is the one of the least worth. */
  constructor(most: number, isLazy: boolean) {
    this.#most = most
    this.#isLazy = isLazy
  }

  request(key: number, bytes: number, cost: number): boolean {
    const held = this.#held.get(key)
    if (held !== undefined) {
      held.uses = Math.min(16, held.uses + 1)
      held.isUsed = this.#isLazy
      if (!this.#isLazy) this.#rate(held)
      return true
    }
    while (this.#bytes + bytes > this.#most) this.#evict()
    const entry = { key, bytes, cost, uses: 1, isUsed: false, worth: 0 }
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
  const theirs = new ListGdsf(most / 4, true)
  const expected = requests.map((key) => theirs.request(key, bytesOf(key), costOf(key)))
  expect(served(ours, requests, bytesOf, costOf)).toEqual(expected)
  expect(ours.evicted).toEqual(theirs.evicted)
  expect(ours.evicted.length).toBeGreaterThan(1_000)
})

test('saves as much as it does where every use is rated at once, to one point', () => {
  const ours = boundedTable(policies.gdsf, most / 4, { byBytes: true })
  const theirs = new ListGdsf(most / 4, false)
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
