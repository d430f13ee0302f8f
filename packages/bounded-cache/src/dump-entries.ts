import { type DumpedEntry, type DumpRecord, dumpHeader } from './dump.ts'
import { none } from './policies/slot-lists.ts'
import type { SlotTable } from './table/slot-table.ts'

/**
 * A dump of what can be served, the next to be evicted first. Which entries there are is settled at the call, each is read as
 * it is asked for, and what is gone by then is left out.
 *
 * `date` is the wall-clock time, `now` the clock that only goes forward: entries that are read later count their time
 * from the same moment.
 */
export function dumpEntries<K, V>(
  table: SlotTable<K, V>,
  date: number,
  now: () => number,
): IterableIterator<DumpRecord<K, V>> {
  const keys: K[] = []
  for (const slot of table.order()) {
    if (!table.facts.isExpired(slot)) keys.push(table.keyOf(slot))
  }
  return records(table, keys, date, now, now())
}

function* records<K, V>(
  table: SlotTable<K, V>,
  keys: readonly K[],
  date: number,
  now: () => number,
  begun: number,
): IterableIterator<DumpRecord<K, V>> {
  yield dumpHeader(date)
  for (const key of keys) {
    const slot = table.find(key)
    if (slot !== none && !table.facts.isExpired(slot)) yield recordOf(table, slot, now() - begun)
  }
}

function recordOf<K, V>(table: SlotTable<K, V>, slot: number, passed: number): DumpedEntry<K, V> {
  const { expiresIn, idleFor = 0 } = table.facts.expiry?.standing(slot) ?? {}
  const cost = table.cost(slot)
  const tags = table.facts.tags?.tagsOf(slot) ?? []
  return {
    key: table.keyOf(slot),
    value: table.valueOf(slot),
    ...(expiresIn !== undefined && { expiresIn: expiresIn + passed }),
    // Used since the dump began: as if it had been used then.
    ...(idleFor > passed && { idleFor: idleFor - passed }),
    ...(cost !== 1 && { cost }),
    ...(tags.length > 0 && { tags }),
  }
}
