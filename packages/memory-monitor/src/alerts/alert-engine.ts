import {
  type Clock,
  Emitter,
  numberOption,
  type PressureAlert,
  type PressureBus,
} from '@cultus/core'
import { AlertLedger, type Holds } from './alert-ledger.ts'
import { type AlertState, readAlert } from './alert-state.ts'
import { DeliveryBook } from './delivery-book.ts'
import {
  type AlertEngineOptions,
  type ResolvedEngineOptions,
  resolveEngineOptions,
} from './engine-options.ts'
import { longestDuration } from './rule.ts'
import { RuleBook, type RuleVerdict } from './rule-book.ts'
import {
  type AlertDeliveryEvent,
  type AlertFailureEvent,
  type AlertSinkStatus,
  SinkLane,
} from './sink-lane.ts'
import { TokenBucket } from './token-bucket.ts'

/** The payload of each event of an engine. */
export interface AlertEngineEvents {
  readonly delivery: AlertDeliveryEvent
  readonly failure: AlertFailureEvent
}

/** What an engine knows at one moment. */
export interface AlertEngineStatus {
  readonly running: boolean
  /** The alerts that fire. */
  readonly firing: readonly AlertState[]
  /** Alerts that hold but not yet long enough to fire. */
  readonly pending: number
  /** Alerts from the bus that were not understood. */
  readonly ignored: number
  /** Times a new alert was refused because `maxAlerts` were active. */
  readonly refused: number
  readonly sinks: readonly AlertSinkStatus[]
}

const checkInterval = 5_000

/**
 * Sends alerts to where people see them: those that anyone raises on the bus, and
 * those of its own rules.
 *
 * Each sink is told of an alert once, again when its severity changes, and when it is over. A sink
 * that throws, rejects or hangs harms neither the process nor the other sinks: it is reported, and
 * asked again later.
 */
