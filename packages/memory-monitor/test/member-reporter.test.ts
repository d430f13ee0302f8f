import { PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ProcessMessage, parseMemberMessage } from '../src/members/message.ts'
import { Reporter } from '../src/members/reporter.ts'
import { FakeMemberTransport, FakeMonitor } from './member-setup.ts'

interface ReporterSetup {
  readonly clock: FakeClock
  readonly bus: PressureBus
  readonly monitor: FakeMonitor
  readonly transport: FakeMemberTransport
  readonly reporter: Reporter
}

function set(): ReporterSetup {
  const clock = new FakeClock(1_000)
  const bus = new PressureBus({ clock })
  const monitor = new FakeMonitor()
  const transport = new FakeMemberTransport()
  const reporter = new Reporter({ monitor, transport, name: 'render', interval: 1_000, bus, clock })
  onTestFinished(() => reporter.stop())
  return { clock, bus, monitor, transport, reporter }
}

/** What a view says. */
function told(parts: Partial<ProcessMessage> = {}): ProcessMessage {
  return {
    cultus: 'memory-process',
    protocol: 1,
    pid: process.pid,
    report: {
      level: 'critical',
      ratio: 0.9,
      confidence: 'confirmed',
      signal: 'container',
      reason: 'full',
    },
    ...parts,
  }
}

const levels = ({ sent }: FakeMemberTransport): readonly unknown[] =>
  sent.map((data) => {
    const message = parseMemberMessage(structuredClone(data))
    expect(message).toEqual(data)
    return message?.reading?.level ?? null
  })

describe('a reporter', () => {
  test('tells at once, at every interval, and when the level changes', () => {
    const { clock, monitor, transport } = set()
    expect(levels(transport)).toEqual(['normal'])
    clock.advance(2_000)
    expect(transport.sent).toHaveLength(3)
    monitor.measure({ level: 'warning' })
    expect(levels(transport)).toEqual(['normal', 'normal', 'normal', 'warning'])
    monitor.measure({ level: 'warning' })
    expect(transport.sent).toHaveLength(4)
  })

  test('takes its leave once when the monitor stops, and comes back with it', () => {
    const { clock, monitor, transport } = set()
    monitor.running = false
    clock.advance(3_000)
    expect(levels(transport)).toEqual(['normal', null])
    monitor.running = true
    clock.advance(1_000)
    expect(levels(transport)).toEqual(['normal', null, 'normal'])
  })

  test('says goodbye when its thread ends', () => {
    const { transport } = set()
    transport.handlers?.end()
    expect(levels(transport)).toEqual(['normal', null])
  })

  test('that is stopped leaves nothing behind', () => {
    const { clock, bus, monitor, transport, reporter } = set()
    transport.handlers?.message(told())
    expect(bus.level).toBe('critical')
    reporter.stop()
    reporter.stop()
    expect(levels(transport)).toEqual(['normal', null])
    expect(transport.handlers).toBeUndefined()
    expect(monitor.listeners).toBe(0)
    expect(clock.pendingTimers).toBe(0)
    expect(bus.sources).toEqual([])
  })

  test('survives a transport that fails', () => {
    const { clock, transport } = set()
    transport.failing = true
    clock.advance(5_000)
    transport.failing = false
    clock.advance(1_000)
    expect(levels(transport)).toEqual(['normal', 'normal'])
  })
})

describe('the level of the process', () => {
  test('is a source on the bus of the worker until the view goes', () => {
    const { bus, transport } = set()
    transport.handlers?.message(told())
    expect(bus.sources).toMatchObject([
      { name: 'process', level: 'critical', signal: 'container', confidence: 'confirmed' },
    ])
    transport.handlers?.message(told({ report: null }))
    expect(bus.sources).toEqual([])
  })

  test('turns unknown with the silence of the view, and keeps its level', () => {
    const { bus, clock, transport } = set()
    transport.handlers?.message(told())
    clock.advance(20_000)
    expect(bus.sources).toMatchObject([{ level: 'critical', confidence: 'unknown' }])
  })

  test('is not taken from noise, nor from another process or protocol', () => {
    const { bus, transport } = set()
    for (const data of [null, 7, {}, told({ pid: process.pid + 1 }), { ...told(), protocol: 2 }])
      transport.handlers?.message(data)
    expect(bus.sources).toEqual([])
  })

  test('leaves a source of that name alone that is not its own', () => {
    const { bus, reporter } = set()
    bus.publish('process', { level: 'warning', ratio: 0.8 })
    reporter.stop()
    expect(bus.level).toBe('warning')
  })
})
