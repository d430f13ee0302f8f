import { type PressureAlert, PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { type Mock, onTestFinished, vi } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import { type AlertSink, functionSink } from '../src/alerts/sink.ts'
import type { AlertSinkStatus } from '../src/alerts/sink-lane.ts'
import { type WebhookSinkOptions, webhookSink } from '../src/alerts/webhook-sink.ts'
import { type Receiver, until } from './alert-receiver.ts'

/** An alert of the worst kind. */
export const alert: PressureAlert = {
  name: 'MemoryPressure',
  source: 'web',
  severity: 'emergency',
  status: 'firing',
  summary: 'memory is at emergency: full',
  labels: { signal: 'heap' },
  at: Date.UTC(2025, 0, 1),
}

/** The time limit of a request, in milliseconds. */
export const timeout = 200
const sendTimeout = 60_000

/** A clock that remembers the pauses it was asked for, time limits left out. */
class WatchedClock extends FakeClock {
  readonly pauses: number[] = []

  override setTimer(callback: () => void, delay: number): () => void {
    if (delay !== timeout && delay !== sendTimeout) this.pauses.push(delay)
    return super.setTimer(callback, delay)
  }

  /** Waits for the next pause to begin, and returns its length. */
  async nextPause(): Promise<number> {
    await until(() => this.pauses.length > 0)
    return this.pauses.shift() ?? 0
  }
}

/** An engine with a webhook, and all that it touches. */
export interface WebhookSetup {
  readonly clock: WatchedClock
  readonly bus: PressureBus
  readonly engine: AlertEngine
  readonly failures: readonly string[]
  /** How the webhook fares. */
  readonly sink: () => AlertSinkStatus
  /** A sink beside the webhook. */
  readonly other: Mock
}

/** An engine with a webhook whose pauses pass only when the test moves the clock. */
export function engineTo(
  receiver: Receiver,
  options: Partial<WebhookSinkOptions> = {},
): WebhookSetup {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const clock = new WatchedClock()
  const bus = new PressureBus({ clock })
  const other = vi.fn()
  const sinks: AlertSink[] = [
    webhookSink({ url: receiver.url, timeout, ...options }),
    functionSink(other),
  ]
  const engine = new AlertEngine({
    sinks,
    rules: [],
    repeatInterval: Number.POSITIVE_INFINITY,
    sendTimeout,
    bus,
    clock,
  }).start()
  onTestFinished(() => engine.stop())
  clock.pauses.length = 0
  const failures: string[] = []
  engine.on('failure', ({ reason }) => failures.push(reason))
  const sink = () => {
    const [first] = engine.status().sinks
    if (first === undefined) throw new Error('there is no sink')
    return first
  }
  return { clock, bus, engine, failures, sink, other }
}
