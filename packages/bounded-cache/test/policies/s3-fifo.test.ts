import { expect, test } from 'vitest'
import { policies } from '../../src/policies/named.ts'
import { boundedTable, count, served } from './bounded-table.ts'
import { drift, loop, scanned, zipf } from './streams.ts'

interface Entry {
  readonly key: number
  uses: number
}

/** S3-FIFO (Yang et al., SOSP 2023) in plain arrays, with ghosts that are keys and in no doubt. */
class ArrayQueues {
  readonly #capacity: number
  readonly #small: Entry[] = []
  readonly #main: Entry[] = []
  readonly #held = new Map<number, Entry>()
  readonly #ghosts = new Set<number>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  request(key: number): boolean {
    const held = this.#held.get(key)
    if (held !== undefined) {
      held.uses = Math.min(3, held.uses + 1)
      return true
    }
    while (this.#held.size === this.#capacity) this.#evict()
    const entry = { key, uses: 0 }
    const queue = this.#ghosts.delete(key) ? this.#main : this.#small
    queue.push(entry)
    this.#held.set(key, entry)
    return false
  }

  #evict(): void {
    const isSmall = this.#small.length > 0 && this.#main.length <= 0.9 * this.#capacity
    const entry = (isSmall ? this.#small : this.#main).shift()
    if (entry === undefined) return
    if (isSmall && entry.uses > 1) {
      entry.uses = 0
      this.#main.push(entry)
    } else if (!isSmall && entry.uses > 0) {
      entry.uses--
      this.#main.push(entry)
    } else {
      this.#held.delete(entry.key)
      if (isSmall) this.#remember(entry.key)
    }
  }

  #remember(key: number): void {
    this.#ghosts.add(key)
    const [oldest] = this.#ghosts
    if (this.#ghosts.size > 0.9 * this.#capacity) this.#ghosts.delete(oldest ?? key)
  }
}

test.each([
  ['popular keys', zipf(100_000, 10_000, 0.9, 1), 1_000],
  ['popular keys, few entries', zipf(100_000, 10_000, 0.9, 1), 100],
  ['popular keys and scans', scanned(100_000, 10_000, 2), 1_000],
  ['a drift', drift(100_000, 400, 3), 1_000],
  ['a loop that fits with its ghosts', loop(50_000, 1_200), 1_000],
  ['a loop that does not', loop(50_000, 3_000), 1_000],
])('hits as S3-FIFO with exact ghosts does, to half a point: %s', (_, requests, capacity) => {
  const theirs = new ArrayQueues(capacity)
  const expected = count(requests.map((key) => theirs.request(key)))
  const hits = count(served(boundedTable(policies['s3-fifo'], capacity), requests))
  expect(Math.abs(hits - expected) / requests.length).toBeLessThan(0.005)
})

test.each([1_400, 1_500, 1_600])(
  'hits as often to two points and a half where two thirds of the ghosts are to be known again: %d keys',
  (keys) => {
    const requests = loop(50_000, keys)
    const theirs = new ArrayQueues(1_000)
    const expected = count(requests.map((key) => theirs.request(key)))
    const hits = count(served(boundedTable(policies['s3-fifo'], 1_000), requests))
    expect(Math.abs(hits - expected) / requests.length).toBeLessThan(0.025)
  },
)
