import { Bounds } from './bounds.ts'
import { CacheEvents } from './events.ts'
import { Loads } from './loads.ts'
import { Observations } from './observations.ts'
import { removalListeners } from './removal-listeners.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { type EntryFacts, usualFacts } from './set-options.ts'
import { Counters } from './stats.ts'
import { EntryStore } from './store.ts'

/** What a cache is made of. */
export interface CacheParts<K, V> {
  readonly store: EntryStore<K, V>
  readonly loads: Loads<K, V>
  readonly bounds: Bounds
  readonly counters: Counters
  readonly events: CacheEvents<K, V>
  readonly observations: Observations<K>
  /** What is known of an entry of which nothing is told. */
  readonly usual: EntryFacts
}

/** Makes the parts of a cache. */
export function assembled<K, V>(options: ResolvedOptions<K, V>): CacheParts<K, V> {
  const { name, maxEntries, maxBytes, maxEntryShare, onRemoval } = options
  const usual = usualFacts(options.ttl)
  const counters = new Counters()
  const bounds = new Bounds(maxEntries, maxBytes, maxEntryShare)
  const events = new CacheEvents<K, V>(name)
  const observations = new Observations<K>({ ...options, bounds, counters })
  const { channels, sample } = observations
  const listeners = removalListeners(name, onRemoval, events, channels.removal)
  const store = new EntryStore({ options, bounds, counters, listeners, sample })
  const loads = new Loads({ ...options, usual, store, counters, events, observations })
  return { store, loads, bounds, counters, events, observations, usual }
}
