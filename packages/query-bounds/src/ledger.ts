import type { Holdings } from './allowance.ts'
import { isIdle } from './evictable.ts'
import type { QueryLike } from './query-cache-like.ts'

/** What the ledger knows of one query. */
export interface Entry {
  readonly query: QueryLike
  readonly bytes: number
  /** When the query was last read, written or unobserved, by the clock. */
  readonly touched: number
  /** The next one that may go, touched no earlier. */
  readonly newer: Entry | undefined
}

interface LedgerEntry extends Entry {
  bytes: number
  touched: number
  newer: LedgerEntry | undefined
  older: LedgerEntry | undefined
  linked: boolean
  observed: boolean
  data: unknown
  error: unknown
}

/** What the ledger asks of others about a query. */
export interface Appraisal {
  bytesOf(query: QueryLike): number
  isProtected(query: QueryLike): boolean
  /** Whether the cache still holds this very query. */
  isHeld(query: QueryLike): boolean
}

/**
 * What a query cache holds, counted.
 *
 * It never adds up events: each only makes it look at one query again. So it is right in whatever order events
 * come, and however often. Queries that may go are linked in the order they were last touched.
 */
export class Ledger implements Holdings {
  readonly #appraisal: Appraisal
  readonly #entries = new Map<QueryLike, LedgerEntry>()
  #oldest: LedgerEntry | undefined
  #newest: LedgerEntry | undefined
  bytes = 0
  evictable = 0
  evictableBytes = 0
  observed = 0

  constructor(appraisal: Appraisal) {
    this.#appraisal = appraisal
  }

  get queries(): number {
    return this.#entries.size
  }

  /** Of the queries that may go, the one untouched for longest. */
  get oldest(): Entry | undefined {
    return this.#oldest
  }

  has(query: QueryLike): boolean {
    return this.#entries.has(query)
  }

  /** Whether a query is in nobody's use and not protected. */
  mayGo(query: QueryLike): boolean {
    return this.#entries.get(query)?.linked === true
  }

  /** Looks at a query again; `written` counts as a touch even if nothing else changed. */
  settle(query: QueryLike, now: number, written: boolean): void {
    const { state } = query
    const { data, error } = state
    const known = this.#entries.get(query)
    const bytes =
      known !== undefined && known.data === data && known.error === error
        ? known.bytes
        : this.#appraisal.bytesOf(query)
    const mayGo = isIdle(query) && !this.#appraisal.isProtected(query)
    if (!this.#appraisal.isHeld(query)) {
      this.drop(query)
      return
    }
    // What was asked may have changed the query, and that change has been settled.
    if (query.state !== state) return
    const entry = this.#entries.get(query) ?? this.#open(query)
    const observed = query.observers.length > 0
    this.observed += Number(observed) - Number(entry.observed)
    entry.observed = observed
    entry.data = data
    entry.error = error
    this.#resize(entry, bytes)
    if (!mayGo) this.#unlink(entry)
    else if (written || !entry.linked) this.#moveToNewest(entry, now)
  }

  /** Notes that a query was read. */
  touch(query: QueryLike, now: () => number): void {
    const entry = this.#entries.get(query)
    if (entry?.linked) this.#moveToNewest(entry, now())
  }

  /** Forgets a query. */
  drop(query: QueryLike): void {
    const entry = this.#entries.get(query)
    if (entry === undefined) return
    this.#entries.delete(query)
    this.#unlink(entry)
    this.observed -= Number(entry.observed)
    this.bytes -= entry.bytes
  }

  /** Every query it knows. */
  known(): QueryLike[] {
    return [...this.#entries.keys()]
  }

  /** Lets no touch lie in the future, where a clock that was set back leaves them. */
  notAfter(now: number): void {
    if (this.#oldest === undefined || this.#oldest.touched <= now) return
    for (let entry = this.#newest; entry !== undefined; entry = entry.older) {
      entry.touched = Math.min(entry.touched, now)
    }
  }

  clear(): void {
    for (const query of this.known()) this.drop(query)
  }

  #open(query: QueryLike): LedgerEntry {
    const entry: LedgerEntry = {
      query,
      bytes: 0,
      touched: 0,
      newer: undefined,
      older: undefined,
      linked: false,
      observed: false,
      data: undefined,
      error: undefined,
    }
    this.#entries.set(query, entry)
    return entry
  }

  #resize(entry: LedgerEntry, bytes: number): void {
    this.bytes += bytes - entry.bytes
    if (entry.linked) this.evictableBytes += bytes - entry.bytes
    entry.bytes = bytes
  }

  #moveToNewest(entry: LedgerEntry, now: number): void {
    entry.touched = now
    if (this.#newest === entry) return
    this.#unlink(entry)
    entry.linked = true
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    this.evictable += 1
    this.evictableBytes += entry.bytes
  }

  #unlink(entry: LedgerEntry): void {
    if (!entry.linked) return
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    entry.linked = false
    entry.older = undefined
    entry.newer = undefined
    this.evictable -= 1
    this.evictableBytes -= entry.bytes
  }
}
