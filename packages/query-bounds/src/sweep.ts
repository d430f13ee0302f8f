import {
  type Clock,
  isolate,
  numberOption,
  ownTurn,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'
import type { Account, EvictionCause } from './account.ts'
import { type Bounds, isOver, isOverBurst } from './allowance.ts'
import type { Entry, Shelf } from './entry.ts'
import type { Ledger } from './ledger.ts'
import type { QueryCacheLike, QueryLike } from './query-cache-like.ts'
import type { SettledMutations } from './settled-mutations.ts'
import { type Choosing, chooseAtOnce, chooseVictim } from './victim.ts'

/** A bound, what it bounds, and what may go for it. */
export interface Scope {
  readonly account: Account
  readonly shelves: readonly Shelf[]
  /** Those that hold now. */
  bounds: Bounds
  /** Those without the ratio that pressure puts on them. */
  configured: Bounds
}

/** A query that has been evicted. */
interface EvictedQuery {
  readonly query: QueryLike
  /** What it was counted with. */
  readonly bytes: number
  readonly cause: EvictionCause
  readonly group: string
}

/** What a {@link Sweeper} works on. */
export interface SweeperSettings {
  readonly cache: QueryCacheLike
  readonly ledger: Ledger
  /** The groups that have bounds, and at last the whole cache. */
  readonly scopes: readonly Scope[]
  /** Of the same client, where they are bounded. */
  readonly mutations: () => SettledMutations | undefined
  readonly clock: Clock
  /** Milliseconds. */
  readonly grace: number
  readonly onEvict: (evicted: EvictedQuery) => void
}

/** What a sweep has evicted so far. */
interface Tally {
  entries: number
  bytes: number
}

type SliceEnd = 'inside' | 'more' | 'waiting'

const defaultSlice = 8
/** A slice ends by the clock; this ends it where the clock stands still. */
const mostInSlice = 1_024
/** An event adds one query at most, so this many a time also catches up. */
const mostInEvent = 8

/**
 * Evicts until the bounds are kept: in slices, each in a turn of the event loop of its own; where only queries
 * inside their grace are left over the bounds, when that ends.
 */
export class Sweeper {
  readonly #settings: SweeperSettings
  #cancelTimer: (() => void) | undefined
  #sweeping = false
  #evicting: QueryLike | undefined
  /** Whether memory is short: then nothing waits for what is worth less. */
  pressed = false

  constructor(settings: SweeperSettings) {
    this.#settings = settings
  }

  get isOver(): boolean {
    const { mutations, scopes } = this.#settings
    for (const scope of scopes) if (isScopeOver(scope)) return true
    return mutations()?.isOver === true
  }

  /** Whether an event is of the eviction that is under way. */
  isEvicting(query: QueryLike): boolean {
    return this.#evicting === query
  }

  /** Keeps the bounds after something was added. */
  afterEvent(): void {
    // What an eviction sets off is seen by the loop that evicts.
    if (this.#evicting !== undefined) return
    if (!this.isOver) {
      this.#settings.ledger.order.rest()
      return
    }
    this.#settings.ledger.order.pass()
    if (this.#settings.scopes.some(isBurst)) {
      this.#slice({ entries: 0, bytes: 0 }, defaultSlice, mostInEvent)
    }
    // The timer is set for the first query that can go.
    if (this.#cancelTimer === undefined) this.start()
  }

  /** Sweeps in the turns of the event loop that follow, if there is anything to do. */
  start(): void {
    if (this.#sweeping || !this.isOver) return
    void isolate('a sweep of a query bound', () =>
      this.#run({ entries: 0, bytes: 0 }, defaultSlice, undefined),
    )
  }

  /**
   * Sweeps until only queries inside their grace are left over the bounds.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`
   */
  async release(budget: ReleaseBudget = {}): Promise<ReleaseReport> {
    const slice = sliceOf(budget)
    const tally: Tally = { entries: 0, bytes: 0 }
    const slices = await this.#run(tally, slice, budget.signal)
    return { ...tally, slices, completed: !this.isOver }
  }

  /** Evicts everything outside its grace, at once. */
  purge(): void {
    const { ledger } = this.#settings
    ledger.order.pass()
    for (let left = ledger.total.evictable; left > 0; left--) {
      const now = ledger.order.now()
      ledger.order.notAfter(now)
      const { victim } = chooseVictim(ledger.order.shelves, this.#choosing(now, false))
      if (victim === undefined) break
      this.#evict(victim, 'purge')
    }
    this.afterEvent()
  }

  /** Ends the timer; a sweep under way ends with the ledger empty. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  async #run(tally: Tally, slice: number, signal: ReleaseBudget['signal']): Promise<number> {
    let slices = 0
    let end: SliceEnd = 'more'
    if (this.isOver) this.#settings.ledger.order.pass()
    this.#sweeping = true
    try {
      while (end === 'more' && this.isOver) {
        await ownTurn()
        if (signal?.aborted) break
        end = this.#slice(tally, slice, mostInSlice)
        slices += 1
      }
    } finally {
      this.#sweeping = false
    }
    if (!this.isOver) this.#settings.ledger.order.rest()
    return slices
  }

  #slice(tally: Tally, slice: number, most: number): SliceEnd {
    const { clock } = this.#settings
    const start = clock.now()
    for (let tried = 0; this.isOver; tried++) {
      // The next removal may take as long as all before it, so half of the slice is the last moment to begin one.
      if (tried > 0 && (tried >= most || clock.now() - start >= slice / 2)) return 'more'
      const bytes = this.#evictMutation() ?? this.#evictQuery()
      if (bytes === 'waiting') return 'waiting'
      if (bytes === undefined) continue
      tally.entries += 1
      tally.bytes += bytes
    }
    return 'inside'
  }

  #evictMutation(): number | undefined {
    const mutations = this.#settings.mutations()
    return mutations?.isOver ? mutations.evictOldest() : undefined
  }

  /** Evicts a query for the first bound that one can go for, and returns its bytes; `undefined` if it had to stay. */
  #evictQuery(): number | 'waiting' | undefined {
    const { ledger, scopes } = this.#settings
    const now = ledger.order.now()
    ledger.order.notAfter(now)
    let readyAt = Number.POSITIVE_INFINITY
    for (const scope of scopes) {
      if (!isScopeOver(scope)) continue
      const choosing = this.#choosing(now, !this.pressed)
      const choice = chooseVictim(scope.shelves, choosing)
      const burst = choice.victim === undefined && isBurst(scope)
      const victim = burst ? chooseAtOnce(scope.shelves, choosing) : choice.victim
      if (victim !== undefined) return this.#evict(victim, burst ? 'burst' : causeOf(scope))
      readyAt = Math.min(readyAt, choice.readyAt)
    }
    this.#wait(now, readyAt)
    return 'waiting'
  }

  #choosing(now: number, patient: boolean): Choosing {
    const { ledger, grace } = this.#settings
    return { now, grace, patient, resolve: (entry) => ledger.order.resolve(entry) }
  }

  /** Removes a query from the cache if it still may go, and returns its bytes. */
  #evict({ query }: Entry, cause: EvictionCause): number | undefined {
    const { cache, ledger, onEvict } = this.#settings
    // A listener before ours that threw may have kept an event from the ledger.
    const entry = ledger.settle(query, false)
    if (entry?.queue?.idle !== true) return undefined
    const { account } = entry
    const bytes = ledger.weigh(entry)
    ledger.order.age(entry)
    this.#evicting = query
    isolate('a listener of the query cache', () => cache.remove(query))
    // Whoever put the query back at once needs it.
    const gone = !ledger.isHeld(query)
    if (gone) {
      ledger.drop(entry, true)
      account.evict(cause, bytes)
      onEvict({ query, bytes, cause, group: account.parent?.name ?? '' })
    } else ledger.settle(query, true)
    this.#evicting = undefined
    return gone ? bytes : undefined
  }

  #wait(now: number, readyAt: number): void {
    if (this.#cancelTimer !== undefined || readyAt === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#settings.clock.setTimer(() => {
      this.#cancelTimer = undefined
      this.start()
    }, readyAt - now)
  }
}

/** The slice of a budget in milliseconds. */
export function sliceOf({ slice }: ReleaseBudget): number {
  return numberOption('slice', slice ?? defaultSlice, 0.1, 1_000)
}

/** Whether what a scope holds is over its bounds. */
export function isScopeOver({ account, bounds }: Scope): boolean {
  return isOver(account, bounds)
}

function isBurst({ account, bounds }: Scope): boolean {
  return isOverBurst(account, bounds)
}

function causeOf({ account, configured }: Scope): EvictionCause {
  return isOver(account, configured) ? 'bound' : 'pressure'
}
