import type { ByteSize, Clock, ConsumerRegistry, ElevatedLevel, PressureBus } from '@cultus/core'
import type { EvidenceFileSystem } from './file-system.ts'
import type { SnapshotFacts } from './head-room.ts'

/** A profile of who allocates what stays. */
export interface HeapProfileOptions {
  /**
   * When sampling begins: with `start`, or when the bus reaches a level; it ends when the level is
   * left. A collection that finds no sampling under way begins it, and waits for `duration`.
   *
   * @defaultValue `'warning'`: then a profile taken at `critical` is at hand at `emergency`
   */
  readonly from?: 'start' | ElevatedLevel
  /**
   * Bytes allocated between two samples, on average.
   *
   * @defaultValue `'512KiB'`
   */
  readonly interval?: ByteSize
  /**
   * The least time that is sampled, in milliseconds: a collection that comes earlier waits for it.
   *
   * @defaultValue 500
   */
  readonly duration?: number
}

/**
 * A heap snapshot: every object, every string; it stops the program and needs a
 * multiple of the heap.
 */
export interface HeapSnapshotOptions {
  /**
   * `'explicit'`: made by the collection, after checking memory and disk. `'near-limit'`: made by
   * V8 itself just before it gives up; this **cannot be disarmed** until the process ends.
   */
  readonly mode: 'explicit' | 'near-limit'
  /**
   * Bytes of memory that must be free for each byte of the heap.
   *
   * @defaultValue 18, a little over the worst that was measured; a heap of large arrays or
   * strings needs 2 to 3
   */
  readonly memoryFactor?: number
  /**
   * The longest that a snapshot may be expected to stop the program, in milliseconds,
   * at 120 ms per MiB.
   *
   * @defaultValue 30_000
   */
  readonly maxPause?: number
  /**
   * How many snapshots V8 may make near the limit; a positive integer.
   *
   * @defaultValue 1
   */
  readonly count?: number
}

/** What evidence is collected, where, and how much of it. */
export interface EvidenceOptions {
  /**
   * Where the files go. Made with mode 0700 if it is not there; files have mode 0600, for they hold
   * whatever the program held: keys, tokens, personal data.
   */
  readonly directory: string
  /**
   * The level at which evidence is collected.
   *
   * @defaultValue `'emergency'`
   */
  readonly level?: ElevatedLevel
  /**
   * Whether a JSON report is written: the monitor's snapshot, forecast and last history, the heap
   * by space, and the consumers that hold the most.
   *
   * @defaultValue true
   */
  readonly report?: boolean
  /**
   * Whether a sampling heap profile is written.
   *
   * @defaultValue false
   */
  readonly profile?: boolean | HeapProfileOptions
  /**
   * Whether a heap snapshot is written.
   *
   * @defaultValue false
   */
  readonly heapSnapshot?: false | 'explicit' | 'near-limit' | HeapSnapshotOptions
  /**
   * The most bytes that our files may take in the directory; the oldest go first.
   *
   * @defaultValue `'1GiB'`
   */
  readonly maxBytes?: ByteSize
  /**
   * The most of our files in the directory; the oldest go first. A positive integer.
   *
   * @defaultValue 10
   */
  readonly maxFiles?: number
  /**
   * The least that stays free on the disk, in bytes.
   *
   * @defaultValue `'256MiB'`
   */
  readonly minFree?: ByteSize
  /**
   * The least time from the newest evidence in the directory, of whatever process, to a collection
   * that a level sets off, in milliseconds.
   *
   * @defaultValue 3_600_000
   */
  readonly minInterval?: number
  /**
   * The longest a collection may take before it counts as failed, in milliseconds; a snapshot that
   * has begun cannot be stopped.
   *
   * @defaultValue 120_000
   */
  readonly timeout?: number
}

/** The part of a monitor that a report is made from. */
export interface EvidenceMonitor {
  snapshot(): unknown
  history?(): { samples(): readonly unknown[] }
  forecast?(): unknown
}

/** Settings for `EvidenceCollector`. */
export interface EvidenceCollectorOptions extends EvidenceOptions {
  /**
   * Whose snapshot, history and forecast the report holds.
   *
   * @defaultValue none
   */
  readonly monitor?: EvidenceMonitor
  /** @defaultValue the bus of the process, `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue the registry of the process, `consumerRegistry()` */
  readonly registry?: ConsumerRegistry
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
  /**
   * How files are written.
   *
   * @internal
   */
  readonly fileSystem?: EvidenceFileSystem
  /**
   * The memory there is, by which a snapshot is made or refused.
   *
   * @internal
   */
  readonly facts?: () => SnapshotFacts
}
