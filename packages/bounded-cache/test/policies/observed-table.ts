import { expect } from 'vitest'
import type { Policy, PolicyFactory, Slots } from '../../src/policies/policy.ts'
import { KeyedTable } from '../keyed-table.ts'

/** What a table was told of an entry last. */
export interface Told {
  readonly value: number
  readonly bytes: number
  readonly cost: number
}

/** A slot table inside bounds, beside a plain Map of what it must hold. */
export class ObservedTable {
  readonly table: KeyedTable<number, number>
  readonly told = new Map<number, Told>()
  slots: Slots | undefined
  policy: Policy | undefined
  readonly #byBytes: boolean
  readonly #most: number
  #values = 0
  /** The most entries there were. */
  #peak = 0

  constructor(factory: PolicyFactory, byBytes: boolean, most: number) {
    this.#byBytes = byBytes
    this.#most = most
    this.table = new KeyedTable<number, number>({
      policy: (slots) => {
        this.slots = slots
        this.policy = factory(slots)
        return this.policy
      },
      byBytes,
      mostEntries: byBytes ? Number.POSITIVE_INFINITY : most,
      seed: 1,
      makeRoom: (bytes) => this.#fit(byBytes ? most - bytes : most - 1),
      now: () => 0,
    })
  }

  set(key: number, bytes: number, cost: number): void {
    const value = this.#values++
    this.table.set(key, value, bytes, 0, cost)
    this.told.set(key, { value, bytes, cost })
    this.#fit(this.#most)
    this.#peak = Math.max(this.#peak, this.told.size)
  }

  get(key: number): void {
    expect(this.table.get(key)).toBe(this.told.get(key)?.value)
  }

  take(key: number): void {
    expect(this.table.take(key)).toBe(this.told.get(key)?.value)
    this.told.delete(key)
  }

  /** Evicts one entry and notes which; it must be one that is held. */
  evict(): void {
    const before = this.told.size
    const evicted = this.table.evict((key, value) => {
      expect(this.told.get(key)?.value).toBe(value)
      this.told.delete(key)
    })
    expect(evicted).toBe(before > 0)
    expect(this.told.size).toBe(Math.max(0, before - 1))
  }

  clear(): void {
    this.table.clear()
    this.told.clear()
  }

  compact(): void {
    let steps = 0
    while (this.table.compact() === 'more') expect(++steps).toBeLessThan(100)
  }

  /** That the table is what it was told, each entry in it once, and the policy knows just these. */
  check(): void {
    const { table, told } = this
    const [slots, policy] = [this.slots, this.policy]
    if (slots === undefined || policy === undefined) throw new Error('the table made no policy')
    expect(table.size).toBe(told.size)
    let bytes = 0
    for (const [key, entry] of told) {
      bytes += entry.bytes
      if (table.peek(key) !== entry.value) expect(table.peek(key)).toBe(entry.value)
    }
    expect(table.bytes).toBe(bytes)
    expect(this.#byBytes ? bytes : told.size).toBeLessThanOrEqual(this.#most)
    const entries = new Map(table.entries())
    expect(entries.size).toBe(told.size)
    for (const key of entries.keys()) if (!told.has(key)) expect(told.keys()).toContain(key)
    const order = [...policy.order()]
    expect(order.length).toBe(told.size)
    expect(new Set(order).size).toBe(order.length)
    this.#checkSlots(slots, order)
  }

  #checkSlots(slots: Slots, order: readonly number[]): void {
    let [weight, listed, weighed] = [0, 0, 0]
    for (const slot of order) {
      weight += slots.weight(slot)
      if ((slots.uses[slot] ?? 255) >= 128) expect(slots.uses[slot]).toBeLessThan(128)
    }
    expect(weight).toBe(this.#byBytes ? this.table.bytes : this.table.size)
    for (let list = 0; list < 3; list++) {
      listed += slots.lists.count(list)
      weighed += slots.lists.weight(list)
      for (const slot of slots.lists.slots(list)) {
        if (slots.lists.listOf(slot) !== list) expect(slots.lists.listOf(slot)).toBe(list)
      }
    }
    expect(slots.uses.length).toBeLessThanOrEqual(2 * this.#peak + 64)
    // A policy may order entries otherwise, and all weigh the same to one that puts them in lists by count.
    expect([0, order.length]).toContain(listed)
    expect(listed === 0 ? [0] : [weight, order.length]).toContain(weighed)
  }

  #fit(most: number): void {
    while (this.told.size > 0 && (this.#byBytes ? this.table.bytes : this.told.size) > most) {
      this.evict()
    }
  }
}
