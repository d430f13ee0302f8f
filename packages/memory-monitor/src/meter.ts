import {
  type Clock,
  type LevelMachine,
  type LevelReading,
  type LevelTransition,
  levelRank,
  type PressureLevel,
} from '@cultus/core'
import { CollectingTime } from './collecting-time.ts'
import type { MemoryForecast } from './forecast/memory-forecast.ts'
import { Outlook, type OutlookFacts } from './forecast/outlook.ts'
import { type FusedReading, fuse, type LevelsInForce } from './fuse.ts'
import { LiveHeap } from './live-heap.ts'
import { isNear, Pace } from './pace.ts'
import type { MemorySample, MemorySnapshot } from './sample.ts'
import type { Signal } from './signal.ts'
import { SignalReader } from './signal-reader.ts'
import type { MajorCollection } from './sources/collection.ts'
import type { MemorySources } from './sources/sources.ts'
import type { ShadowLevels } from './tuning/shadow-levels.ts'
import type { ShadowEvent } from './tuning/shadow-report.ts'
import { Verifier } from './verifier.ts'

/** What the meter works with. */
export interface MeterOptions {
  readonly machine: LevelMachine
  readonly shadow: ShadowLevels | undefined
  readonly deathPointBytes: number
  readonly interval: number
  readonly fastInterval: number
  readonly verify: boolean
  readonly predictive: boolean
  readonly clock: Clock
  readonly sources: MemorySources
}

/** A measurement, and the changes of level it made. */
export interface Measurement {
  readonly sample: MemorySample
  readonly reason: string
  readonly transition: LevelTransition | undefined
  /** The change that the shadow set would have made. */
  readonly shadow: ShadowEvent | undefined
}

/**
 * Measures: reads the sources, verifies what garbage may have made up, looks ahead,
 * and moves the level.
 */
export class MemoryMeter {
  /** Whether a collection may be forced. */
  verify: boolean
  /** Whether a forecast may raise the level. */
  predictive: boolean
  /** The set of thresholds that is tried without acting on it. */
  shadow: ShadowLevels | undefined
  readonly #machine: LevelMachine
  readonly #clock: Clock
  readonly #heap: LiveHeap
  readonly #reader: SignalReader
  readonly #outlook = new Outlook()
  readonly #pace: Pace
  readonly #collecting = new CollectingTime()
  readonly #verifier = new Verifier()
  #last: Measurement | undefined
  #majors = 0
  #forced = 0