export class AlertEngine {
  readonly #bus: PressureBus
  readonly #clock: Clock
  readonly #holds: Holds
  readonly #resolveOnStop: boolean
  readonly #ledger: AlertLedger
  readonly #rules: RuleBook
  readonly #lanes: readonly SinkLane[]
  readonly #listeners = new Emitter<AlertEngineEvents>('the alert engine', ['delivery', 'failure'])
  readonly #waiting = new Set<() => void>()
  #leave: readonly (() => void)[] | undefined
  #cancelHold: (() => void) | undefined
  #cancelCheck: (() => void) | undefined
  #ignored = 0

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: AlertEngineOptions) {
    const resolved = resolveEngineOptions(options)
    this.#bus = resolved.bus
    this.#clock = resolved.clock
    this.#holds = resolved.holds
    this.#resolveOnStop = resolved.resolveOnStop
    this.#ledger = new AlertLedger(resolved.maxAlerts)
    this.#rules = new RuleBook(resolved.rules, resolved.name, resolved.maxAlerts)
    this.#lanes = this.#lanesTo(resolved)
  }

  /** Whether the engine was started and not stopped since. */
  get running(): boolean {
    return this.#leave !== undefined
  }

  /** Begins to listen to the bus, and goes on until `stop`; starting twice is starting once. */
  start(): this {
    if (this.running) return this
    const leave: (() => void)[] = []
    this.#leave = leave
    for (const lane of this.#lanes) lane.open()
    leave.push(
      this.#bus.subscribe('alert', (alert) => this.#follow([{ alert, holds: this.#holds }])),
      this.#bus.subscribe('level', ({ level }) => {
        this.#follow(this.#rules.atLevel(level, this.#clock.date()))
      }),
      this.#bus.subscribe('sample', (sample) => {
        this.#follow(this.#rules.atSample(sample, this.#clock.date()))
      }),
    )
    // A sink that heard of the replayed events may have stopped the engine.
    if (this.#leave !== leave) for (const end of leave) end()
    if (this.running && this.#cancelCheck === undefined && this.#rules.needsChecks) this.#check()
    this.#awaitHolds()
    return this
  }

  /**
   * Ends listening. Sinks are told, once and without waiting, that what fires is over,
   * unless `resolveOnStop` is false; a call that is under way may last up to `sendTimeout`.
   * `flush` waits for it.
   */
  stop(): void {
    if (this.#leave === undefined) return
    for (const leave of this.#leave) leave()
    this.#leave = undefined
    this.#cancelHold?.()
    this.#cancelHold = undefined
    this.#cancelCheck?.()
    this.#cancelCheck = undefined
    this.#ledger.forgetPending()
    if (this.#resolveOnStop) this.#rules.clear()
    const over = this.#resolveOnStop ? this.#ledger.resolveAll(this.#clock.date()) : undefined
    for (const lane of this.#lanes) lane.close(over)
  }

  /** The same as `stop`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  /**
   * Waits until the sinks know all there is to know, at most `timeout` milliseconds, and tells
   * whether they do. Nothing waits for its group any more; rates are kept. After `stop`, what is
   * still under way then is given up.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`
   */
  async flush(timeout = 5_000): Promise<boolean> {
    numberOption('timeout', timeout, 0, longestDuration)
    for (const lane of this.#lanes) lane.hurry()
    if (!this.#idle && timeout > 0) await this.#settled(timeout)
    const idle = this.#idle
    if (!this.running) for (const lane of this.#lanes) lane.abort()
    return idle
  }

  /** What the engine knows now. */
  status(): AlertEngineStatus {
    return {
      running: this.running,
      firing: this.#ledger.firing,
      pending: this.#ledger.pending,
      ignored: this.#ignored,
      refused: this.#ledger.refused,
      sinks: this.#lanes.map((lane) => lane.status),
    }
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener
   * that is no function.
   */
  on<N extends keyof AlertEngineEvents>(
    name: N,
    listener: (event: AlertEngineEvents[N]) => void,
  ): () => void {
    return this.#listeners.on(name, listener)
  }

  get #idle(): boolean {
    return this.#lanes.every(({ idle }) => idle)
  }

  #lanesTo(resolved: ResolvedEngineOptions): readonly SinkLane[] {
    const { sinks, groupBy, groupWait, repeatInterval, maxAlerts } = resolved
    const { rateLimit, sendTimeout, clock } = resolved
    const names = new Set<string>()
    return sinks.map((sink) => {
      let name = sink.name
      for (let copy = 2; names.has(name); copy++) name = `${sink.name}#${copy}`
      names.add(name)
      return new SinkLane({
        sink,
        name,
        book: new DeliveryBook({
          groupBy,
          groupWait,
          repeatInterval: sink.repeatInterval ?? repeatInterval,
          most: maxAlerts,
        }),
        bucket: new TokenBucket(rateLimit, clock.now()),
        sendTimeout,
        clock,
        delivered: (event) => this.#listeners.deliver('delivery', event),
        failed: (event) => this.#listeners.deliver('failure', event),
        settled: () => {
          if (this.#waiting.size > 0 && this.#idle) for (const wake of this.#waiting) wake()
        },
      })
    })
  }

  #follow(verdicts: readonly RuleVerdict[]): void {
    if (verdicts.length === 0 || !this.running) return
    const states = verdicts.flatMap((verdict) => this.#record(verdict) ?? [])
    this.#tell(states)
    this.#awaitHolds()
  }

  #record({ alert, holds }: RuleVerdict): AlertState | undefined {
    let read: PressureAlert | undefined
    try {
      read = readAlert(alert, this.#clock.date())
    } catch {
      // Anyone may publish anything: reading it may throw.
    }
    if (read === undefined) {
      this.#ignored++
      return undefined
    }
    if (read.status === 'resolved') return this.#ledger.resolve(read)
    return this.#ledger.raise(read, holds, this.#clock.now())
  }

  #tell(states: readonly AlertState[]): void {
    if (states.length === 0) return
    // All are told how things stand before any sends: a sink may raise or end alerts while
    // it is told of these.
    for (const lane of this.#lanes) for (const state of states) lane.offer(state)
    for (const lane of this.#lanes) lane.pump()
  }

  #awaitHolds(): void {
    this.#cancelHold?.()
    this.#cancelHold = undefined
    if (!this.running) return
    const now = this.#clock.now()
    const due = this.#ledger.nextDue(now)
    if (due === undefined) return
    this.#cancelHold = this.#clock.setTimer(
      () => {
        this.#cancelHold = undefined
        this.#tell(this.#ledger.due(this.#clock.now()))
        this.#awaitHolds()
      },
      Math.max(0, due - now),
    )
  }

  #check(): void {
    const checkedAt = this.#clock.now()
    this.#cancelCheck = this.#clock.setTimer(() => {
      this.#cancelCheck = undefined
      const passed = this.#clock.now() - checkedAt
      // Time in which this timer could not run is no silence: the sources could not run either.
      const elapsed = Math.min(Math.max(passed, 0), 2 * checkInterval)
      const { confidence, sources } = this.#bus
      this.#follow(this.#rules.atCheck(confidence, sources.length > 0, elapsed, this.#clock.date()))
      // A sink may have stopped the engine and started it again.
      if (this.running && this.#cancelCheck === undefined) this.#check()
    }, checkInterval)
  }

  async #settled(timeout: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancelTimer()
        this.#waiting.delete(wake)
        resolve()
      }
      const cancelTimer = this.#clock.setTimer(wake, timeout)
      this.#waiting.add(wake)
    })
  }
}
