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
import { containerSignal, processSignal } from './machine-signals.ts'
import type { MemorySample, MemorySnapshot } from './sample.ts'
import type { Signal, SignalName } from './signal.ts'
import type { ForcedCollection, MajorCollection } from './sources/collection.ts'
import type { ContainerReading } from './sources/container.ts'
import type { ProcessReading } from './sources/process.ts'
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

const nothingRead: ProcessReading = { rssBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 }

/**
 * Measures: reads the sources, verifies what garbage may have made up, and moves the level.
 *
 * A source that fails keeps its last signal, so that the level cannot fall for want of a reading.
 */
export class MemoryMeter {
  readonly #machine: LevelMachine
  readonly #verify: boolean
  readonly #clock: Clock
  readonly #sources: MemorySources
  readonly #heap: LiveHeap
  readonly #signals = new Map<SignalName, Signal>()
  #process = nothingRead
  #container: ContainerReading | undefined
  #verification = unverified
  #last: Measurement | undefined
  #blind = true
  #majors = 0
  #forced = 0
  #failures = 0

  constructor({ machine, deathPointBytes, verify, clock, sources }: MeterOptions) {
    this.#machine = machine
    this.#verify = verify
    this.#clock = clock
    this.#sources = sources
    this.#heap = new LiveHeap(deathPointBytes, !verify)
  }

  get level(): PressureLevel {
    return this.#machine.level
  }

  get deathPointBytes(): number {
    return this.#heap.deathPointBytes
  }

  /** The limit of the container, in bytes, where there is one. */
  get containerLimitBytes(): number | undefined {
    return this.#container?.limitBytes
  }

  /** Whether the level is up, or a reading within `margin` of the first threshold. */
  isNear(margin: number): boolean {
    const upper = this.#last?.sample.upperRatio ?? 0
    return this.level !== 'normal' || upper >= this.#machine.thresholds.warning - margin
  }

