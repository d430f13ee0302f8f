import { Account } from './account.ts'
import { attachEntry, detachEntry, Entry, entryOf, known } from './entry.ts'
import { isIdle } from './evictable.ts'
import { Group, type GroupSettings } from './group.ts'
import type { IdleOrder } from './idle-order.ts'
import type { QueryLike } from './query-cache-like.ts'

/** What the ledger asks of others. */
export interface Appraisal {
  bytesOf(query: QueryLike): number
  /** Whether a query that nobody uses must stay all the same. */
  isKept(query: QueryLike): boolean
  /** Whether the cache still holds this very query. */
  isHeld(query: QueryLike): boolean
  /** Whether it was evicted not long ago. */
  wasEvicted(queryHash: string): boolean
}

/** Of those that go without having been measured, how many one is measured for. */
const weighedOneIn = 8

/**
 * What a query cache holds, counted.
 *
 * It never adds up events: each only makes it look at one query again. So it is right in whatever order events
 * come, and however often.
 */
export class Ledger {
  readonly total: Account = new Account('', undefined)
  readonly groups: readonly Group[]
  readonly order: IdleOrder
  readonly #appraisal: Appraisal
  #unmeasured = 0
  #weighed = 0
  #typical = 0
  #lastFound: Entry | undefined
  /** How many lookups in a row found it. */
  #run = 0

  /** @param groups the last takes what no other takes. */
  constructor(groups: readonly GroupSettings[], order: IdleOrder, appraisal: Appraisal) {
    this.order = order
    this.#appraisal = appraisal
    this.groups = groups.map(
      (settings) => new Group(settings, this.total, (shelf) => order.open(shelf)),
    )
  }

  /** Says whether bytes are bounded, and so have to be known at any time. */
  countBytes(counts: boolean): void {
    this.order.countsBytes = counts
    if (counts) this.measure()
  }

  /**
   * Looks at a query again.
   *
   * @param used whether this is a use of it.
   * @param trusting whether a query that was in the cache still is, as far as events tell.
   */
  settle(query: QueryLike, used: boolean, trusting = false): Entry | undefined {
    const { state } = query
    let entry = livingEntry(query)
    // Everything that runs code of the application comes first: it may change the query, and that is then settled.
    const group = entry === undefined ? this.#groupOf(query) : undefined
    const changed = entry === undefined || hasChanged(entry, query)
    const bytes = changed && this.order.countsBytes ? this.#appraisal.bytesOf(query) : undefined
    const mayGo = isIdle(query) && !this.#appraisal.isKept(query)
    entry = livingEntry(query)
    if (!(trusting && entry !== undefined) && !this.#appraisal.isHeld(query)) {
      if (entry !== undefined) this.drop(entry, false)
      return undefined
    }
    if (query.state !== state) return entry
    entry ??= this.#open(query, group ?? this.#groupOf(query))
    this.#note(entry, changed, bytes)
    if (!mayGo) this.order.occupy(entry)
    else if (entry.queue?.idle !== true || isMisplaced(entry)) this.order.place(entry)
    else if (used) this.order.use(entry)
    return entry
  }

  /** Notes that a query has an observer; returns whether it knows the query. */
  observe(query: QueryLike): boolean {
    const entry = livingEntry(query)
    if (entry === undefined) return false
    if (!entry.is(known.observed) && query.getObserversCount() > 0) {
      entry.flags |= known.observed
      entry.account.observe(1)
    }
    this.order.occupy(entry)
    return true
  }

  /** Notes that a lookup found a query. */
  found(query: QueryLike): void {
    const entry = entryOf(query)
    if (entry === undefined) return
    if (entry.data !== undefined) {
      entry.account.hits += 1
      if (entry !== this.#lastFound) {
        this.#lastFound = entry
        this.#run = 0
      }
      this.#run += 1
    }
    this.order.use(entry)
  }

