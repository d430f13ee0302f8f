import { mixed } from './key-hash.ts'
import { fresh, proven, type Remembered, type Segments, tried } from './segments.ts'
import { none } from './slot-lists.ts'

/** Entries looked at for one to give up, so that no eviction takes long; hardly ever are there so many. */
const mostLooks = 1_024

/** How entries move through the segments. */
export interface Rule {
  /** Whether it hears of every use. */
  readonly eager: boolean
  /** What it goes by of entries that left. */
  readonly remembers: Remembered
  /** Puts a new entry in its place; `returned` tells that it was given up a short while ago. */
  insert(segments: Segments, slot: number, returned: boolean): void
  used(segments: Segments, slot: number): void
  /** Chooses an entry to give up; there is one at least. */
  victim(segments: Segments): number
  /** Takes over from another rule. */
  begin(segments: Segments): void
}

/** Least recently used first: what is used goes to the start of the one list. */
export const recency: Rule = {
  eager: true,
  remembers: { counts: false, ghosts: false },
  insert: (segments, slot) => segments.add(proven, slot),
  used: (segments, slot) => segments.move(proven, slot),
  victim(segments) {
    const { lists } = segments.slots
    return lists.last(proven)
  },
  begin({ slots: { lists } }) {
    lists.join(tried, proven, 'end')
    lists.join(fresh, proven, 'start')
  },
}

/** The share of new entries. */
const smallShare = 0.1
/**
 * S3-FIFO (Yang et al., SOSP 2023): new entries queue apart and get further only when they were used twice, or come
 * back soon after they were given up; the rest go round for as long as they are used.
 */
export const queues: Rule = queuing(2)

/** S3-FIFO in which a single use takes a new entry further: a little worse with scans, and better with most else. */
export const quickQueues: Rule = queuing(1)

function queuing(usesToStay: number): Rule {
  return {
    eager: false,
    remembers: { counts: false, ghosts: true },
    insert: (segments, slot, returned) => segments.add(returned ? proven : fresh, slot),
    used() {},
    victim(segments) {
      const { lists } = segments.slots
      for (let look = 0; look < mostLooks; look++) {
        const isFresh =
          lists.count(fresh) > 0 && lists.weight(proven) <= (1 - smallShare) * segments.weight
        const slot = lists.last(isFresh ? fresh : proven)
        const visits = segments.visits(slot)
        if (visits < (isFresh ? usesToStay : 1)) return slot
        segments.setVisits(slot, isFresh ? 0 : visits - 1)
        segments.move(proven, slot)
      }
      return lists.last(proven)
    },
    begin: ({ slots: { lists } }) => lists.join(tried, proven, 'end'),
  }
}

/** The share of proven entries in those that are not new: Einziger, Friedman and Manes, 2017. */
const provenShare = 0.8
/** A new entry must have been used more often by so much: halving makes up a difference of one, and so does a hash. */
const leastLead = 2
/** More than one, so that the window keeps up with large entries, and is soon smaller when it is told to be. */
const mostSpilled = 4
/** A new entry that was used so often may stay by chance, or what was popular once would stay for ever: Caffeine. */
const luckyFrequency = 6
const luck = 1 / 128

/** In what frequency rules differ besides their window. */
export interface FrequencyOptions {
  /**
   * Whether an entry that comes back soon after it was given up counts as used once more.
   *
   * @defaultValue `false`
   */
  readonly credit?: boolean
  /**
   * Whether a new entry that was used often stays by chance now and then.
   *
   * @defaultValue `false`
   */
  readonly chance?: boolean
}

/**
 * W-TinyLFU (Einziger, Friedman and Manes, 2017) in which a use moves nothing: entries are sorted when they come to the
 * end of their list. A new entry stays only when it was used more often than the one it would replace.
 */
