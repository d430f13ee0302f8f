import { getHeapStatistics } from 'node:v8'
import { isolate, type PressureLevel, warnOnce } from '@cultus/core'
import type { MajorCollection } from '../sources/collection.ts'
import { assertEvent, formatLine } from './format.ts'
import {
  type ResolvedRecorderOptions,
  resolveRecorderOptions,
  type TraceRecorderOptions,
} from './recorder-options.ts'
import { type TraceEnd, type TraceEvent, type TraceHeader, traceVersion } from './trace.ts'
import { TraceOutput } from './trace-output.ts'

/** Every how many readings of the heap the process and the container are read. */
const slowEvery = 10

/**
 * Records what happens to the memory of this process, for a replay.
 *
 * It has sources of its own, so it records with or without a monitor. It ends with `stop`, when
 * `maxBytes` is reached, or when the file cannot be written any more, which is a process
 * warning and no error.
 */
export class TraceRecorder {
  readonly #options: ResolvedRecorderOptions
  #output: TraceOutput | undefined
  #cancelTimer: (() => void) | undefined
  #leaveMonitor: (() => void) | undefined
  #startedAt = 0
  #lastTime = 0
  #readings = 0

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: TraceRecorderOptions) {
    this.#options = resolveRecorderOptions(options)
  }

  /** Whether it records now. */
  get running(): boolean {
    return this.#output !== undefined
  }

  /** Bytes of the present recording. */
  get bytes(): number {
    return this.#output?.bytes ?? 0
  }

  /**
   * Begins a recording; starting twice is starting once.
   *
   * @throws the error of the file system when the file cannot be created.
   */
  start(): this {
    if (this.running) return this
    this.#output = new TraceOutput(
      this.#options.path,
      this.#options.maxBytes,
      this.#options.buffered,
    )
    this.#startedAt = this.#options.clock.now()
    this.#lastTime = 0
    this.#readings = 0
    this.#write(this.#header())
    if (!this.running) return this
    this.#attempt(() => this.#options.sources.start((collection) => this.#hear(collection)))
    this.#leaveMonitor = this.#options.monitor?.on('level', ({ level }) =>
      this.level(this.#options.monitor?.name ?? 'memory-monitor', level),
    )
    this.#read()
    return this
  }

  /**
   * Ends the recording with a line that says how, and gives every file, timer and observer back.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an end that is none; the recording goes on.
   */
  stop(how: TraceEnd = 'survived'): void {
    this.#event({ t: this.#time(), type: 'end', how })
    this.#close()
  }

  /** The same as `stop`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  /**
   * Records a moment by name; `relieved` is where a score starts to count the recovery.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what cannot be recorded.
   */
  mark(name: string): void {
    this.#event({ t: this.#time(), type: 'mark', name })
  }

  /**
   * Records what the workload itself knows it holds in the heap, in bytes.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what cannot be recorded.
   */
  held(bytes: number): void {
    this.#event({ t: this.#time(), type: 'held', bytes })
  }

  /**
   * Records work offered and served since the last call, in units of your own.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what cannot be recorded.
   */
  load(offered: number, served: number): void {
    this.#event({ t: this.#time(), type: 'load', offered, served })
  }

  /**
   * Records what an observer says now, so that it is scored on the very same run.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what cannot be recorded.
   */
  level(source: string, level: PressureLevel): void {
    this.#event({ t: this.#time(), type: 'level', source, level })
  }

  #header(): TraceHeader {
    const limit = this.#attempt(
      () => this.#options.sources.container(this.#options.clock.now())?.limitBytes,
    )
    return {
      type: 'trace',
      version: traceVersion,
      node: process.versions.node,
      deathPointBytes: this.#options.deathPointBytes,
      heapLimitBytes: getHeapStatistics().heap_size_limit,
      hostBytes: this.#options.sources.hostBytes,
      ...(limit !== undefined && { containerLimitBytes: limit }),
      ...this.#options.about,
    }
  }

  #read(): void {
    const slow = this.#readings++ % slowEvery === 0
    this.#attempt(() => {
      const totals = this.#options.ownHeap ? getHeapStatistics() : undefined
      this.#event({
        t: this.#time(),
        type: 'heap',
        used: this.#options.sources.heap(),
        ...(totals && { heapUsed: totals.used_heap_size, heapTotal: totals.total_heap_size }),
      })
    })
    if (slow) this.#readSlow()
    if (!this.running) return
    this.#cancelTimer = this.#options.clock.setTimer(() => this.#read(), this.#options.interval)
  }

  #readSlow(): void {
    this.#attempt(() => {
      const { rssBytes: rss, externalBytes: external, ...rest } = this.#options.sources.process()
      const { arrayBuffersBytes: arrayBuffers } = rest
      this.#event({ t: this.#time(), type: 'process', rss, external, arrayBuffers })
    })
    this.#attempt(() => {
      const reading = this.#options.sources.container(this.#options.clock.now())
      if (reading === undefined) return
      const { usedBytes: used, limitBytes: limit, highBytes: high } = reading
      const more = high === undefined ? {} : { high }
      this.#event({ t: this.#time(), type: 'container', used, limit, ...more })
    })
    this.#guarded((output) => output.flush())
  }

  #hear({ lateness, quiet, busy, youngBytes: young }: MajorCollection): void {
    this.#attempt(() => {
      const usedAfter = this.#options.sources.heap()
      const times = { lateness: tenths(lateness), quiet: tenths(quiet), busy: tenths(busy) }
      const more = young === undefined ? {} : { young }
      this.#event({ t: this.#time(), type: 'gc', kind: 'major', ...times, usedAfter, ...more })
    })
  }

  /** @throws CultusError `CULTUS_INVALID_ARGUMENT` for an event that could not be read back. */
  #event(event: TraceEvent): void {
    assertEvent(event)
    this.#write(event)
  }

  #write(line: TraceHeader | TraceEvent): void {
    this.#guarded((output) => {
      if (!output.write(formatLine(line))) this.#close()
    })
  }

  /** Never goes back, whatever the clock does. */
  #time(): number {
    this.#lastTime = Math.max(this.#lastTime, tenths(this.#options.clock.now() - this.#startedAt))
    return this.#lastTime
  }

  /** A reading that fails is not in the trace. */
  #attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch {
      return undefined
    }
  }

  #guarded(use: (output: TraceOutput) => void): void {
    const output = this.#output
    if (output === undefined) return
    try {
      use(output)
    } catch (error) {
      warnOnce('CULTUS_W_TRACE_LOST', `a trace cannot be written any more: ${String(error)}`)
      this.#close()
    }
  }

  #close(): void {
    const output = this.#output
    if (output === undefined) return
    this.#output = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#leaveMonitor?.()
    this.#leaveMonitor = undefined
    isolate('the sources of a trace', () => this.#options.sources.close())
    isolate('the file of a trace', () => output.close())
  }
}

/** To a tenth of a millisecond, which is as fine as it means anything. */
function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
