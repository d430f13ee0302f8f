import type { Arrival } from './arrival.ts'
import { type DumpRecord, type LoadableEntry, type LoadReport, readDump } from './dump.ts'
import { none } from './policies/slot-lists.ts'
import { type EntryFacts, wholeTtl } from './set-options.ts'
import type { SingleFlight } from './single-flight.ts'
import type { EntryStore } from './store.ts'

/** Where a dump is loaded to. */
export interface DumpTarget<K, V> {
  readonly store: EntryStore<K, V>
  readonly flights: SingleFlight<K, V, Arrival<K, V>>
  readonly usual: EntryFacts
  /** Milliseconds, 0 for no such end. */
  readonly maxIdle: number
  /** Wall-clock time. */
  readonly date: number
}

/**
 * Takes in the entries of a dump that are not held, not being loaded, and not over.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` when it does not begin with a header of a dump; nothing was taken in.
 */
export function loadDump<K, V>(
  records: Iterable<DumpRecord<K, V>>,
  { store, flights, usual, maxIdle, date }: DumpTarget<K, V>,
): LoadReport {
  const report = { loaded: 0, expired: 0, held: 0, refused: 0, invalid: 0 }
  for (const entry of readDump(records, date)) {
    if (typeof entry === 'string') report[entry] += 1
    else if (store.find(entry.key) !== none || flights.has(entry.key)) report.held += 1
    else if (maxIdle > 0 && entry.idleFor >= maxIdle) report.expired += 1
    else {
      const isKept = store.put(entry.key, entry.value, factsOfEntry(entry, usual))
      report[isKept ? 'loaded' : 'refused'] += 1
    }
  }
  return report
}

function factsOfEntry(entry: LoadableEntry<unknown, unknown>, usual: EntryFacts): EntryFacts {
  const { ttl, bytes, cost, tags, idleFor } = entry
  return {
    ...usual,
    ttl: ttl === undefined ? usual.ttl : wholeTtl(ttl),
    bytes,
    cost,
    tags,
    idleFor,
  }
}
