import { describe, expect, test, vi } from 'vitest'
import { parseProcessMessage } from '../src/members/message.ts'
import type { Signal } from '../src/signal.ts'
import {
  containerAt,
  type FakeViewTransport,
  messageOf,
  readingAt,
  snapshotOf,
} from './member-setup.ts'
import { set } from './member-view-setup.ts'

/** What was told of the level that members share, in order; `null` for a goodbye. */
function levelsTold({ sent }: FakeViewTransport): readonly unknown[] {
  return sent.map((data) => {
    const message = parseProcessMessage(data)
    expect(message).toBeDefined()
    return message?.report?.level ?? null
  })
}

describe('what a view shows', () => {
  test('is the main thread first, and every worker by its own heap', () => {
    const { view, transport } = set()
    transport.arrive(messageOf(3))
    transport.arrive(messageOf(5, { reading: readingAt('critical') }))
    expect(view.members().map(({ id, level }) => [id, level])).toEqual([
      ['main', 'normal'],
      ['worker-3', 'normal'],
      ['worker-5', 'critical'],
    ])
    expect(view.worst().id).toBe('worker-5')
    expect(view.total()).toMatchObject({ members: 3, level: 'critical' })
  })

  test('says that the main thread is unknown while its monitor is stopped', () => {
    const { view, monitor } = set()
    monitor.running = false
    expect(view.members()[0]?.confidence).toBe('unknown')
  })

  test('is offered as metrics whose labels do not grow with the workers', () => {
    const { view, registry, transport } = set()
    const series = (): readonly string[] =>
      registry.statusProviders.flatMap((provider) =>
        [...provider.metrics()].map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`),
      )
    const before = series()
    expect(before.length).toBeGreaterThan(0)
    for (let number = 1; number < 20; number++) transport.arrive(messageOf(number))
    expect(series()).toEqual(before)
    view.stop()
    expect(registry.statusProviders).toEqual([])
  })
})

describe('the level of a worker', () => {
  test('is an event and an alert, and leaves the bus of the main thread alone', () => {
    const { view, bus, transport, alerts } = set()
    const heard: unknown[] = []
    view.on('joined', ({ member }) => heard.push(['joined', member.id]))
    view.on('level', ({ member, previous }) => heard.push([previous, member.level]))
    view.on('left', ({ member, reason }) => heard.push([member.id, reason]))
    transport.arrive(messageOf(3, { reading: readingAt('emergency') }))
    expect(bus.level).toBe('normal')
    transport.arrive(messageOf(3))
    transport.arrive(messageOf(3, { reading: null }))
    expect(heard).toEqual([
      ['joined', 'worker-3'],
      ['normal', 'emergency'],
      ['emergency', 'normal'],
      ['worker-3', 'stopped'],
    ])
    expect(alerts.map(({ source, severity, status }) => [source, severity, status])).toEqual([
      ['worker-3', 'emergency', 'firing'],
      ['worker-3', 'emergency', 'resolved'],
    ])
    expect(alerts[0]?.labels).toEqual({ level: 'emergency', signal: 'heap', member: 'a worker' })
  })

  test('resolves its alert when the worker dies of it', () => {
    const { transport, alerts } = set()
    transport.arrive(messageOf(3, { reading: readingAt('emergency') }))
    transport.handlers?.end(3, 'out-of-memory')
    expect(alerts.at(-1)).toMatchObject({
      source: 'worker-3',
      status: 'resolved',
      summary: 'worker-3 ran out of memory and is gone',
    })
  })

  test('is kept while it is silent, and time in which the main thread was blocked is no silence', () => {
    const { view, clock, shift, transport } = set()
    transport.arrive(messageOf(3, { reading: readingAt('critical') }))
    shift(600_000)
    clock.advance(1_000)
    expect(view.members()[1]?.confidence).toBe('confirmed')
    shift(-900_000)
    clock.advance(2_000)
    expect(view.members()[1]?.confidence).toBe('confirmed')
    clock.advance(5_000)
    expect(view.members()[1]).toMatchObject({ level: 'critical', confidence: 'unknown' })
    clock.advance(300_000)
    expect(view.members()).toHaveLength(1)
  })
})

describe('what members share', () => {
  test('is told at once when it changes, and repeated lest it be forgotten', () => {
    const { clock, monitor, transport } = set()
    expect(levelsTold(transport)).toEqual(['normal'])
    monitor.measure({ container: containerAt(0.9) })
    expect(levelsTold(transport)).toEqual(['normal', 'critical'])
    monitor.measure({ container: containerAt(0.9) })
    clock.advance(4_000)
    expect(transport.sent).toHaveLength(2)
    clock.advance(1_000)
    expect(levelsTold(transport)).toEqual(['normal', 'critical', 'critical'])
  })

  test('is told to one that joins while it is elevated', () => {
    const { monitor, transport } = set()
    transport.arrive(messageOf(2))
    expect(transport.sent).toHaveLength(1)
    monitor.measure({ container: containerAt(0.9) })
    transport.arrive(messageOf(3))
    expect(levelsTold(transport)).toEqual(['normal', 'critical', 'critical'])
    transport.arrive(messageOf(3))
    expect(transport.sent).toHaveLength(3)
  })

  test('is not the heap of the main thread', () => {
    const { monitor, transport } = set()
    monitor.measure({ level: 'emergency', ratio: 0.97 })
    expect(levelsTold(transport)).toEqual(['normal'])
  })

  test('is not a forecast of the heap of the main thread, but is one of the container', () => {
    const { monitor, transport } = set()
    const forecast = (of: 'heap' | 'container'): Signal => ({
      ...{ name: 'forecast', of, ratio: 0.9, lower: 0.9, upper: 0.9, confidence: 'confirmed' },
      reason: 'full in eight seconds',
    })
    monitor.measure({ signals: [...snapshotOf().signals, forecast('heap')] })
    expect(levelsTold(transport)).toEqual(['normal'])
    monitor.measure({ signals: [...snapshotOf().signals, forecast('container')] })
    expect(levelsTold(transport)).toEqual(['normal', 'critical'])
  })

  test('comes back to normal when the container does', () => {
    const { clock, monitor, transport } = set()
    monitor.measure({ container: containerAt(0.97) })
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000)
      monitor.measure({ container: containerAt(0.3) })
    }
    expect(levelsTold(transport).at(-1)).toBe('normal')
  })

  test('is not told while nothing can be read, and taken back when nobody measures', () => {
    const { clock, monitor, transport } = set()
    monitor.known = { ...monitor.known, confidence: 'unknown' }
    clock.advance(20_000)
    expect(levelsTold(transport)).toEqual(['normal'])
    monitor.running = false
    clock.advance(20_000)
    expect(levelsTold(transport)).toEqual(['normal', null])
  })

  test('is repeated though the clock went back', () => {
    const { clock, shift, transport } = set()
    shift(-900_000)
    clock.advance(10_000)
    expect(levelsTold(transport)).toEqual(['normal', 'normal'])
  })
})

describe('what a view does not take', () => {
  test('is noise, other processes, other numbers than the sender has, and itself', () => {
    const { view, transport } = set()
    for (const data of [undefined, null, 7, 'x', {}, { cultus: 'memory-member' }])
      transport.arrive(data)
    transport.arrive(messageOf(3, { pid: process.pid + 1 }))
    transport.arrive(messageOf(3), process.pid + 1)
    transport.arrive(messageOf(3), process.pid, 4)
    transport.arrive(messageOf(0))
    transport.arrive({ ...messageOf(3), protocol: 2 })
    expect(view.members()).toHaveLength(1)
    transport.arrive(messageOf(3), process.pid, 3)
    expect(view.members()).toHaveLength(2)
  })
})

describe('a view that is stopped', () => {
  test('leaves nothing behind, and says goodbye', () => {
    const { view, clock, monitor, transport, alerts } = set()
    transport.arrive(messageOf(3, { reading: readingAt('critical') }))
    view.stop()
    expect(view.running).toBe(false)
    expect(transport.handlers).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
    expect(monitor.listeners).toBe(0)
    expect(levelsTold(transport).at(-1)).toBeNull()
    expect(alerts.at(-1)).toMatchObject({ source: 'worker-3', status: 'resolved' })
    const sent = transport.sent.length
    view.stop()
    expect(transport.sent).toHaveLength(sent)
  })

  test('by a listener in the middle of an event says no more', () => {
    const { view, transport, alerts } = set()
    view.on('joined', () => view.stop())
    const levels = vi.fn()
    view.on('level', levels)
    transport.arrive(messageOf(3, { reading: readingAt('critical') }))
    expect(levels).not.toHaveBeenCalled()
    expect(alerts.filter(({ status }) => status === 'firing')).toEqual([])
  })
})

test('a listener or a transport that throws harms neither the view nor others', () => {
  const { view, transport, clock } = set()
  view.on('joined', () => {
    throw new Error('from a listener')
  })
  const heard = vi.fn()
  view.on('joined', heard)
  transport.send = () => {
    throw new Error('from a transport')
  }
  transport.arrive(messageOf(3))
  clock.advance(20_000)
  expect(heard).toHaveBeenCalledOnce()
  expect(view.members()).toHaveLength(2)
  view.stop()
  expect(transport.handlers).toBeUndefined()
})
