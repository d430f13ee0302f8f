import {
  type Clock,
  isolate,
  numberOption,
  ownTurn,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'
import { type Bounds, isOver, isOverBurst } from './allowance.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { QueryEviction } from './options.ts'
import type { QueryCacheLike, QueryLike } from './query-cache-like.ts'
import { chooseVictim } from './victim.ts'

/** What a {@link Sweeper} works on. */
export interface SweeperSettings {
  readonly cache: QueryCacheLike
  readonly ledger: Ledger
  readonly clock: Clock
  /** Milliseconds. */
  readonly grace: number
  readonly onEvict: ((eviction: QueryEviction) => void) | undefined
}

/** What a sweep has evicted so far. */
interface Tally {
  entries: number
  bytes: number
}

type SliceEnd = 'inside' | 'more' | 'waiting'

const defaultSlice = 8
/** A slice ends by the clock; this ends it where the clock stands still. */
const mostInSlice = 256
/** An event adds one query at most, so this many a time also catches up. */
const mostInEvent = 8

/**
 * Evicts until the bounds are kept: in slices, each in a turn of the event loop of its own; where only queries
 * inside their grace are left over the bounds, when that ends.
 */
export class Sweeper {
  readonly #settings: SweeperSettings
  readonly #evicted = new WeakSet<QueryLike>()
  #bounds: Bounds
  /** The bounds without the ratio that pressure puts on them. */
  #configured: Bounds
  #cancelTimer: (() => void) | undefined
  #sweeping = false
  #evicting = false
  evictions = 0
  evictedBytes = 0

  constructor(settings: SweeperSettings, bounds: Bounds) {
    this.#settings = settings
    this.#bounds = bounds
    this.#configured = bounds
  }

  get isOver(): boolean {
    return isOver(this.#settings.ledger, this.#bounds)
  }

  /** Sets the bounds; evicts nothing. */
  setBounds(bounds: Bounds, configured: Bounds): void {
    this.#bounds = bounds
    this.#configured = configured
  }

  /** Whether it was this that evicted the query, and it has not come back since. */
  hasEvicted(query: QueryLike): boolean {
    return this.#evicted.has(query)
  }

  /** Takes note that an evicted query is in the cache again. */
  takeBack(query: QueryLike): void {
    this.#evicted.delete(query)
  }

  /** Keeps the bounds after something was added. */
  afterEvent(): void {
    // What an eviction sets off is seen by the loop that evicts.
    if (this.#evicting || !this.isOver) return
    if (isOverBurst(this.#settings.ledger, this.#bounds)) {
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
    const slice = numberOption('slice', budget.slice ?? defaultSlice, 0.1, 1_000)
    const tally: Tally = { entries: 0, bytes: 0 }
    const slices = await this.#run(tally, slice, budget.signal)
    return { ...tally, slices, completed: !this.isOver }
  }

  /** Evicts everything outside its grace, at once. */
  purge(): void {
    const { ledger, clock, grace } = this.#settings
    for (let left = ledger.evictable; left > 0; left--) {
      const now = clock.now()
      ledger.notAfter(now)
      const victim = chooseVictim(ledger.oldest, now, grace)
      if (victim === undefined) return
      this.#evict(victim, now, 'purge')
    }
  }

  /** Ends the timer; a sweep under way ends with the ledger empty. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  async #run(tally: Tally, slice: number, signal: ReleaseBudget['signal']): Promise<number> {
    let slices = 0
    let end: SliceEnd = 'more'
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
    return slices
  }

  #slice(tally: Tally, slice: number, most: number): SliceEnd {
    const { ledger, clock, grace } = this.#settings
    const start = clock.now()
    for (let tried = 0; this.isOver; tried++) {
      const now = clock.now()
      // The next removal may take as long as all before it, so half of the slice is the last moment to begin one.
      if (tried > 0 && (tried >= most || now - start >= slice / 2)) return 'more'
      ledger.notAfter(now)
      const ready = chooseVictim(ledger.oldest, now, grace)
      const victim = ready ?? (isOverBurst(ledger, this.#bounds) ? ledger.oldest : undefined)
      if (victim === undefined) {
        this.#wait(now)
        return 'waiting'
      }
      const { bytes } = victim
      if (!this.#evict(victim, now, ready === undefined ? 'burst' : this.#reason())) continue
      tally.entries += 1
      tally.bytes += bytes
    }
    return 'inside'
  }

  #reason(): QueryEviction['reason'] {
    return isOver(this.#settings.ledger, this.#configured) ? 'bound' : 'pressure'
  }

  /** Removes a query from the cache if it still may go. */
  #evict({ query, bytes }: Entry, now: number, reason: QueryEviction['reason']): boolean {
    const { cache, ledger, onEvict } = this.#settings
    // A listener before ours that threw may have kept an event from the ledger.
    ledger.settle(query, now, false)
    if (!ledger.mayGo(query)) return false
    this.#evicting = true
    this.#evicted.add(query)
    isolate('a listener of the query cache', () => cache.remove(query))
    // Its event may have been kept back too. Whoever put the query back at once needs it.
    ledger.settle(query, now, true)
    const gone = !ledger.has(query)
    if (gone) {
      this.evictions += 1
      this.evictedBytes += bytes
      if (onEvict) isolate('`onEvict` of a query bound', () => onEvict({ query, bytes, reason }))
    }
    this.#evicting = false
    return gone
  }

  #wait(now: number): void {
    const { ledger, clock, grace } = this.#settings
    if (this.#cancelTimer !== undefined || ledger.oldest === undefined) return
    this.#cancelTimer = clock.setTimer(
      () => {
        this.#cancelTimer = undefined
        this.start()
      },
      ledger.oldest.touched + grace - now,
    )
  }
}
