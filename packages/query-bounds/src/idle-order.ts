import { type Entry, known, type Queue, type Shelf } from './entry.ts'
import { costOf, metaOf, priorityOf, type QueryBoundsMeta } from './query-meta.ts'

/**
 * The order in which idle queries were used.
 *
 * Inside the bounds a use only leaves a mark, and reads no clock; it counts as a use at the moment the bounds were
 * passed. From then on each use is dated, so that the grace of each query ends when it should.
 */
export class IdleOrder {
  /** Of all groups, lowest priority first. */
  readonly shelves: Shelf[] = []
  readonly #clock: () => number
  readonly #grace: number
  /** Whether the bytes of a query count for its worth. */
  countsBytes = false
  /** When the bounds were passed; `undefined` inside them. */
  #passedAt: number | undefined
  /** GDSF's `L`: the credit of the last victim. */
  #floor = 0

  /**
   * @param clock in milliseconds.
   * @param grace in milliseconds.
   */
  constructor(clock: () => number, grace: number) {
    this.#clock = clock
    this.#grace = grace
  }

  open(shelf: Shelf): void {
    this.shelves.push(shelf)
    this.shelves.sort((a, b) => a.priority - b.priority)
  }

  /** Notes that the bounds are passed: from now on each use is dated. */
  pass(): void {
    if (this.#passedAt !== undefined) return
    this.#passedAt = this.now()
    for (const { empty, once, proven } of this.shelves) {
      empty.setFence()
      once.setFence()
      proven.setFence()
    }
  }

  /** Notes that the bounds are kept. */
  rest(): void {
    this.#passedAt = undefined
  }

  /** Puts a query that has fallen idle behind all others. */
  place(entry: Entry): void {
    if (entry.queue?.idle === false) entry.account.idle(1, entry.bytes)
    // One that has just been built is about to be filled, and placed again: its time need not be known.
    if (entry.is(known.fresh) && entry.data === undefined && this.#passedAt === undefined) {
      entry.flags |= known.used
      this.#moveToNewest(entry, 0)
      return
    }
    const now = this.now()
    // What is used again within the grace, as after a prefetch, is one use.
    if (entry.is(known.used) && !entry.is(known.fresh) && now - entry.touched >= this.#grace) {
      promote(entry)
    }
    entry.flags &= ~known.used
    this.#moveToNewest(entry, now)
  }

  /** Takes out a query that has come into use. */
  occupy(entry: Entry): void {
    const { queue, home, account } = entry
    if (queue?.idle !== true) return
    if (entry.is(known.fresh)) entry.flags &= ~known.used
    queue.remove(entry)
    home.inUse.add(entry)
    account.idle(-1, -entry.bytes)
  }

  /** Notes a use of a query that is idle. */
  use(entry: Entry): void {
    if (entry.queue?.idle !== true) return
    if (this.#passedAt === undefined) {
      entry.flags |= known.used
      return
    }
    const now = this.now()
    if (now - entry.touched >= this.#grace) promote(entry)
    this.#moveToNewest(entry, now)
  }

  /** Counts a mark as a use at the moment the bounds were passed. */
  resolve(entry: Entry): void {
    if (entry.queue === undefined) return
    entry.flags &= ~known.used
    if (!entry.is(known.fresh)) promote(entry)
    const meta = metaOf(entry.query)
    entry.touched = Math.max(entry.touched, this.#passedAt ?? this.now())
    this.#credit(entry, meta)
    entry.queue.remove(entry)
    queueOf(entry, meta).addAtFence(entry)
  }

  /** Notes that a query is the next victim: what is placed from now on is worth as much more. */
  age(victim: Entry): void {
    this.#floor = Math.max(this.#floor, victim.credit)
  }

  /** Whole milliseconds, never too early. */
  now(): number {
    return Math.ceil(this.#clock())
  }

  /** Lets no use lie in the future, where a clock that was set back leaves it. */
  notAfter(now: number): void {
    for (const { empty, once, proven } of this.shelves) {
      empty.notAfter(now)
      once.notAfter(now)
      proven.notAfter(now)
    }
    if (this.#passedAt !== undefined && this.#passedAt > now) this.#passedAt = now
  }

  #moveToNewest(entry: Entry, now: number): void {
    const meta = metaOf(entry.query)
    entry.touched = now
    this.#credit(entry, meta)
    entry.queue?.remove(entry)
    queueOf(entry, meta).add(entry)
  }

  /**
   * GDSF, `H = L + cost / size`, with the size left out where only queries are counted.
   *
   * Source: Cao and Irani, Cost-Aware WWW Proxy Caching Algorithms, USENIX 1997. The frequency of its later form is
   * in the queues.
   */
  #credit(entry: Entry, meta: QueryBoundsMeta): void {
    const cost = costOf(meta, entry.home.cost)
    entry.credit = this.#floor + (this.countsBytes ? cost / Math.max(1, entry.bytes) : cost)
  }
}

function promote(entry: Entry): void {
  entry.note(entry.is(known.reused) ? known.proven : known.reused, true)
}

function queueOf(entry: Entry, meta: QueryBoundsMeta): Queue {
  const { home } = entry
  const { empty, once, proven } = home.shelfOf(priorityOf(meta, home.priority))
  if (entry.data === undefined) return empty
  return entry.is(known.proven) ? proven : once
}
