import { PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { expect } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import { alertKey } from '../src/alerts/alert-state.ts'
import type { AlertGroupField } from '../src/alerts/delivery-book.ts'
import type { AlertDelivery, AlertNotification, AlertSink } from '../src/alerts/sink.ts'

const repeatInterval = 60_000
const sendTimeout = 1_000
const maxAlerts = 4
const rateLimit = { burst: 3, interval: 2_000 }
export const modes = ['take', 'resolve', 'reject', 'throw', 'hang', 'demand'] as const
export type Mode = (typeof modes)[number]

/** What a receiver can tell of an alert from what it was sent. */
interface Known {
  told: AlertDelivery | undefined
  toldAt: number
  attempted: boolean
  unsure: boolean
}

/** A sink that behaves as it is told, and holds the engine to its promises. */
export class CheckedSink implements AlertSink {
  readonly name: string
  readonly #world: World
  readonly known = new Map<string, Known>()
  readonly open: { readonly settle: () => void; readonly signal: AbortSignal }[] = []
  readonly sentAt: number[] = []
  mode: Mode = 'take'
  reentrant: (() => void) | undefined
  attempts = 0
  reports = 0

  constructor(name: string, world: World) {
    this.name = name
    this.#world = world
  }

  send(notification: AlertNotification, { signal }: { signal: AbortSignal }): unknown {
    this.#world.observe(() => this.#checkSend(notification))
    return this.#behave(signal)
  }

  #checkSend(notification: AlertNotification): void {
    expect(this.attempts, 'one at a time').toBe(this.reports)
    this.attempts++
    expect(notification.alerts.length).toBeGreaterThan(0)
    const keys = new Set(notification.alerts.map(alertKey))
    expect(keys.size).toBe(notification.alerts.length)
    expect(notification.status === 'firing').toBe(
      notification.alerts.some(({ status }) => status === 'firing'),
    )
    for (const alert of notification.alerts) {
      for (const [field, value] of Object.entries(notification.group))
        expect(alert[field as AlertGroupField]).toBe(value)
      this.#checkAttempt(alert)
    }
    if (this.#world.engine.running) {
      this.sentAt.push(this.#world.elapsed)
      this.#checkRate()
    }
  }

  #behave(signal: AbortSignal): unknown {
    this.reentrant?.()
    switch (this.mode) {
      case 'take':
        return undefined
      case 'resolve':
        return Promise.resolve()
      case 'reject':
        return Promise.reject(new Error('no'))
      case 'demand':
        return Promise.reject(Object.assign(new Error('later'), { retryAfter: 20_000 }))
      case 'throw':
        throw new Error('never')
      case 'hang':
        return new Promise<void>((resolve) => this.open.push({ settle: resolve, signal }))
    }
  }

  /** The engine says how the call ended. */
  report({ alerts }: AlertNotification, delivered: boolean): void {
    this.reports++
    expect(this.reports).toBe(this.attempts)
    for (const alert of alerts) {
      const known = this.#of(alert)
      known.unsure = !delivered
      if (!delivered) continue
      known.told = alert
      known.toldAt = this.#world.clock.now()
      if (alert.status === 'resolved') known.attempted = false
    }
  }

  #of(alert: AlertDelivery): Known {
    const key = alertKey(alert)
    const known = this.known.get(key) ?? {
      told: undefined,
      toldAt: 0,
      attempted: false,
      unsure: false,
    }
    this.known.set(key, known)
    return known
  }

  #checkAttempt(alert: AlertDelivery): void {
    const known = this.#of(alert)
    const { told, toldAt, attempted, unsure } = known
    const wasFiring = told?.status === 'firing'
    expect(alert.startsAt).toBeLessThanOrEqual(this.#world.latestDate)
    switch (alert.change) {
      case 'fired':
        expect(wasFiring, 'never fired twice').toBe(false)
        break
      case 'updated':
        expect(wasFiring).toBe(true)
        expect(alert.severity !== told?.severity || unsure).toBe(true)
        break
      case 'repeated':
        expect(wasFiring && !unsure).toBe(true)
        expect(alert.severity).toBe(told?.severity)
        if (!this.#world.jumped)
          expect(this.#world.clock.now() - toldAt).toBeGreaterThanOrEqual(repeatInterval)
        break
      case 'resolved':
        expect(attempted, 'an end only of what began').toBe(true)
        expect(alert.endsAt).toBeGreaterThanOrEqual(alert.startsAt)
    }
    expect(alert.status).toBe(alert.change === 'resolved' ? 'resolved' : 'firing')
    if (alert.status === 'firing') known.attempted = true
  }

  #checkRate(): void {
    const last = this.sentAt.at(-1) ?? 0
    for (const [index, at] of this.sentAt.entries()) {
      const most = rateLimit.burst + Math.floor((last - at) / rateLimit.interval)
      expect(this.sentAt.length - index, 'within the rate').toBeLessThanOrEqual(most)
    }
  }
}

