import {
  type Clock,
  Emitter,
  type LevelMachine,
  type LevelTransition,
  type PressureBus,
  type PressureLevelEvent,
} from '@cultus/core'
import { measuringDue } from './measuring.ts'
import {
  type BrowserMemoryMonitorOptions,
  type ResolvedBrowserOptions,
  resolveOptions,
} from './options.ts'
import { type BrowserSignal, type BrowserSignalName, PageMemory } from './page-memory.ts'
import type { BrowserMemorySample, BrowserMemorySnapshot } from './snapshot.ts'
import type { PageMeasurement, ScriptHeap } from './sources.ts'

export type {
  BrowserMemoryMonitorOptions,
  BrowserMemorySample,
  BrowserMemorySnapshot,
  BrowserSignalName,
  PageMeasurement,
  ScriptHeap,
}

/** The payload of each event of a browser monitor. */
export interface BrowserMemoryMonitorEvents {
  /** The level of this monitor changed. */
  readonly level: PressureLevelEvent
  /** The page was looked at. */
  readonly sample: BrowserMemorySample
}

/** Within this share of the death point under `warning`, looks come fast. */
const nearMargin = 0.1
/** A hidden page is looked at once a minute, by order of the browser: its silence is no danger. */
const leastStaleAfter = 130_000
/** When a measurement is given up, in milliseconds: an idle browser may put off its collection. */
const longestMeasurement = 120_000

/**
 * Measures how close this page is to dying for want of memory, and says so on the bus of the page.
 *
 * What the browser tells decides how sure that is: a measurement of a cross-origin isolated
 * page is the truth; the script heap of Chromium alone, which counts garbage, raises no level
 * above `warning`; where nothing is told there is no level at all. Looking starts with `start`
 * and ends with `stop`.
 *
 * @example
 * ```ts
 * import { BrowserMemoryMonitor } from '@cultus/memory-monitor/browser'
 *
 * const monitor = new BrowserMemoryMonitor({ limit: '512MiB' }).start()
 * ```
 */