export class FrequencyRule implements Rule {
  readonly eager = false
  readonly remembers: Remembered
  /** The share of new entries. */
  window: number
  readonly #credit: boolean
  readonly #chance: boolean
  /** Whether room had to be made for the next new entry. */
  #isFull = false

  constructor(window: number, { credit = false, chance = false }: FrequencyOptions = {}) {
    this.remembers = { counts: true, ghosts: credit }
    this.window = window
    this.#credit = credit
    this.#chance = chance
  }

  insert(segments: Segments, slot: number, returned: boolean): void {
    if (returned && this.#credit) segments.credit(slot)
    segments.add(fresh, slot)
    // While there is room nobody has to prove anything.
    if (!this.#isFull) this.#spill(segments)
    this.#isFull = false
  }

  used(): void {}

  victim(segments: Segments): number {
    const { lists } = segments.slots
    this.#isFull = true
    const rival = lastUnused(segments)
    if (rival === none) return lists.last(fresh)
    if (lists.weight(fresh) <= this.window * segments.weight) return rival
    this.#shrink(segments)
    const candidate = lastFresh(segments)
    if (!this.#mayStay(segments, candidate, rival)) {
      // The next one meets another: what has had its day lies behind this and may be weaker.
      if (lists.listOf(rival) === tried) segments.move(tried, rival)
      return candidate
    }
    segments.setVisits(candidate, 0)
    segments.move(tried, candidate)
    return rival
  }

  begin({ slots: { lists } }: Segments): void {
    lists.join(fresh, tried, 'start')
  }

  #mayStay(segments: Segments, candidate: number, rival: number): boolean {
    const frequency = segments.frequency(candidate)
    if (frequency >= segments.frequency(rival) + leastLead) return true
    if (!this.#chance || frequency < luckyFrequency) return false
    const { slots } = segments
    return mixed(slots.hash(candidate) ^ slots.requests) < luck * 2 ** 32
  }

  #spill(segments: Segments): void {
    const { lists } = segments.slots
    const most = this.window * segments.weight
    for (let moved = 0; moved < mostSpilled && lists.weight(fresh) > most; moved++)
      segments.move(tried, lists.last(fresh))
  }

  /** A window that is to be smaller gives the rest what is too much: it would not become so by contests lost. */
  #shrink(segments: Segments): void {
    const { lists } = segments.slots
    const most = this.window * segments.weight
    for (let moved = 0; moved < mostSpilled; moved++) {
      const slot = lists.last(fresh)
      if (lists.weight(fresh) - segments.slots.weight(slot) <= most) return
      segments.move(tried, slot)
    }
  }
}

/** The last new entry that was not used since it was last looked at. */
function lastFresh(segments: Segments): number {
  const { lists } = segments.slots
  for (let look = 0; look < 8; look++) {
    const slot = lists.last(fresh)
    if (segments.visits(slot) === 0) return slot
    segments.countUses(slot)
    segments.setVisits(slot, 0)
    segments.move(fresh, slot)
  }
  return lists.last(fresh)
}

/** The last entry on trial that was not used; those that were are proven. */
function lastUnused(segments: Segments): number {
  const { lists } = segments.slots
  for (let look = demote(segments, 0); look < mostLooks; look = demote(segments, look + 1)) {
    const slot = lists.last(tried)
    if (slot === none) break
    if (segments.visits(slot) === 0) return slot
    segments.setVisits(slot, 0)
    segments.move(proven, slot)
  }
  return segments.lastTried()
}

/** Puts what is proven no more on trial again, and returns how many entries have been looked at with these. */
function demote(segments: Segments, looks: number): number {
  const { lists } = segments.slots
  const most = provenShare * (lists.weight(tried) + lists.weight(proven))
  let look = looks
  for (; look < mostLooks && lists.weight(proven) > most; look++) {
    const slot = lists.last(proven)
    const isUsed = segments.visits(slot) > 0
    segments.setVisits(slot, 0)
    segments.move(isUsed ? proven : tried, slot)
  }
  return look
}
