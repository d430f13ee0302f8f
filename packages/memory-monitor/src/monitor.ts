import {
  type Clock,
  Emitter,
  type PressureAlert,
  type PressureBus,
  type PressureLevelEvent,
} from '@cultus/core'
import type { AlertEngine } from './alerts/alert-engine.ts'
import { levelAlert } from './alerts/level-alert.ts'
import { EvidenceCollector } from './evidence/collector.ts'
import { History } from './history.ts'
import { type Measurement, MemoryMeter } from './meter.ts'
import { type MemoryMonitorOptions, resolveOptions } from './options.ts'
import type { MemorySample, MemorySnapshot } from './sample.ts'
import type { MemorySources } from './sources/sources.ts'

/** The payload of each event of a monitor. */
export interface MemoryMonitorEvents {
  /** The level of this monitor changed. */
  readonly level: PressureLevelEvent
  /** A measurement was taken. */
  readonly sample: MemorySample
  /** An alert was raised or resolved. */
  readonly alert: PressureAlert
}

/** Within this share of the death point under `warning`, measurements come fast. */
const nearMargin = 0.1
const leastStaleAfter = 15_000

/**
 * Measures how close this process is to dying for want of memory, and says so on the bus.
 *
 * Measuring starts with `start` and ends with `stop`, which withdraws the source and gives every timer,
 * observer and file back. A listener that throws harms neither the monitor nor the other listeners.
 *
 * @example
 * ```ts
 * import { MemoryMonitor } from '@cultus/memory-monitor'
 *
 * const monitor = new MemoryMonitor().start()
 * monitor.on('level', ({ level, reason }) => process.emitWarning(`memory ${level}: ${reason}`))
 * ```
 */
export class MemoryMonitor {
  readonly name: string
  /** What sends the alerts on, where `alerts` was given; the monitor starts and stops it. */
  readonly alerts: AlertEngine | undefined
  /** What writes down the state of the process when memory runs short, where the option was given. */
  readonly evidence: EvidenceCollector | undefined
  readonly #interval: number
  readonly #fastInterval: number
  readonly #bus: PressureBus
  readonly #clock: Clock
  readonly #sources: MemorySources
  readonly #meter: MemoryMeter
  readonly #history: History<MemorySample>
  readonly #listeners = new Emitter<MemoryMonitorEvents>('the memory monitor', [
    'level',
    'sample',
    'alert',
  ])
  #leaveRelief: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  #measuring = false

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: MemoryMonitorOptions = {}) {
    const resolved = resolveOptions(options)
    this.name = resolved.name
    this.alerts = resolved.alerts
    this.#interval = resolved.interval
    this.#fastInterval = resolved.fastInterval
    this.#bus = resolved.bus
    this.#clock = resolved.clock
    this.#sources = resolved.sources
    this.#meter = new MemoryMeter(resolved)
    this.#history = new History(resolved.historySize)
    const { evidence, bus, clock } = resolved
    this.evidence = evidence && new EvidenceCollector({ ...evidence, monitor: this, bus, clock })
  }

  /** Whether the monitor was started and not stopped since. */
  get running(): boolean {
    return this.#leaveRelief !== undefined
  }

  /** Takes a measurement at once and goes on until `stop`; starting twice is starting once. */
  start(): this {
    if (this.running) return this
    // Before the first measurement, which may be one they answer.
    this.alerts?.start()
    this.evidence?.start()
    this.#leaveRelief = this.#bus.subscribe('relief', () => this.#meter.expectRelief())
    this.#sources.start(
      (collection) => {
        if (!this.running) return
        this.#meter.observeMajor(collection)
        // Measured at once: near the end collections come faster than the interval.
        this.tick()
      },
      () => {
        if (this.running) this.tick()
      },
    )
    this.tick()
    this.#raiseAgain()
    this.#schedule()
    return this
  }

  /** Ends measuring and leaves nothing behind; `start` begins anew where it left off. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#sources.close()
    if (!this.running) return
    this.#leaveRelief?.()
    this.#leaveRelief = undefined
    // Before the source leaves: a monitor that stops is no recovery.
    this.evidence?.stop()
    this.alerts?.stop()
    this.#bus.withdraw(this.name)
  }

  /** The same as `stop`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  /** Takes one measurement now; it reaches the bus only while the monitor runs. Never throws. */
  tick(): void {
    this.#measure(0)
  }

  /** Everything that is known, as last measured; measures first where that was never done. */
  snapshot(): MemorySnapshot {
    if (this.#history.size === 0) this.tick()
    return this.#meter.snapshot()
  }

  /** The last samples, oldest first. */
  history(): readonly MemorySample[] {
    return this.#history.toArray()
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener that is no function.
   */
  on<N extends keyof MemoryMonitorEvents>(
    name: N,
    listener: (event: MemoryMonitorEvents[N]) => void,
  ): () => void {
    return this.#listeners.on(name, listener)
  }

  /** A level that was there before: no change of it will raise the alert. */
  #raiseAgain(): void {
    const { level, ratio, at, signal, reason } = this.#meter.snapshot()
    if (level === 'normal' || !this.running) return
    const transition = { from: 'normal', to: level, ratio } as const
    this.#bus.publishAlert(levelAlert(this.name, transition, { at, signal }, reason))
  }

  #schedule(): void {
    const delay = this.#meter.isNear(nearMargin) ? this.#fastInterval : this.#interval
    const due = this.#clock.now() + delay
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#measure(Math.max(0, this.#clock.now() - due))
      if (this.running) this.#schedule()
    }, delay)
  }

  #measure(lateness: number): void {
    // A listener may ask for a measurement while one is being told.
    if (this.#measuring) return
    this.#measuring = true
    try {
      const measurement = this.#meter.measure(lateness)
      if (measurement === undefined) return
      this.#history.push(measurement.sample)
      this.#listeners.deliver('sample', measurement.sample)
      if (this.running) this.#publish(measurement)
      this.#announce(measurement)
    } finally {
      this.#measuring = false
      // A measurement on the side leaves no open file behind.
      if (!this.running) this.#sources.close()
    }
  }

  #publish({ sample, reason }: Measurement): void {
    const { level, ratio, upperRatio, confidence, signal, at } = sample
    const limit = this.#meter.containerLimitBytes
    this.#bus.publishSample({
      source: this.name,
      ratio,
      upperRatio,
      level,
      confidence,
      signal,
      bytes: {
        live: sample.liveBytes,
        used: sample.usedBytes,
        deathPoint: this.#meter.deathPointBytes,
        rss: sample.rssBytes,
        external: sample.externalBytes,
        arrayBuffers: sample.arrayBuffersBytes,
        ...(sample.containerBytes !== undefined && { container: sample.containerBytes }),
        ...(limit !== undefined && { containerLimit: limit }),
      },
      at,
    })
    // A listener of the sample may have stopped the monitor.
    if (!this.running) return
    const staleAfter = Math.max(leastStaleAfter, 3 * this.#interval)
    this.#bus.publish(this.name, { level, ratio, confidence, signal, reason, staleAfter })
  }

  #announce({ sample, reason, transition }: Measurement): void {
    if (transition === undefined) return
    const { ratio, confidence, signal, at } = sample
    this.#listeners.deliver('level', {
      level: transition.to,
      previous: transition.from,
      ratio,
      confidence,
      source: this.name,
      signal,
      reason,
      at,
    })
    const alert = levelAlert(this.name, transition, sample, reason)
    this.#listeners.deliver('alert', alert)
    if (this.running) this.#bus.publishAlert(alert)
  }
}
