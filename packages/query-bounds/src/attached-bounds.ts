import {
  type ConsumerUsage,
  followPressure,
  invalidArgument,
  isolate,
  type LevelRatios,
  Listeners,
  numberOption,
  ownTurn,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'
import type { Account } from './account.ts'
import { boundsAt } from './allowance.ts'
import { CacheWatch } from './cache-watch.ts'
import { entryOf, known } from './entry.ts'
import { explain, type QueryExplanation } from './explain.ts'
import type { GroupSettings } from './group.ts'
import { hookGet } from './hook-get.ts'
import { IdleOrder } from './idle-order.ts'
import { Ledger } from './ledger.ts'
import type { MutationCacheLike } from './mutation-cache-like.ts'
import {
  isLimited,
  type QueryLimits,
  type ResolvedLimits,
  type ResolvedOptions,
  resolveLimits,
} from './options.ts'
import { PageTrim } from './page-trim.ts'
import type { QueryBounds, QueryBoundsEvent, QueryBoundsStats } from './query-bounds.ts'
import type { QueryCacheLike, QueryLike } from './query-cache-like.ts'
import { metaOf } from './query-meta.ts'
import { RecentlyEvicted } from './recently-evicted.ts'
import { SettledMutations } from './settled-mutations.ts'
import { sizeOfData, sizeOfQuery } from './sizing.ts'
import { finite, groupStats, overflowOf, totalCounts, usageByGroup, usageOf } from './stats.ts'
import { isScopeOver, type Scope, Sweeper } from './sweep.ts'

/** About a millisecond of looking. */
const lookedAtOnce = 1_024
/** About a millisecond of measuring. */
const measuredAtOnce = 512
/** What regret and second chances are told by; more would cost more than they are worth. */
const mostRemembered = 1_024

/** A bound attached to one client: it wires together what hears, counts, chooses and evicts. */
export class AttachedBounds implements QueryBounds {
  readonly kind = 'query-cache'
  readonly name: string
  readonly role?: string
  readonly ratios: LevelRatios
  readonly #options: ResolvedOptions
  readonly #cache: QueryCacheLike
  readonly #ledger: Ledger
  readonly #limited: { readonly scope: Scope; readonly settings: GroupSettings }[]
  readonly #whole: Scope
  readonly #sweeper: Sweeper
  readonly #watch: CacheWatch
  readonly #pages: PageTrim
  readonly #events = new Listeners<QueryBoundsEvent>('a listener of a query bound')
  readonly #leave: (() => void)[] = []
  #mutations: SettledMutations | undefined
  #limits: ResolvedLimits
  #ratio = 1

  constructor(
    cache: QueryCacheLike,
    mutationCache: MutationCacheLike | undefined,
    options: ResolvedOptions,
  ) {
    const { clock, grace } = options
    this.name = options.name
    if (options.role !== undefined) this.role = options.role
    this.ratios = options.ratios
    this.#options = options
    this.#limits = options
    this.#cache = cache
    const remembered = new RecentlyEvicted(mostRemembered, options.regretWindow)
    const now = (): number => clock.now()
    const { peek, remove } = hookGet(cache, (query) => this.#ledger.found(query))
    this.#ledger = new Ledger(options.groups, new IdleOrder(now, grace), {
      bytesOf: (query) => sizeOfQuery(query, options.sizeOf),
      isKept: (query) => this.#isKept(query),
      isHeld: (query) => peek(query.queryHash) === query,
      wasEvicted: (queryHash) => remembered.take(queryHash, now),
    })
    this.#limited = this.#ledger.groups
      .filter(({ settings }) => isLimited(settings))
      .map(({ account, shelves, settings }) => ({
        scope: this.#scope(account, shelves, settings),
        settings,
      }))
    this.#whole = this.#scope(this.#ledger.total, this.#ledger.order.shelves, options)
    const mutations = (): SettledMutations | undefined => this.#mutations
    this.#sweeper = new Sweeper({
      cache,
      ledger: this.#ledger,
      scopes: [...this.#limited.map(({ scope }) => scope), this.#whole],
      mutations,
      clock,
      grace,
      onEvict: (evicted) => {
        if (evicted.cause !== 'purge') remembered.add(evicted.query.queryHash, clock.now())
        this.#events.deliver({ type: 'evicted', ...evicted })
      },
    })
    this.#watch = new CacheWatch({
      cache,
      peek,
      ledger: this.#ledger,
      sweeper: this.#sweeper,
      mutations,
      onHealed: (query) => this.#events.deliver({ type: 'healed', query }),
    })
    this.#pages = new PageTrim(this.#ledger, this.#watch, grace, (trimmed) =>
      this.#events.deliver({ type: 'trimmed', ...trimmed }),
    )
    this.#leave.push(
      remove,
      () => this.#sweeper.stop(),
      () => this.#watch.stop(),
    )
    try {
      this.#attach(mutationCache)
    } catch (error) {
      this.detach()
      throw error
    }
  }

  stats(): QueryBoundsStats {
    this.#ledger.measure()
    const { maxQueries, maxBytes } = this.#limits
    const mutations = this.#mutations
    return {
      ...totalCounts(this.#ledger),
      maxQueries: finite(maxQueries),
      maxBytes: finite(maxBytes),
      limitRatio: this.#ratio,
      overflow: overflowOf(this.#ledger.total, this.#whole.bounds),
      healed: this.#watch.healed,
      groups: Object.fromEntries(
        this.#ledger.groups.map((group) => [group.settings.name, groupStats(group)]),
      ),
      mutations: mutations && {
        settled: mutations.settled,
        bytes: mutations.bytes,
        evictions: mutations.evictions,
      },
    }
  }

  usage(): ConsumerUsage {
    // Asked every second: what is not bounded need not be known exactly.
    this.#ledger.measure(measuredAtOnce)
    const usage = usageOf(totalCounts(this.#ledger), this.#limits)
    const queries = Math.round(usage.bytes * this.#ledger.unmeasuredFactor)
    const bytes = queries + (this.#mutations?.bytes ?? 0)
    return { ...usage, bytes, groups: usageByGroup(this.#ledger) }
  }

  explain(queryKey: readonly unknown[]): QueryExplanation {
    return explain(this.#cache.find?.({ queryKey }), {
      ledger: this.#ledger,
      grace: this.#options.grace,
      isOver: (group) =>
        isScopeOver(this.#whole) ||
        this.#limited.some(({ scope }) => scope.account === group.account && isScopeOver(scope)),
    })
  }

  subscribe(listener: (event: QueryBoundsEvent) => void): () => void {
    if (typeof listener !== 'function') throw invalidArgument('listener', 'be a function', listener)
    return this.#events.add(listener)
  }

  resize(limits: QueryLimits): void {
    const resolved = resolveLimits(limits, this.#limits)
    this.#limits = resolved
    this.#setBounds()
    this.#sweeper.afterEvent()
  }

  setLimitRatio(ratio: number): void {
    this.#ratio = numberOption('ratio', ratio, 0, 1)
    this.#setBounds()
  }

  async release(budget?: ReleaseBudget): Promise<ReleaseReport> {
    const { protect, ratios } = this.#options
    if (protect !== undefined || this.#cache.getAll().length !== this.#ledger.total.queries) {
      for (const _ of this.#settleAll()) await ownTurn()
    }
    const report = await this.#sweeper.release(budget)
    if (this.#ratio > ratios.critical) return report
    const trimmed = await this.#pages.release(budget)
    return {
      ...report,
      bytes: report.bytes + trimmed.bytes,
      slices: report.slices + trimmed.slices,
    }
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

  #attach(mutationCache: MutationCacheLike | undefined): void {
    const { registry, bus, clock, followPressure: follow, mutations } = this.#options
    this.#setBounds()
    if (mutationCache !== undefined && mutations !== undefined) {
      this.#mutations = this.#boundMutations(mutationCache)
    }
    for (const _ of this.#settleAll());
    this.#sweeper.afterEvent()
    this.#leave.push(registry.register(this))
    if (follow) this.#leave.push(followPressure(this, { bus, registry, clock }))
  }

  #boundMutations(cache: MutationCacheLike): SettledMutations | undefined {
    const limits = this.#options.mutations
    if (limits === undefined) return undefined
    const mutations = new SettledMutations(cache, {
      limits,
      sizeOf: sizeOfData,
      onEvict: (evicted) => this.#events.deliver({ type: 'mutation-evicted', ...evicted }),
      onIdle: () => this.#watch.mutationsSettled(),
      onOver: () => this.#sweeper.start(),
    })
    this.#leave.push(() => mutations.detach())
    return mutations
  }

  #isKept(query: QueryLike): boolean {
    const { protect } = this.#options
    if (metaOf(query).pin === true || entryOf(query)?.is(known.optimistic) === true) return true
    return (
      protect !== undefined && isolate('`protect` of a query bound', () => protect(query)) === true
    )
  }

  /** Looks at every query again, and pauses now and then. */
  *#settleAll(): Generator<void> {
    let looked = 0
    const queries = [...this.#ledger.entries().map(({ query }) => query), ...this.#cache.getAll()]
    for (const query of queries) {
      if (this.#leave.length === 0) return
      this.#ledger.settle(query, false)
      looked += 1
      if (looked % lookedAtOnce === 0) yield
    }
  }

  #scope(account: Account, shelves: Scope['shelves'], limits: ResolvedLimits): Scope {
    const bounds = boundsAt(1, limits, this.#options)
    return { account, shelves, bounds, configured: bounds }
  }

  #setBounds(): void {
    const ratio = this.#ratio
    for (const { scope, settings } of [
      ...this.#limited,
      { scope: this.#whole, settings: this.#limits },
    ]) {
      scope.configured = boundsAt(1, settings, this.#options)
      scope.bounds = boundsAt(ratio, settings, this.#options)
    }
    this.#sweeper.pressed = ratio < 1
    this.#mutations?.setRatio(ratio)
    this.#ledger.countBytes(
      [this.#whole, ...this.#limited.map(({ scope }) => scope)].some(
        ({ configured }) => configured.bytes !== Number.POSITIVE_INFINITY,
      ),
    )
  }
}
