import type { PressureLevel } from '@cultus/core'

/** The version of the format that this package writes, and the only one it reads. */
export const traceVersion = 1

/** The first line of a trace: what was run, and against which limits. */
export interface TraceHeader {
  readonly type: 'trace'
  readonly version: typeof traceVersion
  /** The version of Node.js, such as `20.20.2`; `synthetic` where no process ran. */
  readonly node: string
  /** The size of the old generation at which V8 ends the process, in bytes. */
  readonly deathPointBytes: number
  /** What V8 calls `heap_size_limit`, in bytes: the death point and the young generation. */
  readonly heapLimitBytes: number
  /** Memory of the machine, in bytes. */
  readonly hostBytes: number
  /** The limit of the container, in bytes, where it has one. */
  readonly containerLimitBytes?: number
  /** What the process did, such as `W1` or `leak`. */
  readonly workload: string
  /** The numbers and words that the workload was run with. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  /** The seed of the workload, where it has one. */
  readonly seed?: number
}

/** What every event has: when it happened, in milliseconds from the start of the trace. */
export interface TraceMoment {
  readonly t: number
}

/** A major garbage collection that was heard of. */
export interface GcTraceEvent extends TraceMoment {
  readonly type: 'gc'
  readonly kind: 'major'
  /** Milliseconds from its end until it was heard of. */
  readonly lateness: number
  /** Milliseconds without a collection, from the end of the one before to the start of marking. */
  readonly quiet: number
  /** Milliseconds from the start of marking to the end. */
  readonly busy: number
  /** Old-generation bytes in use when it was heard of. */
  readonly usedAfter: number
  /** Bytes that the young generation takes, full or not. */
  readonly young?: number
}

/** What the heap holds. */
export interface HeapTraceEvent extends TraceMoment {
  readonly type: 'heap'
  /** Old-generation bytes in use, garbage included. */
  readonly used: number
  /** `heapUsed` of `process.memoryUsage()`, in bytes: all generations. */
  readonly heapUsed?: number
  /** `heapTotal` of `process.memoryUsage()`, in bytes: what is committed. */
  readonly heapTotal?: number
}

/** What the process holds, in bytes. */
export interface ProcessTraceEvent extends TraceMoment {
  readonly type: 'process'
  readonly rss: number
  readonly external: number
  readonly arrayBuffers: number
}

/** What the container holds, in bytes. */
export interface ContainerTraceEvent extends TraceMoment {
  readonly type: 'container'
  /** What the kernel could not take back without killing. */
  readonly used: number
  readonly limit: number
  /** Where the kernel begins to slow the group down, if that is less than the limit. */
  readonly high?: number
  /** Everything that is accounted to the group, page cache included. */
  readonly total?: number
}

/**
 * Work that was offered to the process and work it did, in units of the workload, since
 * the last such event.
 */
export interface LoadTraceEvent extends TraceMoment {
  readonly type: 'load'
  readonly offered: number
  readonly served: number
}

/** The truth: bytes in the heap that the workload itself knows it holds. */
export interface HeldTraceEvent extends TraceMoment {
  readonly type: 'held'
  readonly bytes: number
}

/**
 * A moment with a name. From `relieved` on the workload holds little, and the time
 * to recover counts.
 */
export interface MarkTraceEvent extends TraceMoment {
  readonly type: 'mark'
  readonly name: string
}

/** What an observer in the recorded process said at that moment. */
export interface LevelTraceEvent extends TraceMoment {
  readonly type: 'level'
  /** The observer. */
  readonly source: string
  readonly level: PressureLevel
}

/** How a recorded process ended. */
export type TraceEnd = (typeof traceEnds)[number]

/**
 * `survived`; `heap`: V8 reached the limit; `ineffective`: V8 gave up on collecting; `killed`: the
 * kernel or a supervisor; `crashed`: anything else.
 */
export const traceEnds = ['survived', 'heap', 'ineffective', 'killed', 'crashed'] as const

/** The end of the run; a trace without one was torn off. */
export interface EndTraceEvent extends TraceMoment {
  readonly type: 'end'
  readonly how: TraceEnd
}

/** One line of a trace after the first. */
export type TraceEvent =
  | GcTraceEvent
  | HeapTraceEvent
  | ProcessTraceEvent
  | ContainerTraceEvent
  | LoadTraceEvent
  | HeldTraceEvent
  | MarkTraceEvent
  | LevelTraceEvent
  | EndTraceEvent

/** A recorded or generated run. */
export interface Trace {
  readonly header: TraceHeader
  /** In the order of time; `end` comes last, and only once. */
  readonly events: readonly TraceEvent[]
  /** Whether the last line was cut off, as in the file of a process that died while it wrote. */
  readonly torn: boolean
}

/** How the run ended; `undefined` for a trace that does not say. */
export function endOf({ events }: Trace): EndTraceEvent | undefined {
  const last = events.at(-1)
  return last?.type === 'end' ? last : undefined
}

/** How long a trace lasts, in milliseconds. */
export function durationOf({ events }: Trace): number {
  return events.at(-1)?.t ?? 0
}