/** What varies between the engines under test. */
export interface Settings {
  readonly hold: number
  readonly groupWait: number
  readonly groupBy: readonly AlertGroupField[]
  readonly resolveOnStop: boolean
}

/** An engine under test, its sinks, and what was heard of it. */
export class World {
  readonly clock = new FakeClock(1_000)
  readonly bus = new PressureBus({ clock: this.clock })
  readonly sinks: readonly [CheckedSink, CheckedSink] = [
    new CheckedSink('first', this),
    new CheckedSink('second', this),
  ]
  readonly engine: AlertEngine
  /** Time as it passed, without what jumps took back. */
  elapsed = 0
  latestDate: number = this.clock.date()
  jumped = false
  readonly breaches: unknown[] = []

  constructor({ hold, groupWait, groupBy, resolveOnStop }: Settings) {
    this.engine = new AlertEngine({
      sinks: this.sinks,
      rules: [],
      for: { info: hold, warning: hold },
      groupWait,
      groupBy,
      repeatInterval,
      sendTimeout,
      rateLimit,
      maxAlerts,
      resolveOnStop,
      bus: this.bus,
      clock: this.clock,
    })
    for (const [event, delivered] of [
      ['delivery', true],
      ['failure', false],
    ] as const) {
      this.engine.on(event, ({ sink: name, notification }) => {
        for (const sink of this.sinks)
          if (sink.name === name) this.observe(() => sink.report(notification, delivered))
      })
      this.engine.on(event, () => {
        throw new Error('a listener that throws')
      })
    }
  }

  advance(milliseconds: number): void {
    // Each send is checked against the time it happens at.
    const start = this.clock.now()
    const before = this.elapsed
    let left = milliseconds
    while (left > 0) {
      const step = Math.min(left, 250)
      this.elapsed = before + (this.clock.now() - start) + step
      this.latestDate = Math.max(this.latestDate, this.clock.date() + step)
      this.clock.advance(step)
      left -= step
    }
  }

  jump(milliseconds: number): void {
    this.jumped = true
    this.clock.jump(milliseconds)
    this.elapsed += Math.max(0, milliseconds)
    this.latestDate = Math.max(this.latestDate, this.clock.date())
  }

  /** Keeps what a check says inside a callback, from which the engine would catch it. */
  observe(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.breaches.push(error)
    }
  }

  check(): void {
    for (const breach of this.breaches) throw breach
    const { engine, clock } = this
    const { running, firing, pending, sinks } = engine.status()
    expect(firing.length + pending).toBeLessThanOrEqual(maxAlerts)
    for (const sink of sinks) {
      expect(sink.tracked).toBeLessThanOrEqual(maxAlerts)
      expect(sink.owed).toBeLessThanOrEqual(sink.tracked)
    }
    const sending = sinks.filter((sink) => sink.sending).length
    // One timer for holds, and for each sink one that waits for its turn or for its answer.
    if (running) expect(clock.pendingTimers).toBeLessThanOrEqual(3)
    else expect(clock.pendingTimers).toBe(sending)
  }
}
