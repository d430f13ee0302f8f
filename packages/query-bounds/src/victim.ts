import { type Entry, known, type Queue, type Shelf } from './entry.ts'
import { worthOf } from './evictable.ts'

/** How many of the oldest are compared: enough for cost to count, few enough to cost nothing. */
const compared = 8
/** Of each queue, where there are many. */
const leastCompared = 2
/** The share of the idle queries that those used once may take while others wait; S3-FIFO takes a tenth, 2Q a quarter. */
const onceShare = 1 / 4

/** How to choose. */
export interface Choosing {
  readonly now: number
  /** Milliseconds. */
  readonly grace: number
  /** Whether what is worth least is waited for, if only its grace keeps it. */
  readonly patient: boolean
  /** Counts the mark of a use: see `IdleOrder.resolve`. */
  resolve(entry: Entry): void
}

/** The query that goes next, or when there will be one. */
export interface Choice {
  readonly victim: Entry | undefined
  /** By the clock; `Infinity` where nothing may go. */
  readonly readyAt: number
}

/**
 * Which query goes next: one without data; else, of the lowest priority, of those used once before those used again,
 * the one of the oldest few whose loss costs least.
 *
 * @param shelves lowest priority first.
 */
export function chooseVictim(shelves: readonly Shelf[], choosing: Choosing): Choice {
  let readyAt = Number.POSITIVE_INFINITY
  if (shelves.some(({ empty }) => empty.length > 0)) {
    const empty = bestOf(
      shelves.map((shelf) => shelf.empty),
      choosing,
    )
    if (empty.victim !== undefined) return empty
    readyAt = empty.readyAt
  }
  for (const level of levelsOf(shelves)) {
    const choice = chooseAmong(level, choosing)
    readyAt = Math.min(readyAt, choice.readyAt)
    if (choice.victim !== undefined) return choice
    if (choosing.patient && choice.readyAt !== Number.POSITIVE_INFINITY) break
  }
  return { victim: undefined, readyAt }
}

/** What goes when even the grace does not count: of the lowest priority the one untouched for longest. */
export function chooseAtOnce(shelves: readonly Shelf[], choosing: Choosing): Entry | undefined {
  for (const level of levelsOf(shelves)) {
    let victim: Entry | undefined
    for (const shelf of level) {
      for (const queue of [preferred(shelf), shelf.empty]) {
        resolveFirst(queue, 1, choosing)
        const { oldest } = queue
        if (oldest && (victim === undefined || oldest.touched < victim.touched)) victim = oldest
      }
    }
    if (victim !== undefined) return victim
  }
  return undefined
}

function chooseAmong(level: readonly Shelf[], choosing: Choosing): Choice {
  const first = bestOf(level.map(preferred), choosing)
  if (first.victim !== undefined) return first
  if (choosing.patient && first.readyAt !== Number.POSITIVE_INFINITY) return first
  // Looking resolves marks, which may have emptied the queue that was preferred.
  const other = bestOf(
    level.flatMap(({ once, proven }) => [once, proven]),
    choosing,
  )
  return { victim: other.victim, readyAt: Math.min(first.readyAt, other.readyAt) }
}

function preferred({ once, proven }: Shelf): Queue {
  return once.length > onceShare * (once.length + proven.length) ? once : proven
}

function bestOf(queues: readonly Queue[], choosing: Choosing): Choice {
  const most = Math.max(leastCompared, Math.floor(compared / queues.length))
  let victim: Entry | undefined
  let leastWorth = Number.POSITIVE_INFINITY
  let readyAt = Number.POSITIVE_INFINITY
  for (const queue of queues) {
    resolveFirst(queue, most, choosing)
    let entry = queue.oldest
    for (let seen = 0; entry !== undefined && seen < most; seen++) {
      const ready = entry.touched + choosing.grace
      if (ready > choosing.now) {
        readyAt = Math.min(readyAt, ready)
        break
      }
      const worth = worthOf(entry.query)
      if (worth < leastWorth || (worth === leastWorth && isLess(entry, victim))) {
        victim = entry
        leastWorth = worth
      }
      entry = entry.newer
    }
  }
  return { victim, readyAt }
}

/** Counts the marks of the first few, until none of these has one. */
function resolveFirst(queue: Queue, most: number, choosing: Choosing): void {
  let entry = queue.oldest
  for (let seen = 0; entry !== undefined && seen < most; seen++) {
    if (entry.is(known.used)) {
      choosing.resolve(entry)
      entry = queue.oldest
      seen = -1
    } else entry = entry.newer
  }
}

function isLess(entry: Entry, victim: Entry | undefined): boolean {
  if (victim === undefined || entry.credit !== victim.credit) {
    return victim === undefined || entry.credit < victim.credit
  }
  return entry.touched < victim.touched
}

function levelsOf(shelves: readonly Shelf[]): Shelf[][] {
  const levels: Shelf[][] = []
  for (const shelf of shelves) {
    const last = levels.at(-1)
    if (last?.[0]?.priority === shelf.priority) last.push(shelf)
    else levels.push([shelf])
  }
  return levels
}