  /** Takes in a major collection that V8 ran by itself; the next measurement counts it in. */
  observeMajor(collection: MajorCollection): void {
    this.#majors++
    const now = this.#clock.now()
    const heard = this.#attempt('heap', () => {
      this.#heap.observeMajor(measured(this.#sources.heap()), collection, now)
      return this.#heap.signal()
    })
    if (!heard) this.#failures++
  }

  /** Lets the next verification come early: memory was released since the last. */
  expectRelief(): void {
    this.#verification = withoutBackOff(this.#verification)
  }

  /** Measures once; `undefined` when nothing could be read, and the level is as it was. Never throws. */
  measure(lateness: number): Measurement | undefined {
    const now = this.#clock.now()
    this.#blind = !this.#read(now)
    if (this.#blind) return undefined
    // Never on the first reading: a process that has just started has enough to do.
    if (this.#verify && this.#last !== undefined) this.#verifyAt(now)
    const reading = this.#fused()
    if (reading === undefined) return undefined
    const { dominant } = reading
    const transition = this.#machine.observe(this.#proven(reading))
    if (transition !== undefined && levelRank(transition.to) > levelRank(transition.from))
      this.expectRelief()
    const sample: MemorySample = {
      at: this.#clock.date(),
      level: this.level,
      ratio: dominant.ratio,
      upperRatio: dominant.upper,
      confidence: dominant.confidence,
      signal: dominant.name,
      liveBytes: this.#heap.liveBytes,
      usedBytes: this.#heap.usedBytes,
      ...this.#process,
      ...(this.#container && { containerBytes: this.#container.usedBytes }),
      lateness,
    }
    this.#last = { sample, reason: dominant.reason, transition }
    return this.#last
  }

  /** What is known, as last measured. */
  snapshot(): MemorySnapshot {
    const { sample, reason } = this.#last ?? {}
    const heap = this.#heap
    return {
      at: sample?.at ?? 0,
      level: this.level,
      ratio: sample?.ratio ?? 0,
      upperRatio: sample?.upperRatio ?? 0,
      confidence: this.#blind ? 'unknown' : (sample?.confidence ?? 'unknown'),
      signal: sample?.signal ?? 'heap',
      reason: reason ?? 'nothing has been measured yet',
      heap: {
        liveBytes: heap.liveBytes,
        usedBytes: heap.usedBytes,
        deathPointBytes: heap.deathPointBytes,
        ratio: heap.liveBytes / heap.deathPointBytes,
        upperRatio: heap.usedBytes / heap.deathPointBytes,
      },
      process: this.#process,
      ...(this.#container && { container: this.#container }),
      gc: { majors: this.#majors, forced: this.#forced, strikes: heap.strikes },
      failures: this.#failures,
    }
  }

  /**
   * The reading without what will be verified shortly: a healthy heap fills with garbage past `warning` before V8
   * collects it. From `critical` on an estimate does not wait.
   */
  #proven(reading: FusedReading): LevelReading {
    const { warning, critical } = this.#machine.thresholds
    const heap = this.#signals.get('heap')
    const waits = this.#verify && mayWait(this.#verification, this.#clock.now())
    if (!waits || heap === undefined || heap.upper >= critical) return reading
    const upper = Math.min(heap.upper, Math.max(heap.lower, warning - Number.EPSILON))
    const others = [...this.#signals.values()].filter((signal) => signal !== heap)
    return { lower: reading.lower, upper: Math.max(upper, ...others.map((other) => other.upper)) }
  }

  #fused(): FusedReading | undefined {
    // Just under `critical`: what may be garbage never outweighs a fact that is worse than `warning`.
    const cap = this.#machine.thresholds.critical - Number.EPSILON
    return fuse([...this.#signals.values()], cap)
  }

  /** Whether anything could be read. */
  #read(now: number): boolean {
    const heap = this.#attempt('heap', () => {
      this.#heap.observe(measured(this.#sources.heap()), now)
      return this.#heap.signal()
    })
    const container = this.#attempt('container', () => {
      const reading = this.#sources.container(now)
      const signal = reading && containerSignal(reading)
      measured(signal?.upper ?? 0)
      this.#container = reading
      return signal
    })
    const process = this.#attempt('process', () => {
      const reading = this.#sources.process()
      const signal = processSignal(reading, this.#sources.hostBytes)
      measured(signal.upper)
      this.#process = reading
      // With a limit on the container the memory of the machine is not what ends the process.
      return this.#container === undefined ? signal : undefined
    })
    if (!(heap && container && process)) this.#failures++
    return heap || process || (container && this.#container !== undefined)
  }

  /** Takes a signal from what may throw; then the last one stays, as an estimate. */
  #attempt(name: SignalName, read: () => Signal | undefined): boolean {
    try {
      const signal = read()
      if (signal === undefined) this.#signals.delete(name)
      else this.#signals.set(name, signal)
      return true
    } catch {
      const last = this.#signals.get(name)
      if (last !== undefined) this.#signals.set(name, { ...last, confidence: 'estimated' })
      return false
    }
  }

  #verifyAt(now: number): void {
    this.#verification = atOrBefore(this.#verification, now)
    const { level, thresholds, exitMark } = this.#machine
    const heap = this.#signals.get('heap')
    const due = verificationDue(this.#verification, {
      now,
      level,
      thresholds,
      heapLower: heap?.lower ?? 0,
      heapUpper: heap?.upper ?? 0,
      held: (this.#fused()?.upper ?? 0) >= exitMark,
      confirmedAt: this.#heap.confirmedAt,
    })
    if (due !== undefined) this.#collect()
  }

  #collect(): void {
    let collection: ForcedCollection | undefined
    try {
      collection = this.#sources.collect()
      if (collection !== undefined) Object.values(collection).forEach(measured)
    } catch {
      collection = undefined
      this.#failures++
    }
    const { usedBefore = 0, usedAfter = 0, busy: pause = 0 } = collection ?? {}
    const freedShare = usedBefore > 0 ? (usedBefore - usedAfter) / usedBefore : 0
    // The clock is read again: the collection itself took time.
    const now = this.#clock.now()
    this.#verification = afterVerification(this.#verification, { now, pause, freedShare })
    if (collection === undefined) return
    this.#forced++
    this.#heap.observeForced(collection, now)
    this.#signals.set('heap', this.#heap.signal())
  }
}

/** @throws RangeError for what cannot be a share, or a number of bytes or milliseconds. */
function measured(value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new RangeError('not a measurement')
}
