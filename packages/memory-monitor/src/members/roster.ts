import type { PressureLevel } from '@cultus/core'
import type { LeaveReason, Member } from './member.ts'
import type { MemberMessage } from './message.ts'

/** What a message or the passing of time changed. */
export type RosterChange =
  | { readonly kind: 'joined'; readonly member: Member }
  | { readonly kind: 'level'; readonly member: Member; readonly previous: PressureLevel }
  | { readonly kind: 'left'; readonly member: Member; readonly reason: LeaveReason }

/** Settings for {@link Roster}. */
export interface RosterOptions {
  /** Makes the `id` of a member from its number. */
  readonly idOf: (number: number) => string
  /**
   * Silence after which a member counts as `unknown`, in milliseconds; three of its
   * intervals at the least.
   */
  readonly staleAfter: number
  /** Silence after which a member is forgotten, in milliseconds. */
  readonly expireAfter: number
}

interface Entry {
  member: Member
  instance: number
  staleAfter: number
  silence: number
}

/**
 * More members than a process can have threads: others' noise must not fill the
 * memory that is watched.
 */
export const mostMembers = 1_024

/**
 * Keeps who reports, what they last said, and for how long they have been silent.
 *
 * Takes messages and elapsed time and returns what they changed; it has no clock and tells nobody.
 */
export class Roster {
  readonly #options: RosterOptions
  readonly #entries = new Map<number, Entry>()
  /** The numbers of those that ended: a last message may come after its sender is gone. */
  readonly #ended = new Set<number>()

  constructor(options: RosterOptions) {
    this.#options = options
  }

  /** Everyone who reports, as last heard of, in the order they came. */
  get members(): readonly Member[] {
    return [...this.#entries.values()].map(({ member }) => member)
  }

  /** Takes in a message that arrived at `date`, milliseconds since 1970. */
  hear(message: MemberMessage, date: number): readonly RosterChange[] {
    const { number, instance, interval, reading, pid } = message
    if (this.#ended.has(number)) return []
    const held = this.#entries.get(number)
    // Two monitors of one thread measure the same heap: the first one counts, for as
    // long as it is heard.
    if (held !== undefined && held.instance !== instance && held.silence < held.staleAfter)
      return []
    if (reading === null) return held === undefined ? [] : this.#remove(number, held, 'stopped')
    if (held === undefined && this.#entries.size >= mostMembers) return []
    const member: Member = {
      ...reading,
      id: this.#options.idOf(number),
      number,
      pid,
      heardAt: date,
    }
    const staleAfter = Math.max(this.#options.staleAfter, 3 * interval)
    this.#entries.set(number, { member, instance, staleAfter, silence: 0 })
    const changes: RosterChange[] = held === undefined ? [{ kind: 'joined', member }] : []
    const previous = held?.member.level ?? 'normal'
    if (member.level !== previous) changes.push({ kind: 'level', member, previous })
    return changes
  }

  /** Takes in that a member has ended; nothing is heard of it any more. */
  end(number: number, reason: LeaveReason): readonly RosterChange[] {
    this.#ended.add(number)
    for (const oldest of this.#ended) {
      if (this.#ended.size <= mostMembers) break
      this.#ended.delete(oldest)
    }
    const held = this.#entries.get(number)
    return held === undefined ? [] : this.#remove(number, held, reason)
  }

  /**
   * Lets time pass in which messages could have arrived: the silent turn `unknown`, and are
   * forgotten in the end.
   */
  age(elapsed: number): readonly RosterChange[] {
    const changes: RosterChange[] = []
    for (const [number, entry] of this.#entries) {
      entry.silence += elapsed
      if (entry.silence >= Math.max(this.#options.expireAfter, entry.staleAfter)) {
        changes.push(...this.#remove(number, entry, 'silent'))
      } else if (entry.silence >= entry.staleAfter && entry.member.confidence !== 'unknown') {
        entry.member = { ...entry.member, confidence: 'unknown' }
      }
    }
    return changes
  }

  #remove(number: number, { member }: Entry, reason: LeaveReason): readonly RosterChange[] {
    this.#entries.delete(number)
    return [{ kind: 'left', member, reason }]
  }
}
