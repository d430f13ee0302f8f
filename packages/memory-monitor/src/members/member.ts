import type { Confidence, PressureLevel } from '@cultus/core'
import type { HeapSnapshot, MemorySnapshot } from '../sample.ts'
import type { ProcessReading } from '../sources/process.ts'

/** What a member says of the control group it runs in. */
export type MemberContainer = Pick<
  NonNullable<MemorySnapshot['container']>,
  'version' | 'path' | 'usedBytes' | 'limitBytes'
>

/** The heap of one member, in bytes. */
export type MemberHeap = Pick<HeapSnapshot, 'liveBytes' | 'usedBytes' | 'deathPointBytes'>

/** What a member measured of itself. */
export interface MemberReading {
  /** The name it was given, or its `id`. */
  readonly name: string
  readonly level: PressureLevel
  /** Used share of the death point of the deciding signal, as last confirmed. */
  readonly ratio: number
  /** The most that share can be now, garbage included. */
  readonly upperRatio: number
  /** `unknown` when it has been silent, or could read nothing. */
  readonly confidence: Confidence
  /** The signal that decides. */
  readonly signal: string
  /** One sentence for people. */
  readonly reason: string
  readonly heap: MemberHeap
  /** Resident memory is that of its whole process; the other two are its own. */
  readonly process: ProcessReading
  /** Absent where it reads no control group: every thread but the main one. */
  readonly container?: MemberContainer
  /**
   * Wall-clock time of its measurement, in milliseconds since 1970; 0 when none has succeeded yet.
   */
  readonly measuredAt: number
}

/** One thread of this process, or one process of this cluster. */
export interface Member extends MemberReading {
  /** Unique: `main`, `worker-3`, `primary`, `cluster-worker-2`. */
  readonly id: string
  /** The `threadId` of a thread, the `id` of a cluster worker, 0 for the one that watches. */
  readonly number: number
  readonly pid: number
  /** Wall-clock time at which it was last heard of, in milliseconds since 1970. */
  readonly heardAt: number
}

/**
 * Why a member is gone: it said so, it ended, it ran out of the memory its `resourceLimits` allow,
 * or it has not been heard of for `expireAfter`.
 */
export type LeaveReason = 'stopped' | 'exited' | 'out-of-memory' | 'silent'

/** A member was heard of for the first time. */
export interface MemberJoinedEvent {
  readonly member: Member
}

/** A member is gone. */
export interface MemberLeftEvent {
  /** As it was last heard of. */
  readonly member: Member
  readonly reason: LeaveReason
}

/** The level of a member changed. */
export interface MemberLevelEvent {
  readonly member: Member
  readonly previous: PressureLevel
}
