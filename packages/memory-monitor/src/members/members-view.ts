import type { Member, MemberJoinedEvent, MemberLeftEvent, MemberLevelEvent } from './member.ts'
import type { MembersTotal } from './total.ts'

/** The payload of each event of a view. */
export interface MembersViewEvents {
  /** A member was heard of for the first time. */
  readonly joined: MemberJoinedEvent
  /** A member is gone. */
  readonly left: MemberLeftEvent
  /** The level of a member changed; that of the watching one itself is an event of its monitor. */
  readonly level: MemberLevelEvent
}

/**
 * The memory of every thread of this process, or of every process of this cluster, in one place.
 *
 * Each member has a heap and a level of its own, and what they share is counted once. The level of
 * a member never raises that of the bus, since the caches here cannot relieve its heap: it is an
 * event, and an alert with the `id` of the member as its source.
 */
export interface MembersView {
  /** Whether the view has not been stopped. */
  readonly running: boolean
  /** Everyone, as last heard of: the one that watches first, the others in the order they came. */
  members(): readonly Member[]
  /** All members as one, with what they share counted once. */
  total(): MembersTotal
  /** The member with the worst level; among equals, the one nearest to its death point. */
  worst(): Member
  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener
   * that is no function.
   */
  on<N extends keyof MembersViewEvents>(
    name: N,
    listener: (event: MembersViewEvents[N]) => void,
  ): () => void
  /**
   * Ends watching for good, resolves the alerts of members, and leaves no channel, timer
   * or listener behind.
   */
  stop(): void
  /** The same as `stop`. */
  [Symbol.dispose](): void
}
