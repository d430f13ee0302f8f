import { isolate } from '@cultus/core'
import { entryOf, known } from './entry.ts'
import { heal } from './heal.ts'
import type { Ledger } from './ledger.ts'
import type { QueryCacheEventLike, QueryCacheLike, QueryLike } from './query-cache-like.ts'
import type { SettledMutations } from './settled-mutations.ts'
import type { Sweeper } from './sweep.ts'

/** What a {@link CacheWatch} works with. */
export interface CacheWatchSettings {
  readonly cache: QueryCacheLike
  /** The cache's own `get`: looking is not reading. */
  readonly peek: (queryHash: string) => QueryLike | undefined
  readonly ledger: Ledger
  readonly sweeper: Sweeper
  /** Of the same client, where they are bounded. */
  readonly mutations: () => SettledMutations | undefined
  readonly onHealed: (query: QueryLike) => void
}

/** Hears the events of a query cache and has the ledger look again at what they are about. */
export class CacheWatch {
  readonly #settings: CacheWatchSettings
  readonly #optimistic = new Set<QueryLike>()
  readonly #leave: () => void
  /** Whose change is our own, and no use of it. */
  #changing: QueryLike | undefined
  healed = 0

  constructor(settings: CacheWatchSettings) {
    this.#settings = settings
    this.#leave = settings.cache.subscribe((event) => {
      try {
        this.#onEvent(event)
      } catch (error) {
        isolate('a query bound', () => {
          throw error
        })
      }
    })
  }

  /** Changes a query without that being a use of it. */
  change(query: QueryLike, change: () => void): void {
    this.#changing = query
    isolate('a listener of the query cache', change)
    this.#changing = undefined
  }

  /** Lets go what was written while mutations were pending. */
  mutationsSettled(): void {
    const { ledger } = this.#settings
    for (const query of this.#optimistic) {
      entryOf(query)?.note(known.optimistic, false)
      ledger.settle(query, false)
    }
    this.#optimistic.clear()
    this.#settings.sweeper.afterEvent()
  }

  stop(): void {
    this.#leave()
    this.#optimistic.clear()
  }

  #onEvent({ type, query, action, observer }: QueryCacheEventLike): void {
    // After these nothing that is counted can have changed.
    if (type === 'observerResultsUpdated' || type === 'observerOptionsUpdated') return
    const { ledger, sweeper } = this.#settings
    if (sweeper.isEvicting(query)) return
    // The most frequent of all; it takes from what may go, so no bound is passed by it.
    if (type === 'observerAdded' && ledger.observe(query)) return
    if (action?.manual === true) this.#noteOptimism(query)
    const used = action !== undefined && isUse(action.type) && query !== this.#changing
    const entry = ledger.settle(query, used, type !== 'removed')
    if (entry === undefined) {
      this.#optimistic.delete(query)
      if (query.getObserversCount() > 0) this.#heal(query, observer)
    } else if (action?.manual === true) {
      ledger.discountWrite(entry)
      entry.note(known.fresh | known.returning, false)
    } else if (action?.type === 'fetch' && entry.is(known.fresh)) {
      if (entry.data === undefined) entry.account.count('misses', 1)
      if (entry.is(known.returning)) entry.account.count('regrets', 1)
      entry.note(known.fresh | known.returning, false)
    }
    sweeper.afterEvent()
  }

  #noteOptimism(query: QueryLike): void {
    const pending = this.#settings.mutations()?.pending ?? 0
    if (pending === 0) return
    entryOf(query)?.note(known.optimistic, true)
    this.#optimistic.add(query)
  }

  #heal(query: QueryLike, observer: unknown): void {
    // One that the application removed is its own affair: putting it back could bring back a former user's data.
    if (entryOf(query)?.is(known.evicted) !== true) return
    const { cache, peek, onHealed } = this.#settings
    heal(cache, peek, query, observer, () => {
      this.healed += 1
      onHealed(query)
    })
  }
}

/** An invalidation goes over many queries at once, and the others say how a fetch is getting on. */
function isUse(action: string): boolean {
  return (
    action !== 'invalidate' && action !== 'failed' && action !== 'pause' && action !== 'continue'
  )
}
