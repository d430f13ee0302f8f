import type { ForcedCollection, MajorCollection } from './collection.ts'
import type { ContainerReading } from './container.ts'
import type { ProcessReading } from './process.ts'

/** Everything the monitor learns about the machine; a reader that throws leaves its signal as it was. */
export interface MemorySources {
  /** Memory of the machine, in bytes. */
  readonly hostBytes: number
  /** Old-generation bytes in use now. */
  heap(): number
  process(): ProcessReading
  /** `undefined` where there is no limit; `now` is in milliseconds. */
  container(now: number): ContainerReading | undefined
  /** Starts to hear of major collections. */
  start(onMajor: (collection: MajorCollection) => void): void
  /** Collects the whole heap now, or returns `undefined` where that cannot be done. */
  collect(): ForcedCollection | undefined
  /** Gives every file and observer back; a later reading opens them again. */
  close(): void
}
