import {
  type Clock,
  type LevelMachine,
  type LevelReading,
  type LevelTransition,
  levelRank,
  type PressureLevel,
} from '@cultus/core'
import { type FusedReading, fuse } from './fuse.ts'
import { LiveHeap } from './live-heap.ts'
import type { MemorySample, MemorySnapshot } from './sample.ts'
import type { Signal } from './signal.ts'
import { SignalReader } from './signal-reader.ts'
import type { MajorCollection } from './sources/collection.ts'
import type { MemorySources } from './sources/sources.ts'
import {
  afterVerification,
  atOrBefore,
  mayWait,
  unverified,
  verificationDue,
  withoutBackOff,
} from './verify.ts'

/** What the meter works with. */
export interface MeterOptions {
  readonly machine: LevelMachine
  readonly deathPointBytes: number
  readonly verify: boolean
  readonly clock: Clock
  readonly sources: MemorySources
}

/** A measurement, and the change of level it made. */
export interface Measurement {
  readonly sample: MemorySample
  readonly reason: string
  readonly transition: LevelTransition | undefined
}

/** Measures: reads the sources, verifies what garbage may have made up, and moves the level. */
export class MemoryMeter {
  readonly #machine: LevelMachine
  readonly #verify: boolean
  readonly #clock: Clock
  readonly #heap: LiveHeap
  readonly #reader: SignalReader
  #verification = unverified
  #idle = false
  #last: Measurement | undefined
  #majors = 0
  #forced = 0

  constructor({ machine, deathPointBytes, verify, clock, sources }: MeterOptions) {
    this.#machine = machine
    this.#verify = verify
    this.#clock = clock
    this.#heap = new LiveHeap(deathPointBytes, !verify)
    this.#reader = new SignalReader(sources, this.#heap)
  }

  get level(): PressureLevel {
    return this.#machine.level
  }

  get deathPointBytes(): number {
    return this.#heap.deathPointBytes
  }

  /** The limit of the container, in bytes, where there is one. */
  get containerLimitBytes(): number | undefined {
    return this.#reader.container?.limitBytes
  }

  /** Whether the level is up, or a reading within `margin` of the first threshold. */
  isNear(margin: number): boolean {
    const upper = this.#last?.sample.upperRatio ?? 0
    return this.level !== 'normal' || upper >= this.#machine.thresholds.warning - margin
  }

  /** Takes in a major collection that V8 ran by itself; the next measurement counts it in. */
  observeMajor(collection: MajorCollection): void {
    this.#majors++
    this.#reader.observeMajor(collection, this.#clock.now())
  }

  /** Lets the next verification come early: memory was released since the last. */
  expectRelief(): void {
    this.#verification = withoutBackOff(this.#verification)
  }

  /** Measures once; `undefined` when nothing could be read, and the level is as it was. Never throws. */
  measure(lateness: number): Measurement | undefined {
    const now = this.#clock.now()
    this.#reader.read(now)
    if (this.#reader.blind) return undefined
    // Never on the first reading: a process that has just started has enough to do.
    if (this.#verify && this.#last !== undefined) this.#verifyAt(now)
    const reading = this.#fused()
    if (reading === undefined) return undefined
    const { dominant } = reading
    const transition = this.#machine.observe(this.#proven(reading))
    if (transition !== undefined && levelRank(transition.to) > levelRank(transition.from))
      this.expectRelief()
    const { container } = this.#reader
    const sample: MemorySample = {
      at: this.#clock.date(),
      level: this.level,
      ratio: dominant.ratio,
      upperRatio: dominant.upper,
      confidence: dominant.confidence,
      signal: dominant.name,
      liveBytes: this.#heap.liveBytes,
      usedBytes: this.#heap.usedBytes,
      ...this.#reader.process,
      ...(container && { containerBytes: container.usedBytes }),
      lateness,
    }
    this.#last = { sample, reason: dominant.reason, transition }
    return this.#last
  }

  /** What is known, as last measured. */
  snapshot(): MemorySnapshot {
    const { sample, reason } = this.#last ?? {}
    const heap = this.#heap
    const { process, container, host, stalls, blind, failures } = this.#reader
    return {
      at: sample?.at ?? 0,
      level: this.level,
      ratio: sample?.ratio ?? 0,
      upperRatio: sample?.upperRatio ?? 0,
      confidence: blind ? 'unknown' : (sample?.confidence ?? 'unknown'),
      signal: sample?.signal ?? 'heap',
      reason: reason ?? 'nothing has been measured yet',
      signals: this.#reader.signals,
      heap: {
        liveBytes: heap.liveBytes,
        usedBytes: heap.usedBytes,
        deathPointBytes: heap.deathPointBytes,
        ratio: heap.liveBytes / heap.deathPointBytes,
        upperRatio: heap.usedBytes / heap.deathPointBytes,
      },
      process,
      ...(container && { container }),
      ...(host && { host }),
      ...(stalls && { psi: stalls }),
      gc: { majors: this.#majors, forced: this.#forced, strikes: heap.strikes },
      failures,
    }
  }

  /**
   * The reading without what will be verified shortly: a healthy heap fills with garbage past `warning` before V8
   * collects it. From `critical` on an estimate does not wait.
   */
  #proven(reading: FusedReading): LevelReading {
    const { warning, critical } = this.#machine.thresholds
    const heap = this.#reader.signal('heap')
    const waits = this.#verify && mayWait(this.#verification, this.#clock.now())
    if (!waits || heap === undefined || heap.upper >= critical) return reading
    const upper = Math.min(heap.upper, Math.max(heap.lower, warning - Number.EPSILON))
    const others = this.#reader.signals.filter((signal) => signal !== heap)
    return this.#fuse([{ ...heap, upper }, ...others]) ?? reading
  }

  #fused(): FusedReading | undefined {
    return this.#fuse(this.#reader.signals)
  }

  #fuse(signals: readonly Signal[]): FusedReading | undefined {
    const { hysteresis, thresholds } = this.#machine
    // Just under `critical`: what may be garbage never outweighs a fact that is worse than `warning`.
    const cap = thresholds.critical - Number.EPSILON
    // Just under where `critical` is left, so that what may only hold `warning` lets it go.
    return fuse(signals, cap, Math.max(thresholds.warning, cap - hysteresis))
  }

  #verifyAt(now: number): void {
    this.#verification = atOrBefore(this.#verification, now)
    const idle = this.#reader.isIdle()
    if (idle && !this.#idle) this.expectRelief()
    this.#idle = idle
    const { level, thresholds, exitMark } = this.#machine
    const heap = this.#reader.signal('heap')
    const due = verificationDue(this.#verification, {
      now,
      level,
      thresholds,
      heapLower: heap?.lower ?? 0,
      heapUpper: heap?.upper ?? 0,
      idle,
      held: (this.#fused()?.upper ?? 0) >= exitMark,
      confirmedAt: this.#heap.confirmedAt,
    })
    if (due !== undefined) this.#collect()
  }

  #collect(): void {
    const collection = this.#reader.collect()
    const { usedBefore = 0, usedAfter = 0, busy: pause = 0 } = collection ?? {}
    const freedShare = usedBefore > 0 ? (usedBefore - usedAfter) / usedBefore : 0
    // The clock is read again: the collection itself took time.
    const now = this.#clock.now()
    this.#verification = afterVerification(this.#verification, { now, pause, freedShare })
    if (collection === undefined) return
    this.#forced++
    this.#reader.observeForced(collection, now)
  }
}
