import { expect, test } from 'vitest'
import { policies } from '../../src/policies/named.ts'
import { boundedTable, count, served } from './bounded-table.ts'
import { drift, loop, lruHits, scanned, zipf } from './streams.ts'

/** SIEVE as in Figure 2 of the paper (Zhang et al., NSDI 2024), in an array whose start is the head of the queue. */
class ArraySieve {
  readonly evicted: number[] = []
  readonly #capacity: number
  readonly #queue: { readonly key: number; visited: boolean }[] = []
  #hand = -1

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  request(key: number): boolean {
    const held = this.#queue.find((entry) => entry.key === key)
    if (held !== undefined) {
      held.visited = true
      return true
    }
    if (this.#queue.length === this.#capacity) this.#evict()
    this.#queue.unshift({ key, visited: false })
    if (this.#hand >= 0) this.#hand++
    return false
  }

  #evict(): void {
    let at = this.#hand >= 0 ? this.#hand : this.#queue.length - 1
    for (let entry = this.#queue[at]; entry?.visited; entry = this.#queue[at]) {
      entry.visited = false
      at = at === 0 ? this.#queue.length - 1 : at - 1
    }
    for (const { key } of this.#queue.splice(at, 1)) this.evicted.push(key)
    this.#hand = at - 1
  }
}

test.each([
  ['popular keys', zipf(20_000, 1_000, 0.9, 1), 100],
  ['popular keys and scans', scanned(20_000, 1_000, 2), 200],
  ['a drift', drift(20_000, 60, 3), 150],
  ['a loop', loop(5_000, 120), 100],
  ['one entry', zipf(2_000, 10, 0.9, 4), 1],
])('evicts what the SIEVE of the paper evicts, in the same order: %s', (_, requests, capacity) => {
  const ours = boundedTable(policies.sieve, capacity)
  const theirs = new ArraySieve(capacity)
  const expected = requests.map((key) => theirs.request(key))
  expect(served(ours, requests)).toEqual(expected)
  expect(ours.evicted).toEqual(theirs.evicted)
})

test('freezes where the hand has passed what is dead, which no other policy does', () => {
  const capacity = 100
  const before = loop(capacity, capacity)
  const uses = before.filter((key) => key < 95)
  // The hand stops short of the head; from there it takes out what is new before it is used again.
  const after = loop(5_000, 20, 1_000)
  const hits = (name: 'sieve' | 's3-fifo' | 'w-tinylfu' | 'adaptive') => {
    const table = boundedTable(policies[name], capacity)
    served(table, [...before, ...uses])
    return count(served(table, after))
  }
  expect(hits('sieve')).toBe(0)
  expect(lruHits([...before, ...uses, ...after], capacity)).toBeGreaterThan(4_900)
  expect(hits('s3-fifo')).toBeGreaterThan(4_500)
  expect(hits('w-tinylfu')).toBeGreaterThan(4_500)
  expect(hits('adaptive')).toBeGreaterThan(4_500)
})
