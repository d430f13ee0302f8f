import { none } from '../src/policies/slot-lists.ts'
import { SlotTable } from '../src/table/slot-table.ts'
import type { SlotTableOptions } from '../src/table/slot-table-options.ts'

type Tell<K, V> = (key: K, value: V) => void

/** How a keyed table is made. */
export interface KeyedTableOptions extends Omit<SlotTableOptions, 'counters'> {
  /** Takes out entries until one more of so many bytes fits. */
  readonly makeRoom: (bytes: number) => void
}

/** A slot table by keys, as a store uses it. */
export class KeyedTable<K, V> {
  readonly slots: SlotTable<K, V>
  readonly #counters = { hits: 0 }
  readonly #makeRoom: (bytes: number) => void

  constructor({ makeRoom, ...options }: KeyedTableOptions) {
    this.slots = new SlotTable({ ...options, counters: this.#counters })
    this.#makeRoom = makeRoom
  }

  get size(): number {
    return this.slots.size
  }

  get bytes(): number {
    return this.slots.bytes
  }

  get(key: K): V | undefined {
    const slot = this.#fresh(key)
    if (slot === none) return undefined
    this.#counters.hits++
    return this.slots.use(slot)
  }

  peek(key: K): V | undefined {
    const slot = this.#fresh(key)
    return slot === none ? undefined : this.slots.valueOf(slot)
  }

  set(key: K, value: V, bytes: number, ttl: number, cost: number): void {
    const slot = this.slots.findToSet(key)
    if (slot !== none) this.slots.replace(slot, value, bytes, ttl, cost)
    else {
      this.#makeRoom(bytes)
      this.slots.add(key, value, bytes, ttl, cost)
    }
  }

  take(key: K): V | undefined {
    const slot = this.slots.find(key)
    if (slot === none) return undefined
    const value = this.slots.valueOf(slot)
    this.slots.remove(slot)
    return value
  }

  evict(tell?: Tell<K, V>): boolean {
    const slot = this.slots.victim()
    if (slot === none) return false
    const [key, value] = [this.slots.keyOf(slot), this.slots.valueOf(slot)]
    this.slots.vacate(slot)
    tell?.(key, value)
    return true
  }

  clear(): void {
    this.slots.clear()
  }

  compact(): ReturnType<SlotTable<K, V>['compact']> {
    return this.slots.compact()
  }

  *entries(): IterableIterator<[K, V]> {
    for (const slot of this.slots.order()) yield [this.slots.keyOf(slot), this.slots.valueOf(slot)]
  }

  #fresh(key: K): number {
    const slot = this.slots.find(key)
    return slot !== none && this.slots.facts.isExpired(slot) ? none : slot
  }
}
