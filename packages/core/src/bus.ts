import type { Clock } from './clock.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { Emitter } from './emitter.ts'
import { invalidArgument, numberOption } from './errors.ts'
import type {
  Confidence,
  PressureAlert,
  PressureEventName,
  PressureEvents,
  PressureForecast,
  PressureLevelEvent,
  PressureReport,
  PressureSample,
  ReliefEvent,
} from './event.ts'
import { isPressureLevel, type PressureLevel } from './level.ts'
import { type PressureSource, SourceLedger } from './source-ledger.ts'
import { systemClock } from './system-clock.ts'

/** Settings for {@link PressureBus}. */
export interface PressureBusOptions {
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
  /**
   * Silence after which a source counts as `unknown`, in milliseconds during which the event loop ran.
   *
   * @defaultValue 15_000
   */
  readonly staleAfter?: number
  /**
   * Silence after which a source is forgotten, in milliseconds during which the event loop ran.
   *
   * @defaultValue 300_000
   */
  readonly expireAfter?: number
  /** Called with each level event after the listeners; the process-wide bus publishes to `diagnostics_channel`. */
  readonly onLevel?: (event: PressureLevelEvent) => void
}

/** How a listener is added. */
export interface SubscribeOptions {
  /**
   * Whether the last `level`, `sample` or `forecast` event is delivered at once, before `subscribe` returns.
   *
   * @defaultValue true
   */
  readonly replay?: boolean
}

/**
 * Carries the memory pressure of the process from those who measure it to those who answer it.
 *
 * The effective level is the worst that any live source reports. A source that goes silent keeps its last
 * level with confidence `unknown`, and is forgotten only after a long silence during which the event loop
 * was running: a process that was stopped or blocked forgets nothing.
 *
 * Delivery is synchronous and in order: when a call from outside a listener returns, every listener has run; what a
 * listener publishes is delivered after the event it is handling. A listener that throws is isolated and
 * reported once as a process warning.
 */
export class PressureBus {
  readonly #clock: Clock
  readonly #staleAfter: number
  readonly #expireAfter: number
  readonly #onLevel: ((event: PressureLevelEvent) => void) | undefined
  readonly #sources = new SourceLedger()
  readonly #listeners = new Emitter<PressureEvents>('the pressure bus', [
    'level',
    'sample',
    'forecast',
    'relief',
    'alert',
  ])
  readonly #last: {
    level?: PressureLevelEvent
    sample?: PressureSample
    forecast?: PressureForecast
  } = {}
  readonly #queue = new DeliveryQueue()
  #level: PressureLevel = 'normal'
  #watchedAt = 0
  #cancelWatch: (() => void) | undefined

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: PressureBusOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#staleAfter = numberOption('staleAfter', options.staleAfter ?? 15_000, 1, 2 ** 31)
    this.#expireAfter = numberOption(
      'expireAfter',
      options.expireAfter ?? 300_000,
      this.#staleAfter,
      2 ** 31,
    )
    this.#onLevel = options.onLevel
  }

  /** The effective level: the worst of all sources. */
  get level(): PressureLevel {
    return this.#level
  }

  /** How sure the effective level is: the best confidence among the sources that report it. */
  get confidence(): Confidence {
    return this.#sources.deciding?.confidence ?? 'unknown'
  }

  /** The used share of the death point that the deciding source last reported, or 0 without one. */
  get ratio(): number {
    return this.#sources.deciding?.ratio ?? 0
  }

  /** Every source the bus knows, as it last reported. */
  get sources(): readonly PressureSource[] {
    return this.#sources.sources
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener that is no function.
   */
  subscribe<N extends PressureEventName>(
    name: N,
    listener: (event: PressureEvents[N]) => void,
    options: SubscribeOptions = {},
  ): () => void {
    const last: { readonly [K in PressureEventName]?: PressureEvents[K] } = this.#last
    return this.#listeners.on(name, listener, (options.replay ?? true) ? last[name] : undefined)
  }

  /**
   * Takes in what `source` says now, and delivers a `level` event if the effective level changed.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when the report has no known level or its ratio is not
   * a finite number of at least 0; the bus is as it was.
   */
  publish(source: string, report: PressureReport): void {
    if (typeof source !== 'string' || source === '')
      throw invalidArgument('source', 'be a non-empty string', source)
    if (!isPressureLevel(report.level))
      throw invalidArgument('level', 'be a pressure level', report.level)
    if (!(report.ratio >= 0 && report.ratio < Number.POSITIVE_INFINITY)) {
      throw invalidArgument('ratio', 'be a finite number of at least 0', report.ratio)
    }
    const staleAfter = report.staleAfter ?? this.#staleAfter
    if (!(staleAfter > 0)) throw invalidArgument('staleAfter', 'be a positive number', staleAfter)
    this.#sources.record(source, report, staleAfter)
    this.#watch()
    this.#settle()
  }

  /** Forgets a source; call it when a monitor stops. */
  withdraw(source: string): void {
    if (!this.#sources.forget(source)) return
    if (this.#sources.size === 0) this.#unwatch()
    this.#settle()
  }

  /** Delivers a measurement. */
  publishSample(sample: PressureSample): void {
    this.#queue.add(() => {
      this.#last.sample = sample
      this.#listeners.deliver('sample', sample)
    })
  }

  /** Delivers a forecast. */
  publishForecast(forecast: PressureForecast): void {
    this.#queue.add(() => {
      this.#last.forecast = forecast
      this.#listeners.deliver('forecast', forecast)
    })
  }

  /** Delivers a measured relief. */
  publishRelief(relief: ReliefEvent): void {
    this.#queue.add(() => this.#listeners.deliver('relief', relief))
  }

  /** Delivers an alert; the sinks of the memory monitor, where one runs, send it on. */
  publishAlert(alert: PressureAlert): void {
    this.#queue.add(() => this.#listeners.deliver('alert', alert))
  }

  #settle(): void {
    const deciding = this.#sources.deciding
    const level = deciding?.level ?? 'normal'
    if (level === this.#level) return
    const event: PressureLevelEvent = {
      level,
      previous: this.#level,
      ratio: deciding?.ratio ?? 0,
      confidence: deciding?.confidence ?? 'unknown',
      source: deciding?.name,
      signal: deciding?.signal,
      reason: deciding?.reason,
      at: this.#clock.date(),
    }
    this.#level = level
    this.#queue.add(() => {
      this.#last.level = event
      this.#listeners.deliver('level', event)
      this.#onLevel?.(event)
    })
  }

  #watch(): void {
    if (this.#cancelWatch !== undefined) return
    const period = this.#staleAfter / 4
    this.#watchedAt = this.#clock.now()
    this.#cancelWatch = this.#clock.setTimer(() => {
      this.#cancelWatch = undefined
      const now = this.#clock.now()
      // Time in which this timer could not run is no silence: the sources could not run either.
      const elapsed = Math.min(Math.max(0, now - this.#watchedAt), 2 * period)
      this.#sources.age(elapsed, this.#expireAfter)
      this.#settle()
      if (this.#sources.size > 0) this.#watch()
    }, period)
  }

  #unwatch(): void {
    this.#cancelWatch?.()
    this.#cancelWatch = undefined
  }
}
