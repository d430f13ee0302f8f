import { ownTurn, type ReleaseBudget } from '@cultus/core'
import type { CacheWatch } from './cache-watch.ts'
import type { Entry } from './entry.ts'
import { trimmablePages, trimPages } from './infinite-pages.ts'
import type { Ledger } from './ledger.ts'
import type { QueryLike } from './query-cache-like.ts'
import { sliceOf } from './sweep.ts'

/** The first page is what a component shows when it comes back; the others it fetches as it goes. */
const keptPages = 1

/** A query that has lost pages. */
export interface TrimmedQuery {
  readonly query: QueryLike
  readonly pages: number
  readonly bytes: number
  readonly group: string
}

/** Takes the tail pages of infinite queries that nobody uses. */
export class PageTrim {
  readonly #ledger: Ledger
  readonly #watch: CacheWatch
  readonly #grace: number
  readonly #onTrim: (trimmed: TrimmedQuery) => void

  /** @param grace in milliseconds. */
  constructor(
    ledger: Ledger,
    watch: CacheWatch,
    grace: number,
    onTrim: (trimmed: TrimmedQuery) => void,
  ) {
    this.#ledger = ledger
    this.#watch = watch
    this.#grace = grace
    this.#onTrim = onTrim
  }

  /** Trims all that are outside their grace, giving the event loop back between slices. */
  async release(budget: ReleaseBudget = {}): Promise<{ bytes: number; slices: number }> {
    const slice = sliceOf(budget)
    const entries = this.#ledger
      .entries()
      .filter(({ query }) => trimmablePages(query, keptPages) > 0)
    let bytes = 0
    let slices = 0
    let start = Number.NEGATIVE_INFINITY
    for (const entry of entries) {
      if (this.#ledger.order.now() - start >= slice / 2) {
        await ownTurn()
        if (budget.signal?.aborted) break
        start = this.#ledger.order.now()
        slices += 1
      }
      bytes += this.#trim(entry)
    }
    return { bytes, slices }
  }

  #trim({ query }: Entry): number {
    // A turn of the event loop, or a listener, may have changed everything.
    const entry = this.#ledger.settle(query, false)
    const now = this.#ledger.order.now()
    if (entry?.queue?.idle !== true || now - entry.touched < this.#grace) return 0
    this.#ledger.measureOne(entry)
    const before = entry.bytes
    let pages = 0
    this.#watch.change(query, () => {
      pages = trimPages(query, keptPages)
    })
    this.#ledger.measureOne(entry)
    const bytes = Math.max(0, before - entry.bytes)
    if (pages === 0) return 0
    entry.account.count('trimmedPages', pages)
    this.#onTrim({ query, pages, bytes, group: entry.account.parent?.name ?? '' })
    return bytes
  }
}
