import {
  type ConsumerUsage,
  followPressure,
  isolate,
  type LevelRatios,
  numberOption,
  ownTurn,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'
import type { Bounds } from './allowance.ts'
import { heal } from './heal.ts'
import { type GetHook, hookGet } from './hook-get.ts'
import { Ledger } from './ledger.ts'
import { Lookups } from './lookups.ts'
import {
  type QueryLimits,
  type ResolvedLimits,
  type ResolvedOptions,
  resolveLimits,
} from './options.ts'
import type { QueryBounds, QueryBoundsStats } from './query-bounds.ts'
import type { QueryCacheEventLike, QueryCacheLike, QueryLike } from './query-cache-like.ts'
import { sizeOfQuery } from './sizing.ts'
import { Sweeper } from './sweep.ts'

/** The events after which nothing that is counted can have changed. */
const idleEvents: ReadonlySet<string> = new Set([
  'observerResultsUpdated',
  'observerOptionsUpdated',
])
/** The changes of a query that are no use of it: an invalidation goes over many at once. */
const silentActions: ReadonlySet<string> = new Set(['invalidate', 'failed', 'pause', 'continue'])
/** About a millisecond of looking. */
const lookedAtOnce = 1_024
const leastBurst = 64
const burstShare = 1 / 4

/** A bound attached to one query cache: it hears the events, keeps the ledger and has the sweeper act. */
export class AttachedBounds implements QueryBounds {
  readonly kind = 'query-cache'
  readonly name: string
  readonly role?: string
  readonly ratios: LevelRatios
  readonly #options: ResolvedOptions
  readonly #cache: QueryCacheLike
  readonly #ledger: Ledger
  readonly #lookups = new Lookups()
  readonly #sweeper: Sweeper
  readonly #hook: GetHook
  readonly #leave: (() => void)[] = []
  #limits: ResolvedLimits
  #ratio = 1
  #healed = 0

  constructor(cache: QueryCacheLike, options: ResolvedOptions) {
    const { clock, grace, onEvict, sizeOf, protect } = options
    this.name = options.name
    if (options.role !== undefined) this.role = options.role
    this.ratios = options.ratios
    this.#options = options
    this.#limits = options
    this.#cache = cache
    const now = (): number => clock.now()
    this.#hook = hookGet(cache, (hash, query) => {
      this.#lookups.count(hash, outcomeOf(query))
      if (query !== undefined) this.#ledger.touch(query, now)
    })
    const { peek } = this.#hook
    this.#ledger = new Ledger({
      bytesOf: (query) => sizeOfQuery(query, sizeOf),
      isProtected: (query) =>
        protect !== undefined &&
        isolate('`protect` of a query bound', () => protect(query)) === true,
      isHeld: (query) => peek(query.queryHash) === query,
    })
    const bounds = this.#boundsAt(1)
    this.#sweeper = new Sweeper({ cache, ledger: this.#ledger, clock, grace, onEvict }, bounds)
    this.#leave.push(this.#hook.remove, () => this.#sweeper.stop())
    try {
      this.#attach(options)
    } catch (error) {
      this.detach()
      throw error
    }
  }

  stats(): QueryBoundsStats {
    const { queries, bytes, evictable, observed } = this.#ledger
    const { hits, misses } = this.#lookups
    const { evictions, evictedBytes } = this.#sweeper
    return {
      queries,
      bytes,
      evictable,
      observed,
      maxQueries: finite(this.#limits.maxQueries),
      maxBytes: finite(this.#limits.maxBytes),
      limitRatio: this.#ratio,
      hits,
      misses,
      evictions,
      evictedBytes,
      healed: this.#healed,
    }
  }

  usage(): ConsumerUsage {
    const { queries, bytes, maxQueries, maxBytes, hits, misses, evictions } = this.stats()
    return {
      bytes,
      entries: queries,
      limitBytes: maxBytes,
      limitEntries: maxQueries,
      hits,
      misses,
      evictions,
    }
  }

  resize(limits: QueryLimits): void {
    this.#limits = resolveLimits(limits, this.#limits)
    this.#setBounds()
    this.#sweeper.start()
  }

  setLimitRatio(ratio: number): void {
    this.#ratio = numberOption('ratio', ratio, 0, 1)
    this.#setBounds()
  }

  async release(budget?: ReleaseBudget): Promise<ReleaseReport> {
    const { protect } = this.#options
    if (protect !== undefined || this.#cache.getAll().length !== this.#ledger.queries) {
      for (const _ of this.#settleAll()) await ownTurn()
    }
    return this.#sweeper.release(budget)
  }

  purge(): void {
    for (const _ of this.#settleAll());
    this.#sweeper.purge()
  }

  detach(): void {
    for (const leave of this.#leave.splice(0).reverse()) leave()
    this.#ledger.clear()
  }

  [Symbol.dispose](): void {
    this.detach()
  }

  #attach({ registry, bus, clock, followPressure: follow }: ResolvedOptions): void {
    this.#leave.push(
      this.#cache.subscribe((event) => {
        isolate('a query bound', () => this.#onEvent(event))
      }),
    )
    for (const _ of this.#settleAll());
    this.#sweeper.start()
    this.#leave.push(registry.register(this))
    if (follow) this.#leave.push(followPressure(this, { bus, registry, clock }))
  }

  #onEvent({ type, query, action }: QueryCacheEventLike): void {
    if (idleEvents.has(type)) return
    const written = (type === 'added' && query.state.data !== undefined) || action?.manual === true
    if (type === 'added') this.#sweeper.takeBack(query)
    if (written) this.#lookups.discount(query.queryHash)
    const touched = action !== undefined && !silentActions.has(action.type)
    this.#ledger.settle(query, this.#options.clock.now(), touched)
    if (!this.#ledger.has(query) && query.observers.length > 0) this.#heal(query)
    this.#sweeper.afterEvent()
  }

  #heal(query: QueryLike): void {
    // One that the application removed is its own affair: putting it back could bring back a former user's data.
    if (!this.#sweeper.hasEvicted(query)) return
    heal(this.#cache, this.#hook.peek, query, () => {
      this.#healed += 1
    })
  }

  /** Looks at every query again, and pauses now and then. */
  *#settleAll(): Generator<void> {
    const { clock } = this.#options
    let looked = 0
    for (const query of [...this.#ledger.known(), ...this.#cache.getAll()]) {
      if (this.#leave.length === 0) return
      this.#ledger.settle(query, clock.now(), false)
      looked += 1
      if (looked % lookedAtOnce === 0) yield
    }
  }

  #setBounds(): void {
    this.#sweeper.setBounds(this.#boundsAt(this.#ratio), this.#boundsAt(1))
  }

  #boundsAt(ratio: number): Bounds {
    const { maxQueries, maxBytes } = this.#limits
    const { burst, minInactive } = this.#options
    return {
      queries: share(maxQueries, ratio),
      bytes: share(maxBytes, ratio),
      minInactive,
      burstQueries: burst ?? Math.max(leastBurst, Math.ceil(share(maxQueries, burstShare))),
      burstBytes: share(maxBytes, burstShare),
    }
  }
}

/** Whether a lookup found data, nothing, or (`undefined`) a query still without data. */
function outcomeOf(query: QueryLike | undefined): boolean | undefined {
  if (query === undefined) return false
  return query.state.data === undefined ? undefined : true
}

function share(bound: number, ratio: number): number {
  return bound === Number.POSITIVE_INFINITY ? bound : Math.floor(bound * ratio)
}

function finite(bound: number): number | undefined {
  return bound === Number.POSITIVE_INFINITY ? undefined : bound
}