  /** Takes back the hits that turn out to be the lookups of a write: one for the old value, one to build the query. */
  discountWrite(entry: Entry): void {
    if (entry !== this.#lastFound) return
    entry.account.hits -= Math.min(this.#run, 2)
    this.#lastFound = undefined
  }

  isHeld(query: QueryLike): boolean {
    return this.#appraisal.isHeld(query)
  }

  /** Forgets a query. */
  drop(entry: Entry, evicted: boolean): void {
    const { account, queue, query, bytes } = entry
    if (queue === undefined) return
    queue.remove(entry)
    account.hold(-1, -bytes)
    if (queue.idle) account.idle(-1, -bytes)
    if (entry.is(known.observed)) account.observe(-1)
    if (!entry.is(known.measured)) this.#unmeasured -= 1
    if (this.#lastFound === entry) this.#lastFound = undefined
    entry.data = undefined
    if (evicted) entry.flags = known.evicted
    else detachEntry(query)
  }

  /** Measures what has not been measured, or as many as asked for. */
  measure(most: number = Number.POSITIVE_INFINITY): void {
    if (this.#unmeasured === 0) return
    let left = most
    for (const entry of this.entries()) {
      if (entry.is(known.measured)) continue
      if (left === 0) return
      left -= 1
      this.measureOne(entry)
    }
  }

  /** How many times the measured bytes all are, if those not measured are like the others. */
  get unmeasuredFactor(): number {
    const { queries } = this.total
    return queries === this.#unmeasured ? 1 : queries / (queries - this.#unmeasured)
  }

  /** The bytes of a query that goes; where no bytes are bounded, mostly those that others had. */
  weigh(entry: Entry): number {
    if (entry.is(known.measured)) return entry.bytes
    this.#weighed = (this.#weighed + 1) % weighedOneIn
    if (this.#weighed !== 1) return this.#typical
    this.measureOne(entry)
    this.#typical = entry.bytes
    return entry.bytes
  }

  measureOne(entry: Entry): void {
    if (entry.is(known.measured)) return
    const { state } = entry.query
    const bytes = this.#appraisal.bytesOf(entry.query)
    if (entry.queue !== undefined && entry.query.state === state) this.#resize(entry, bytes)
  }

  /** Every query it knows, as they are now. */
  entries(): Entry[] {
    const all: Entry[] = []
    for (const { inUse, shelves } of this.groups) {
      for (const queue of [
        inUse,
        ...shelves.flatMap((each) => [each.empty, each.once, each.proven]),
      ]) {
        for (let entry = queue.oldest; entry !== undefined; entry = entry.newer) all.push(entry)
      }
    }
    return all
  }

  clear(): void {
    for (const entry of this.entries()) this.drop(entry, false)
  }

  #groupOf(query: QueryLike): Group {
    for (let index = 0; index < this.groups.length - 1; index++) {
      const group = this.groups[index]
      if (group?.takes(query)) return group
    }
    const last = this.groups.at(-1)
    if (last === undefined) throw new RangeError('a ledger has at least one group')
    return last
  }

  #open(query: QueryLike, group: Group): Entry {
    const entry = new Entry(query, group, group.accountOf(query))
    if (query.state.data === undefined) entry.note(known.fresh, true)
    if (this.#appraisal.wasEvicted(query.queryHash)) {
      entry.note(known.returning | known.proven, true)
    }
    attachEntry(entry)
    group.inUse.add(entry)
    entry.account.hold(1, 0)
    this.#unmeasured += 1
    return entry
  }

  #note(entry: Entry, changed: boolean, bytes: number | undefined): void {
    const { state } = entry.query
    const observed = entry.query.getObserversCount() > 0
    if (observed !== entry.is(known.observed)) {
      entry.note(known.observed, observed)
      entry.account.observe(observed ? 1 : -1)
    }
    if (!changed) return
    entry.data = state.data
    entry.note(known.errored, isSet(state.error))
    if (bytes !== undefined) this.#resize(entry, bytes)
    else if (entry.is(known.measured)) {
      entry.note(known.measured, false)
      this.#unmeasured += 1
    }
  }

  #resize(entry: Entry, bytes: number): void {
    const more = bytes - entry.bytes
    entry.bytes = bytes
    entry.account.hold(0, more)
    if (entry.queue?.idle) entry.account.idle(0, more)
    if (entry.is(known.measured)) return
    entry.note(known.measured, true)
    this.#unmeasured -= 1
  }
}

function livingEntry(query: QueryLike): Entry | undefined {
  const entry = entryOf(query)
  return entry?.queue === undefined ? undefined : entry
}

function hasChanged(entry: Entry, { state }: QueryLike): boolean {
  return entry.data !== state.data || entry.is(known.errored) !== isSet(state.error)
}

function isSet(error: unknown): boolean {
  return error !== null && error !== undefined
}

/** Whether a query has got its first data, or lost it, while it was idle. */
function isMisplaced({ queue, data }: Entry): boolean {
  return (queue?.holdsData ?? true) !== (data !== undefined)
}