export class BrowserMemoryMonitor {
  readonly name: string
  readonly #options: ResolvedBrowserOptions
  readonly #machine: LevelMachine
  readonly #bus: PressureBus
  readonly #clock: Clock
  readonly #page: PageMemory
  readonly #listeners = new Emitter<BrowserMemoryMonitorEvents>('the browser memory monitor', [
    'level',
    'sample',
  ])
  #running = false
  #ticking = false
  #cancelTimer: (() => void) | undefined
  /** The measurement under way; one that was given up is no longer it. */
  #measuring: { readonly since: number } | undefined
  #measuredAt: number | undefined
  #measurements = 0
  #failures = 0
  #blind = true
  #sample: BrowserMemorySample | undefined
  #signal: BrowserSignal | undefined

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: BrowserMemoryMonitorOptions = {}) {
    const resolved = resolveOptions(options)
    const { machine, bus, clock, name, limitBytes, sources } = resolved
    this.name = name
    this.#options = resolved
    this.#machine = machine
    this.#bus = bus
    this.#clock = clock
    this.#page = new PageMemory({ limitBytes, deviceBytes: sources.deviceBytes })
  }

  /** Whether the monitor was started and not stopped since. */
  get running(): boolean {
    return this.#running
  }

  /** Looks at once and goes on until `stop`; starting twice is starting once. */
  start(): this {
    if (this.#running) return this
    this.#running = true
    this.tick()
    if (this.#running) this.#schedule()
    return this
  }

  /** Ends looking and leaves nothing behind; a measurement under way counts for nothing. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#measuring = undefined
    if (!this.#running) return
    this.#running = false
    this.#bus.withdraw(this.name)
  }

  /** The same as `stop`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  /** Looks now, and has the page measured if due; the bus hears of it while the monitor runs. */
  tick(): void {
    try {
      this.#page.observe(this.#options.sources.scriptHeap())
      this.#blind = false
      this.#decide()
    } catch {
      // Nothing is published: a silent source turns `unknown` and keeps its level.
      this.#blind = true
      this.#failures++
    }
    this.#measureIfDue()
  }

  /** Everything that is known, as of the last look; looks first where that was never done. */
  snapshot(): BrowserMemorySnapshot {
    if (this.#sample === undefined) this.tick()
    const { heap, measured } = this.#page
    return {
      at: this.#sample?.at ?? 0,
      level: this.#machine.level,
      ratio: this.#sample?.ratio ?? 0,
      upperRatio: this.#sample?.upperRatio ?? 0,
      confidence: (this.#blind ? undefined : this.#sample?.confidence) ?? 'unknown',
      signal: this.#sample?.signal,
      reason: this.#signal?.reason ?? 'this browser tells nothing about its memory',
      ...(heap && { scriptHeap: heap }),
      ...(measured && { measured }),
      measurements: this.#measurements,
      failures: this.#failures,
    }
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener
   * that is no function.
   */
  on<N extends keyof BrowserMemoryMonitorEvents>(
    name: N,
    listener: (event: BrowserMemoryMonitorEvents[N]) => void,
  ): () => void {
    return this.#listeners.on(name, listener)
  }

  #schedule(): void {
    // A listener of the look before may have stopped the monitor and started it again.
    this.#cancelTimer?.()
    const { interval, fastInterval } = this.#options
    const upper = Math.max(this.#sample?.upperRatio ?? 0, this.#page.rawRatio)
    const near =
      this.#machine.level !== 'normal' || upper >= this.#machine.thresholds.warning - nearMargin
    this.#cancelTimer = this.#clock.setTimer(
      () => {
        this.tick()
        if (this.#running) this.#schedule()
      },
      near ? fastInterval : interval,
    )
  }

  #measureIfDue(): void {
    const { measure, sources, measureInterval, fastMeasureInterval } = this.#options
    if (!this.#running || !measure || !sources.measures) return
    const now = this.#clock.now()
    if (this.#measuring !== undefined) {
      const since = now - this.#measuring.since
      if (since >= 0 && since < longestMeasurement) return
      // Given up: what it tells one day would be the truth of another moment.
      this.#measuring = undefined
      this.#measuredAt = now
      this.#failures++
    }
    // With a clock that went back the wait starts again, rather than growing.
    if (this.#measuredAt !== undefined && now < this.#measuredAt) this.#measuredAt = now
    const due = measuringDue({
      now,
      endedAt: this.#measuredAt,
      level: this.#machine.level,
      thresholds: this.#machine.thresholds,
      upper: Math.max(this.#sample?.upperRatio ?? 0, this.#page.rawRatio),
      interval: measureInterval,
      leastInterval: fastMeasureInterval,
    })
    if (due) void this.#measure(now)
  }

  async #measure(now: number): Promise<void> {
    const { sources } = this.#options
    const measuring = { since: now }
    this.#measuring = measuring
    const told = await sources.measure().catch(() => undefined)
    if (this.#measuring !== measuring) return
    this.#measuring = undefined
    this.#measuredAt = this.#clock.now()
    try {
      if (told === undefined) throw new TypeError('not a measurement')
      this.#page.confirm(told, sources.scriptHeap())
      this.#measurements++
      this.#blind = false
      this.#decide()
    } catch {
      // What was known stays, and is not told again as if it were new.
      this.#failures++
    }
  }

  /** Takes what is known to a level, and tells of it. */
  #decide(): void {
    // A listener may ask for a look while one is being told.
    if (this.#ticking) return
    this.#ticking = true
    try {
      // Just under `critical`: what may be garbage never outweighs a fact that is
      // worse than `warning`.
      const cap = this.#machine.thresholds.critical - Number.EPSILON
      const reading = this.#page.reading(cap)
      if (reading === undefined) return
      const { dominant: first } = reading
      const transition = this.#machine.observe(reading)
      this.#signal = first
      this.#sample = {
        at: this.#clock.date(),
        level: this.#machine.level,
        ratio: first.ratio,
        upperRatio: first.upper,
        confidence: first.confidence,
        signal: first.name,
      }
      this.#tell(this.#sample, first, transition)
    } finally {
      this.#ticking = false
    }
  }

  #tell(
    sample: BrowserMemorySample,
    { reason }: BrowserSignal,
    transition: LevelTransition | undefined,
  ): void {
    this.#listeners.deliver('sample', sample)
    const { level, ratio, upperRatio, confidence, signal, at } = sample
    const source = this.name
    if (this.#running) {
      const bytes = this.#bytes()
      this.#bus.publishSample({ source, ratio, upperRatio, level, confidence, signal, bytes, at })
    }
    // A listener may have stopped the monitor.
    if (this.#running) {
      const staleAfter = Math.max(leastStaleAfter, 3 * this.#options.interval)
      this.#bus.publish(source, { level, ratio, confidence, signal, reason, staleAfter })
    }
    if (transition === undefined) return
    const { to, from: previous } = transition
    this.#listeners.deliver('level', {
      level: to,
      previous,
      ratio,
      confidence,
      source,
      signal,
      reason,
      at,
    })
  }

  #bytes(): Readonly<Record<string, number>> {
    const { heap, measured } = this.#page
    const { limitBytes } = this.#options
    return {
      ...(heap && { used: heap.usedBytes, deathPoint: heap.limitBytes }),
      ...(measured && { live: measured.scriptBytes, page: measured.totalBytes }),
      ...(limitBytes !== undefined && { limit: limitBytes }),
    }
  }
}
