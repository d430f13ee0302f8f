import {
  type Clock,
  Emitter,
  type LevelTransition,
  type PressureAlert,
  type PressureBus,
  type PressureLevelEvent,
} from '@cultus/core'
import type { AlertEngine } from './alerts/alert-engine.ts'
import { levelAlert } from './alerts/level-alert.ts'
import { EvidenceCollector } from './evidence/collector.ts'
import type { MemoryForecast } from './forecast/memory-forecast.ts'
import { pressureForecasts } from './forecast/pressure-forecasts.ts'
import type { MemoryHistory, MemoryHistoryView } from './history/memory-history.ts'
import { type Measurement, MemoryMeter } from './meter.ts'
import type { MemoryMonitorOptions, MemoryMonitorSwitches } from './options.ts'
import { levelEvent, pressureSample } from './publication.ts'
import { checkSwitches, resolveOptions, shadowOf } from './resolve-options.ts'
import type { MemorySample, MemorySnapshot } from './sample.ts'
import type { MemorySources } from './sources/sources.ts'
import type { ExperimentAssignment } from './tuning/experiment.ts'
import type { LevelSettings } from './tuning/level-settings.ts'
import { recommend } from './tuning/recommend.ts'
import type { Recommendation, RecommendOptions } from './tuning/recommendation.ts'
import type { ShadowEvent } from './tuning/shadow-report.ts'

/** The payload of each event of a monitor. */
export interface MemoryMonitorEvents {
  /** The level of this monitor changed. */
  readonly level: PressureLevelEvent
  /** A measurement was taken. */
  readonly sample: MemorySample
  /** Something grows for sure: when it will reach each level and the end; at most once a second. */
  readonly forecast: MemoryForecast
  /** An alert was raised or resolved. */
  readonly alert: PressureAlert
  /** The level of the shadow set changed; nothing acts on it. */
  readonly shadow: ShadowEvent
}

const eventNames = ['level', 'sample', 'forecast', 'alert', 'shadow'] as const

const leastStaleAfter = 15_000
const forecastEvery = 1_000

