import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StallReading } from '../src/sources/psi.ts'
import { set } from './monitor-setup.ts'

const stalled = (scope: StallReading['scope'], someShare = 0.5): StallReading => ({
  scope,
  someShare,
  fullShare: 0,
})

describe('a container over the mark above which it is slowed down', () => {
  test('raises the level to `warning`, and further only while its tasks stall', () => {
    const { bus, clock, monitor, sources } = set()
    sources.contain(40, { highBytes: 41 })
    monitor.start()
    clock.advance(10_000)
    expect(bus.level).toBe('warning')
    expect(monitor.snapshot()).toMatchObject({ signal: 'container', confidence: 'estimated' })
    sources.stalled = stalled('container')
    clock.advance(1_000)
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot()).toMatchObject({
      confidence: 'confirmed',
      psi: { scope: 'container', someShare: 0.5 },
    })
    // Full of file cache it may stay at that mark for good.
    sources.stalled = stalled('container', 0)
    clock.advance(30_000)
    expect(bus.level).toBe('warning')
    sources.contain(10, { highBytes: 41 })
    clock.advance(30_000)
    expect(bus.level).toBe('normal')
  })

  test('of a machine without other limits leaves the machine a death point', () => {
    const { bus, clock, monitor, sources } = set()
    sources.contain(10, { limitBytes: sources.hostBytes, highBytes: 100 })
    sources.rss = 800
    sources.available = 100
    monitor.start()
    clock.advance(1_000)
    expect(bus.level).toBe('warning')
    expect(monitor.snapshot().signal).toBe('process')
  })
})

describe('a machine that runs out of memory', () => {
  test('raises the level of a large process to `warning`, and further only while all stall', () => {
    const { bus, clock, monitor, sources } = set()
    sources.rss = 300
    sources.available = 10
    monitor.start()
    clock.advance(10_000)
    expect(bus.level).toBe('warning')
    sources.stalled = stalled('host')
    clock.advance(1_000)
    expect(bus.level).toBe('emergency')
    sources.stalled = stalled('host', 0)
    clock.advance(30_000)
    expect(bus.level).toBe('warning')
    sources.available = 700
    clock.advance(30_000)
    expect(bus.level).toBe('normal')
    expect(monitor.snapshot().host).toEqual({ totalBytes: 1_000, availableBytes: 700 })
  })

  test('leaves a small process alone', () => {
    const { bus, clock, monitor, sources } = set()
    sources.rss = 10
    sources.available = 10
    sources.stalled = stalled('host', 1)
    monitor.start()
    clock.advance(10_000)
    expect(bus.level).toBe('normal')
  })

  test('holds no level that the heap has raised and left', () => {
    const { bus, clock, monitor, sources } = set()
    sources.rss = 970
    sources.live = 96
    monitor.start()
    sources.major()
    expect(bus.level).toBe('emergency')
    sources.live = 10
    sources.major()
    clock.advance(60_000)
    expect(bus.level).toBe('warning')
  })
})

test('stalls alone never change anything, whatever they are', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom<StallReading['scope']>('container', 'host'),
      fc.boolean(),
      (share, scope, contained) => {
        const { bus, clock, monitor, sources } = set()
        if (contained) sources.contain(60, { highBytes: 90 })
        sources.rss = 600
        sources.stalled = stalled(scope, share)
        monitor.start()
        clock.advance(5_000)
        expect(bus.level).toBe('normal')
        monitor.stop()
      },
    ),
  )
})

test('what fills the container is in the reason', () => {
  const { monitor, sources } = set()
  sources.contain(80)
  sources.rss = 75
  sources.external = 60
  sources.arrayBuffers = 55
  expect(monitor.snapshot().reason).toContain('is in buffers outside the heap')
})

test('an event of the container has a measurement taken, and decides nothing by itself', () => {
  const { bus, clock, monitor, sources } = set()
  sources.contain(20, { recentEvents: 3 })
  monitor.start()
  expect(monitor.history().samples()).toHaveLength(1)
  sources.event()
  expect(monitor.history().samples()).toHaveLength(2)
  expect(bus.level).toBe('normal')
  expect(monitor.snapshot().reason).toContain('came to its limit 3 times')
  sources.contain(96)
  sources.event()
  expect(bus.level).toBe('emergency')
  monitor.stop()
  sources.event()
  expect(monitor.history().samples()).toHaveLength(3)
  expect(clock.pendingTimers).toBe(0)
})
