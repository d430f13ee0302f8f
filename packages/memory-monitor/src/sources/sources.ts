import type { ForcedCollection, MajorCollection } from './collection.ts'
import type { ContainerReading } from './container-group.ts'
import type { HostReading } from './host.ts'
import type { ProcessReading } from './process.ts'
import type { StallReading } from './psi.ts'

/**
 * Everything the monitor learns about the machine; a reader that throws leaves
 * its signal as it was.
 */
export interface MemorySources {
  /** Memory of the machine, in bytes. */
  readonly hostBytes: number
  /**
   * The bound on this process that the runtime tells of, in bytes, where it is less
   * than the machine has.
   */
  readonly constrainedBytes?: number
  /** Old-generation bytes in use now. */
  heap(): number
  process(): ProcessReading
  /** `undefined` where there is no limit; `now` is in milliseconds. */
  container(now: number): ContainerReading | undefined
  /** `undefined` where it cannot be told. Never throws. */
  host?(now: number): HostReading | undefined
  /**
   * Of the group of the last container reading, else of the machine; `undefined` where neither is
   * told. Never throws.
   */
  stalls?(now: number): StallReading | undefined
  /** The share of the time since the last call in which the event loop was busy, 0…1. */
  busyShare?(): number
  /**
   * Starts to hear of major collections, and where the kernel announces them of a
   * container at its limit.
   */
  start(onMajor: (collection: MajorCollection) => void, onEvent?: () => void): void
  /** Collects the whole heap now, or returns `undefined` where that cannot be done. */
  collect(): ForcedCollection | undefined
  /** Gives every file, watch and observer back; a later reading opens the files again. */
  close(): void
}
