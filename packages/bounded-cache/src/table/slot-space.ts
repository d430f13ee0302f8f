import { firstSlot } from '../policies/slot-lists.ts'
import { vacant } from '../policies/use-counts.ts'

/** What is done to the entries while the free slots between them are closed. */
export interface Moves {
  /** An entry stays in its slot. */
  keep(slot: number): void
  /** An entry gets another slot, which is free. */
  rename(from: number, to: number): void
}

/** What it takes, in the time of a look at one slot. */
const keepEffort = 16
const renameEffort = 32

/**
 * What giving back memory came to: there was none to give; entries were moved; the same, and there is more
 * to give.
 */
export type Compaction = 'none' | 'moved' | 'more'

/** Looks at slots in one go. */
export const mostLooks = 16_384
/** Room that is always there. */
export const leastCapacity = 64
/** What tables grow by: half of a large one would lie idle after a doubling. */
const growth = { small: 2, medium: 1.25, large: 1.125 }
const smallUpTo = 1_024
const mediumUpTo = 65_536

/** The slots that a table should have which has used up so many; `most` is the last one that it will ever need. */
export function grownCapacity(capacity: number, most: number): number {
  const { small, medium, large } = growth
  const factor = capacity < smallUpTo ? small : capacity < mediumUpTo ? medium : large
  const grown = Math.max(leastCapacity, Math.ceil(capacity * factor))
  // The cache may yet be given a larger bound.
  return capacity <= most ? Math.min(grown, most + 1) : grown
}

/** Which slots are free, and how the others are moved together. */
export class SlotSpace {
  /** Slots that were used and are free. */
  #free: number[] = []
  /** The slots from here on were never used. */
  #end = firstSlot
  /** While slots are moved together, the first that may be free. */
  #hole: number | undefined

  /** Whether a compaction is under way. */
  get compacting(): boolean {
    return this.#hole !== undefined
  }

  /** The slots from here on are free. */
  get end(): number {
    return this.#end
  }

  /** A free slot, which may be one more than there is room for. */
  take(uses: Uint8Array, moves: Moves): number {
    const slot = this.#free.pop()
    if (slot !== undefined) return slot
    // A compaction that is under way knows the slots behind its hole in no list.
    while (this.#hole !== undefined && this.#hole < this.#end) {
      const hole = this.#hole++
      if (uses[hole] === vacant) return hole
      moves.keep(hole)
    }
    return this.#end++
  }

  free(slot: number): void {
    // Those behind the hole are found as it goes on.
    if (this.#hole === undefined || slot < this.#hole) this.#free.push(slot)
  }

  beginCompaction(): void {
    this.#hole = firstSlot
    this.#free = []
  }

  /** Goes on moving entries together for so many looks, and returns whether that is done. */
  compact(uses: Uint8Array, moves: Moves, looks: number): boolean {
    let effort = 0
    let hole = this.#hole ?? firstSlot
    for (; hole < this.#end && effort < looks; effort++) {
      if (uses[hole] !== vacant) {
        moves.keep(hole++)
        effort += keepEffort
      } else if (uses[this.#end - 1] === vacant) this.#end--
      else {
        moves.rename(--this.#end, hole++)
        effort += renameEffort
      }
    }
    this.#hole = hole < this.#end ? hole : undefined
    return this.#hole === undefined
  }

  clear(): void {
    this.#free = []
    this.#end = firstSlot
    this.#hole = undefined
  }
}
