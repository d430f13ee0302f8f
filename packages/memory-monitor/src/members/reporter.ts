import { type Clock, isolate, type PressureBus } from '@cultus/core'
import { type MemberMessage, memberProtocol, parseProcessMessage, readingOf } from './message.ts'
import type { MemberTransport } from './transport.ts'
import type { WatchedMonitor } from './watched-monitor.ts'

/** What a reporter is made of. */
export interface ReporterParts {
  readonly monitor: WatchedMonitor
  readonly transport: MemberTransport
  readonly name: string
  readonly interval: number
  readonly bus: PressureBus
  readonly clock: Clock
}

/** The source on the bus of a worker thread under which the level of its process appears. */
const sharedSource = 'process'

/**
 * Tells a view what a monitor measures: at once when the level changes, and at every interval; and
 * puts what the view says of the process on the bus.
 */
export class Reporter {
  readonly #parts: ReporterParts
  readonly #instance = Math.random()
  readonly #leaveMonitor: () => void
  #running = true
  #cancelTimer: (() => void) | undefined
  #present = false
  #shares = false

  constructor(parts: ReporterParts) {
    this.#parts = parts
    parts.transport.open({ message: (data) => this.#hear(data), end: () => this.#leave() })
    this.#leaveMonitor = parts.monitor.on('level', () => this.#tell())
    this.#beat()
  }

  /** Says goodbye, and leaves no channel, timer or listener behind. */
  stop(): void {
    if (!this.#running) return
    this.#running = false
    this.#cancelTimer?.()
    this.#leaveMonitor()
    this.#leave()
    isolate('the transport of a reporter', () => this.#parts.transport.close())
    this.#forget()
  }

  #beat(): void {
    this.#tell()
    this.#cancelTimer = this.#parts.clock.setTimer(() => {
      if (this.#running) this.#beat()
    }, this.#parts.interval)
  }

  #tell(): void {
    const { monitor, name } = this.#parts
    // What is not measured any more is not worth repeating.
    if (!monitor.running) this.#leave()
    else isolate('the report of a member', () => this.#send(readingOf(name, monitor.snapshot())))
  }

  #leave(): void {
    if (this.#present) this.#send(null)
  }

  #send(reading: MemberMessage['reading']): void {
    const { transport, interval } = this.#parts
    const { pid, number } = transport
    const message: MemberMessage = {
      cultus: 'memory-member',
      protocol: memberProtocol,
      pid,
      number,
      instance: this.#instance,
      interval,
      reading,
    }
    this.#present = reading !== null
    isolate('the transport of a reporter', () => transport.send(message))
  }

  #hear(data: unknown): void {
    const message = parseProcessMessage(data)
    if (!this.#running || message?.pid !== this.#parts.transport.pid) return
    const { report } = message
    if (report === null) this.#forget()
    else {
      this.#shares = true
      this.#parts.bus.publish(sharedSource, report)
    }
  }

  #forget(): void {
    if (this.#shares) this.#parts.bus.withdraw(sharedSource)
    this.#shares = false
  }
}
