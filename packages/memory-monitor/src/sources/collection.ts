/** The time a major garbage collection took. */
export interface CollectionTimes {
  /**
   * Milliseconds in which V8 was not collecting, from the end of the one before to
   * the start of marking.
   */
  readonly quiet: number
  /** Milliseconds from the start of marking to the end; the program runs for some of them. */
  readonly busy: number
  /**
   * Bytes that the young generation takes now, full or not.
   *
   * @defaultValue 0: nothing is known of it
   */
  readonly youngBytes?: number
}

/** A major garbage collection that V8 ran by itself. */
export interface MajorCollection extends CollectionTimes {
  /** Milliseconds from its end until it was heard of, in which the program may have allocated. */
  readonly lateness: number
}

/**
 * A major garbage collection that the monitor asked for; its busy time is a pause of the program.
 */
export interface ForcedCollection extends CollectionTimes {
  /** Old-generation bytes in use right before and right after. */
  readonly usedBefore: number
  readonly usedAfter: number
}
