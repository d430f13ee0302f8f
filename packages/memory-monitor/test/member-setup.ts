import type { Confidence, PressureLevel } from '@cultus/core'
import type { MemorySnapshot } from '../src/index.ts'
import { containerSignal, processSignal } from '../src/machine-signals.ts'
import type { MemberReading } from '../src/members/member.ts'
import { type MemberMessage, readingOf } from '../src/members/message.ts'
import type {
  MemberHandlers,
  MemberTransport,
  ReporterHandlers,
  ViewTransport,
} from '../src/members/transport.ts'
import type { WatchedMonitor } from '../src/members/watched-monitor.ts'

const mib = 2 ** 20

/** What a monitor of a heap of 100 MiB might know, any part of it overridden. */
export function snapshotOf(parts: Partial<MemorySnapshot> = {}): MemorySnapshot {
  const process = { rssBytes: 200 * mib, externalBytes: 3 * mib, arrayBuffersBytes: 2 * mib }
  const { container } = parts
  const machine = container ? containerSignal(container) : processSignal(process, 2 ** 40)
  return {
    signals: [machine],
    at: 1_000,
    level: 'normal',
    ratio: 0.4,
    upperRatio: 0.5,
    confidence: 'confirmed',
    signal: 'heap',
    reason: 'as a test wants it',
    heap: {
      liveBytes: 40 * mib,
      usedBytes: 50 * mib,
      deathPointBytes: 100 * mib,
      ratio: 0.4,
      upperRatio: 0.5,
    },
    process,
    gc: { majors: 0, forced: 0, strikes: 0 },
    failures: 0,
    ...parts,
  }
}

/** A container with a limit of 1000 MiB that is full to some ratio. */
export function containerAt(ratio: number): NonNullable<MemorySnapshot['container']> {
  const limitBytes = 1_000 * mib
  return { version: 'v2', path: '/app', usedBytes: ratio * limitBytes, limitBytes }
}

export function readingAt(
  level: PressureLevel = 'normal',
  confidence: Confidence = 'confirmed',
  parts: Partial<MemorySnapshot> = {},
): MemberReading {
  return readingOf('a worker', snapshotOf({ level, confidence, ...parts }))
}

/** What the worker of a number sends. */
export function messageOf(number: number, parts: Partial<MemberMessage> = {}): MemberMessage {
  return {
    cultus: 'memory-member',
    protocol: 1,
    pid: process.pid,
    number,
    instance: number,
    interval: 1_000,
    reading: readingAt(),
    ...parts,
  }
}

/** A monitor that says what a test wants. */
export class FakeMonitor implements WatchedMonitor {
  running = true
  known = snapshotOf()
  readonly #listeners = new Map<() => void, 'level' | 'sample'>()

  get listeners(): number {
    return this.#listeners.size
  }

  snapshot(): MemorySnapshot {
    return this.known
  }

  on(name: 'level' | 'sample', listener: () => void): () => void {
    this.#listeners.set(listener, name)
    return () => void this.#listeners.delete(listener)
  }

  /** Measures, and says so. */
  measure(parts: Partial<MemorySnapshot> = {}): void {
    const { level } = this.known
    this.known = snapshotOf(parts)
    const told = this.known.level === level ? ['sample'] : ['sample', 'level']
    for (const [listener, name] of [...this.#listeners]) if (told.includes(name)) listener()
  }
}

/** The ends of a transport, at the command of a test. */
export class FakeViewTransport implements ViewTransport {
  readonly sent: unknown[] = []
  handlers: MemberHandlers | undefined

  open(handlers: MemberHandlers): void {
    this.handlers = handlers
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(): void {
    this.handlers = undefined
  }

  /** A message comes in. */
  arrive(data: unknown, pid: number = process.pid, number?: number): void {
    this.handlers?.message(data, { pid, ...(number !== undefined && { number }) })
  }
}

export class FakeMemberTransport implements MemberTransport {
  readonly pid: number = process.pid
  readonly number = 3
  readonly sent: MemberMessage[] = []
  failing = false
  handlers: ReporterHandlers | undefined

  open(handlers: ReporterHandlers): void {
    this.handlers = handlers
  }

  send(data: MemberMessage): void {
    if (this.failing) throw new Error('closed')
    this.sent.push(data)
  }

  close(): void {
    this.handlers = undefined
  }
}
