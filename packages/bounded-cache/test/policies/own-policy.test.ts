import { describe, expect, test } from 'vitest'
import type { Policy, Slots } from '../../src/policies/policy.ts'
import { none } from '../../src/policies/slot-lists.ts'
import { visitsOf, withVisits } from '../../src/policies/use-counts.ts'
import { boundedTable, served } from './bounded-table.ts'
import { ObservedTable } from './observed-table.ts'
import { scanned, zipf } from './streams.ts'

/** First in, first out. */
class Fifo implements Policy {
  readonly eager = false
  readonly #slots: Slots

  constructor(slots: Slots) {
    this.#slots = slots
  }

  insert(slot: number): void {
    this.#slots.lists.add(0, slot, 1)
  }

  used(): void {}

  changed(): void {}

  remove(slot: number): void {
    this.#slots.lists.remove(slot, 1)
  }

  evict(): number {
    const slot = this.victim()
    if (slot !== none) this.remove(slot)
    return slot
  }

  victim(): number {
    return this.#slots.lists.last(0)
  }

  order(): IterableIterator<number> {
    return this.#slots.lists.slots(0)
  }

  clear(): void {
    this.#slots.lists.clear()
  }
}

/** A queue in which what was used goes round once more. */
class Clock extends Fifo {
  readonly #slots: Slots

  constructor(slots: Slots) {
    super(slots)
    this.#slots = slots
  }

  override victim(): number {
    const { lists, uses } = this.#slots
    let slot = lists.last(0)
    for (; slot !== none && visitsOf(uses[slot] ?? 0) > 0; slot = lists.last(0)) {
      uses[slot] = withVisits(uses[slot] ?? 0, 0)
      lists.move(0, slot, 1)
    }
    return slot
  }
}

/** What a queue serves, in an array whose end is evicted first. */
function queueServes(requests: readonly number[], capacity: number, goesRound: boolean): boolean[] {
  const queue: { key: number; isUsed: boolean }[] = []
  return requests.map((key) => {
    const held = queue.find((entry) => entry.key === key)
    if (held !== undefined) {
      held.isUsed = goesRound
      return true
    }
    while (queue.length === capacity) {
      const last = queue.pop()
      if (last?.isUsed) queue.unshift({ key: last.key, isUsed: false })
    }
    queue.unshift({ key, isUsed: false })
    return false
  })
}

describe.each([
  ['FIFO', (slots: Slots) => new Fifo(slots), false],
  ['CLOCK', (slots: Slots) => new Clock(slots), true],
])('a policy of the user: %s', (_, factory, goesRound) => {
  test.each([
    ['popular keys', zipf(20_000, 1_000, 0.9, 1)],
    ['popular keys and scans', scanned(20_000, 1_000, 2)],
  ])('evicts as it does in an array: %s', (_, requests) => {
    const expected = queueServes(requests, 100, goesRound)
    expect(served(boundedTable(factory, 100), requests)).toEqual(expected)
  })

  test('stays in step with its table through deletions and compaction', () => {
    const table = new ObservedTable(factory, false, 500)
    for (let key = 0; key < 2_000; key++) {
      table.set(key, 1, 1)
      if (key % 3 === 0) table.get(key)
      if (key % 5 === 0) table.take(key - 7)
    }
    table.check()
    for (let key = 0; key < 2_000; key += 1) if (key % 8 !== 0) table.take(key)
    table.compact()
    table.check()
    while (table.told.size > 0) {
      table.evict()
      table.check()
    }
    table.evict()
  })
})