/**
 * Measures how close this process is to dying for want of memory, and says so on the bus.
 *
 * Measuring starts with `start` and ends with `stop`, which withdraws the source and gives
 * every timer, observer and file back. A listener that throws harms neither the monitor nor
 * the other listeners.
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
  /** What sends alerts on, where `alerts` was given; the monitor starts and stops it. */
  readonly alerts: AlertEngine | undefined
  /** What writes down how things stand when memory runs short, where `evidence` was given. */
  readonly evidence: EvidenceCollector | undefined
  readonly #interval: number
  readonly #bus: PressureBus
  readonly #clock: Clock
  readonly #sources: MemorySources
  readonly #levels: LevelSettings
  readonly #meter: MemoryMeter
  readonly #history: MemoryHistory
  readonly #experiment: ExperimentAssignment | undefined
  readonly #listeners = new Emitter<MemoryMonitorEvents>('the memory monitor', eventNames)
  #leaveRelief: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  #measuring = false
  #foretoldAt = Number.NEGATIVE_INFINITY

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: MemoryMonitorOptions = {}) {
    const resolved = resolveOptions(options)
    const { bus, clock, evidence } = resolved
    this.name = resolved.name
    this.alerts = resolved.alerts
    this.#interval = resolved.interval
    this.#bus = bus
    this.#clock = clock
    this.#sources = resolved.sources
    this.#levels = resolved.levels
    this.#meter = new MemoryMeter(resolved)
    this.#history = resolved.history
    this.#experiment = resolved.experiment
    this.evidence = evidence && new EvidenceCollector({ ...evidence, monitor: this, bus, clock })
  }

  /** Whether the monitor was started and not stopped since. */
  get running(): boolean {
    return this.#leaveRelief !== undefined
  }

  /** Takes a measurement at once and goes on until `stop`; starting twice is starting once. */
  start(): this {
    if (this.running) return this
    this.#leaveRelief = this.#bus.subscribe('relief', () => this.#meter.expectRelief())
    // Before the first measurement, which may be one they answer; a sink may stop the monitor.
    this.alerts?.start()
    if (this.running) this.evidence?.start()
    if (!this.running) return this
    this.#sources.start(
      (collection) => {
        if (this.running && this.#meter.observeMajor(collection)) this.tick()
      },
      () => {
        if (this.running) this.tick()
      },
    )
    const left = this.#meter.level
    this.tick()
    // A listener of the first measurement may have stopped the monitor.
    if (!this.running) return this
    // Resolved when the monitor stopped, and no change tells of it anew.
    if (left !== 'normal' && left === this.#meter.level) this.#raiseAgain()
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

  /**
   * Switches on or off what can be while the monitor runs; what is not named stays as it is.
   * Another shadow set begins its comparison anew, and `undefined` ends it.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`; everything is then as it was.
   */
  configure(switches: MemoryMonitorSwitches): void {
    const { verify, predictive, shadowThresholds } = checkSwitches(switches)
    const { level } = this.#meter
    const shadow = shadowOf(shadowThresholds, this.#levels, this.#clock, level)
    if (Object.hasOwn(switches, 'shadowThresholds')) this.#meter.shadow = shadow
    this.#meter.verify = verify ?? this.#meter.verify
    this.#meter.predictive = predictive ?? this.#meter.predictive
  }

  /** Takes one measurement now; it reaches the bus only while the monitor runs. Never throws. */
  tick(): void {
    this.#measure(0)
  }

  /** Everything that is known, as last measured; measures first where that was never done. */
  snapshot(): MemorySnapshot {
    if (this.#history.latest === undefined) this.tick()
    const experiment = this.#experiment
    return { ...this.#meter.snapshot(), ...(experiment && { experiment }) }
  }

  /** What was measured so far: the last samples, and buckets of seconds, minutes and hours. */
  history(): MemoryHistoryView {
    return this.#history
  }

  /**
   * When each level will be reached, should it go on so; `undefined` while nothing grows for sure.
   */
  forecast(): MemoryForecast | undefined {
    return this.#meter.forecast
  }

  /**
   * Proposes a heap size and thresholds by what was measured so far; facts that are given replace
   * those of this process.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`
   */
  recommend(options: Partial<RecommendOptions> = {}): Recommendation {
    const { deathPointBytes, containerLimitBytes } = this.#meter
    const { thresholds, hysteresis } = this.#levels
    return recommend(this.#history, {
      deathPointBytes,
      ...(thresholds !== undefined && { thresholds }),
      ...(hysteresis !== undefined && { hysteresis }),
      ...(containerLimitBytes !== undefined && { containerLimitBytes }),
      ...options,
    })
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener
   * that is no function.
   */
  on<N extends keyof MemoryMonitorEvents>(
    name: N,
    listener: (event: MemoryMonitorEvents[N]) => void,
  ): () => void {
    return this.#listeners.on(name, listener)
  }

  #schedule(): void {
    // A listener may have stopped and started the monitor, which has set a timer already.
    this.#cancelTimer?.()
    const { delay } = this.#meter
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
      if (measurement.shadow !== undefined) this.#listeners.deliver('shadow', measurement.shadow)
      if (this.running) this.#publish(measurement)
      this.#foretell()
      this.#announce(measurement)
    } finally {
      this.#measuring = false
      // A measurement on the side leaves no open file behind.
      if (!this.running) this.#sources.close()
    }
  }

  #publish({ sample, reason }: Measurement): void {
    const { level, ratio, confidence, signal } = sample
    this.#bus.publishSample(pressureSample(this.name, sample, this.#meter))
    // A listener of the sample may have stopped the monitor.
    if (!this.running) return
    const staleAfter = Math.max(leastStaleAfter, 3 * this.#interval)
    this.#bus.publish(this.name, { level, ratio, confidence, signal, reason, staleAfter })
  }

  #foretell(): void {
    const { forecast, level } = this.#meter
    const now = this.#clock.now()
    const passed = now - this.#foretoldAt
    if (forecast === undefined || (passed >= 0 && passed < forecastEvery)) return
    this.#foretoldAt = now
    this.#listeners.deliver('forecast', forecast)
    for (const each of pressureForecasts(this.name, level, forecast))
      if (this.running) this.#bus.publishForecast(each)
  }

  #announce({ sample, reason, transition }: Measurement): void {
    if (transition === undefined) return
    this.#listeners.deliver('level', levelEvent(this.name, transition, sample, reason))
    this.#alert(transition, sample, reason)
  }

  /** An alert was resolved when the monitor stopped; a level that is still up raises it anew. */
  #raiseAgain(): void {
    const { level, ratio, at, signal, reason } = this.#meter.snapshot()
    if (level !== 'normal')
      this.#alert({ from: 'normal', to: level, ratio }, { at, signal }, reason)
  }

  #alert(
    transition: LevelTransition,
    sample: Pick<MemorySample, 'at' | 'signal'>,
    reason: string,
  ): void {
    const alert = levelAlert(this.name, transition, sample, reason)
    this.#listeners.deliver('alert', alert)
    if (this.running) this.#bus.publishAlert(alert)
  }
}