  constructor(options: MeterOptions) {
    this.verify = options.verify
    this.predictive = options.predictive
    this.shadow = options.shadow
    this.#machine = options.machine
    this.#clock = options.clock
    this.#heap = new LiveHeap(options.deathPointBytes)
    this.#reader = new SignalReader(options.sources, this.#heap)
    this.#pace = new Pace(options)
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

  /**
   * When each level will be reached, should it go on so; `undefined` while nothing grows for sure.
   */
  get forecast(): MemoryForecast | undefined {
    return this.#reader.blind ? undefined : this.#outlook.forecast
  }

  /** The milliseconds until the next measurement should be taken. */
  get delay(): number {
    return this.#pace.delay(this.level, this.#machine.thresholds.warning)
  }

  /**
   * Takes in a major collection that V8 ran by itself, and returns whether a measurement should
   * follow at once: near the end collections come faster than the interval, and far from it a busy
   * service has better to do.
   */
  observeMajor(collection: MajorCollection): boolean {
    this.#majors++
    this.#collecting.add(collection.busy)
    this.#heap.trustLate = !this.verify
    this.#reader.observeMajor(collection, this.#clock.now())
    const { usedBytes, liveBytes, deathPointBytes, confirmedAt, strikes } = this.#heap
    this.#outlook.note({ ratio: liveBytes / deathPointBytes, confirmedAt })
    const near = isNear(usedBytes / deathPointBytes, this.#machine.thresholds.warning)
    return near || strikes > 0 || this.level !== 'normal' || this.#outlook.wantsProof
  }

  /** Lets the next verification come early: memory was released since the last. */
  expectRelief(): void {
    this.#verifier.expectRelief()
  }

  /**
   * Measures once; `undefined` when nothing could be read, and the level is as it
   * was. Never throws.
   */
  measure(lateness: number): Measurement | undefined {
    const now = this.#clock.now()
    this.#reader.read(now)
    if (this.#reader.blind) return undefined
    this.#pace.observe(this.#fullest, now)
    this.#lookAhead(now)
    // Never on the first reading: a process that has just started has enough to do.
    if (this.verify && this.#last !== undefined) this.#verifyAt(now)
    const machine = this.#machine
    const reading = this.#fuse(this.#signals, machine)
    if (reading === undefined) return undefined
    const transition = machine.observe(this.#proven(machine) ?? reading)
    const shadow = this.shadow?.observe(this.#proven(this.shadow) ?? reading, this.level)
    if (transition !== undefined && levelRank(transition.to) > levelRank(transition.from))
      this.expectRelief()
    const sample = this.#sample(reading.dominant, lateness)
    this.#last = { sample, reason: reading.dominant.reason, transition, shadow }
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
      signals: this.#signals,
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
      ...(this.shadow && { shadow: this.shadow.snapshot() }),
    }
  }

  /** The most that is used of what can end the process, as a share. */
  get #fullest(): number {
    const { usedBytes, deathPointBytes } = this.#heap
    return Math.max(usedBytes / deathPointBytes, this.#reader.signal('container')?.upper ?? 0)
  }

  #sample(dominant: Signal, lateness: number): MemorySample {
    const { process, container } = this.#reader
    // A forecast raises the level; how full it is now is told by the signal that it is made of.
    const shown = (dominant.of && this.#reader.signal(dominant.of)) ?? dominant
    return {
      at: this.#clock.date(),
      level: this.level,
      ratio: shown.ratio,
      upperRatio: shown.upper,
      confidence: dominant.confidence,
      signal: dominant.name,
      liveBytes: this.#heap.liveBytes,
      usedBytes: this.#heap.usedBytes,
      ...process,
      ...(container && { containerBytes: container.usedBytes }),
      gcShare: this.#collecting.take(this.#clock.now()),
      majors: this.#majors,
      forced: this.#forced,
      lateness,
    }
  }

  /** What was read, and what it will come to where that is bad enough. */
  get #signals(): readonly Signal[] {
    const foreseen = this.predictive ? this.#outlook.signal : undefined
    return foreseen === undefined ? this.#reader.signals : [...this.#reader.signals, foreseen]
  }

  /**
   * The reading without what will be verified shortly: a healthy heap fills with garbage past every
   * threshold before V8 collects it, and when it does the truth is told at once.
   */
  #proven(levels: LevelsInForce): LevelReading | undefined {
    const { warning, critical } = levels.thresholds
    const waits = this.verify && this.#verifier.mayWait(this.#clock.now())
    const proven = this.#signals.map((signal) => {
      // Made for the thresholds in force: it is worth `critical` to every set.
      if (signal.name === 'forecast') return { ...signal, lower: critical, upper: critical }
      if (signal.name !== 'heap' || !waits) return signal
      const { lower, upper } = signal
      return { ...signal, upper: Math.min(upper, Math.max(lower, warning - Number.EPSILON)) }
    })
    return this.#fuse(proven, levels)
  }

  #fuse(signals: readonly Signal[], levels: LevelsInForce): FusedReading | undefined {
    const { level, hysteresis, thresholds, exitMark } = levels
    // Just under `critical`: what may be garbage never outweighs a fact that is
    // worse than `warning`.
    const cap = thresholds.critical - Number.EPSILON
    // Just under where `critical` is left, so that what may only hold `warning` lets it go.
    const holding = Math.max(thresholds.warning, cap - hysteresis)
    // With thresholds closer than the hysteresis `warning` lies over the mark at which
    // `critical` is left.
    const most = levelRank(level) > levelRank('warning') ? exitMark - Number.EPSILON : holding
    return fuse(signals, cap, Math.min(holding, most))
  }

  #lookAhead(now: number, proof = false): void {
    const { deathPointBytes, liveBytes, usedBytes, confirmedAt, ceiling } = this.#heap
    const ratio = liveBytes / deathPointBytes
    const upper = usedBytes / deathPointBytes
    const facts: OutlookFacts = {
      now,
      date: this.#clock.date(),
      thresholds: this.#machine.thresholds,
      heap: { ratio, confirmedAt, upper, ceiling },
      container: this.#reader.signal('container')?.lower,
    }
    this.#outlook.observe(facts, proof)
  }

  #verifyAt(now: number): void {
    const { level, thresholds, exitMark } = this.#machine
    const heap = this.#reader.signal('heap')
    // What the trend shows, and no collection has borne out yet, is worth one like every estimate.
    const foreseen = this.predictive && this.#outlook.wantsProof ? thresholds.critical : 0
    const heapUpper = Math.max(heap?.upper ?? 0, foreseen)
    // Most of the time nothing is in doubt.
    if (level === 'normal' && heapUpper < thresholds.warning) return
    const alarming = foreseen > 0 && this.#outlook.signal !== undefined
    const due = this.#verifier.due({
      now,
      level,
      thresholds,
      heapLower: heap?.lower ?? 0,
      heapUpper,
      idle: this.#reader.isIdle(),
      held: (this.#fuse(this.#signals, this.#machine)?.upper ?? 0) >= exitMark,
      // V8's own collections leave what was allocated meanwhile: however recent,
      // they prove no alarm.
      confirmedAt: alarming ? Number.NEGATIVE_INFINITY : this.#heap.confirmedAt,
    })
    const byHeap = due === 'rise' || alarming || (heap?.upper ?? 0) >= exitMark
    if (due !== undefined) this.#collect(byHeap)
  }

  /** `byHeap` tells that the heap is what is in doubt. */
  #collect(byHeap: boolean): void {
    const collection = this.#reader.collect()
    // The clock is read again: the collection itself took time.
    const now = this.#clock.now()
    this.#verifier.ended(collection, byHeap, now)
    if (collection === undefined) return
    this.#forced++
    this.#collecting.add(collection.busy)
    this.#reader.observeForced(collection, now)
    this.#lookAhead(now, true)
  }
}
