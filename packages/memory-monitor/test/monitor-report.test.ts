import type { PressureAlert, PressureLevelEvent } from '@cultus/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { set } from './monitor-setup.ts'

describe('on the bus', () => {
  test('each measurement is a sample and a report', () => {
    const { bus, monitor, sources } = set({ name: 'web' })
    const samples = vi.fn()
    bus.subscribe('sample', samples)
    sources.rss = 30
    sources.contain(20)
    monitor.start()
    sources.major()
    expect(samples).toHaveBeenLastCalledWith(
      expect.objectContaining({
        source: 'web',
        ratio: 0.2,
        signal: 'container',
        bytes: {
          live: 10,
          used: 10,
          deathPoint: 100,
          rss: 30,
          external: 0,
          arrayBuffers: 0,
          container: 20,
          containerLimit: 100,
        },
      }),
    )
    expect(bus.sources).toEqual([expect.objectContaining({ name: 'web', level: 'normal' })])
  })

  test('stop withdraws the source and resolves the level', () => {
    const { bus, monitor, sources } = set()
    sources.contain(97)
    monitor.start()
    monitor.stop()
    expect(bus.sources).toEqual([])
    expect(bus.level).toBe('normal')
  })

  test('a listener that stops the monitor has it stay stopped', () => {
    const { bus, monitor } = set()
    bus.subscribe('sample', () => monitor.stop())
    monitor.start()
    expect(monitor.running).toBe(false)
    expect(bus.sources).toEqual([])
  })

  test('a long interval is no silence', () => {
    const { bus, clock, monitor, sources } = set({ interval: 60_000 })
    monitor.start()
    sources.major()
    monitor.tick()
    clock.advance(59_000)
    expect(bus.confidence).toBe('confirmed')
  })

  test('nothing arrives from a monitor that was not started', () => {
    const { bus, monitor } = set()
    monitor.tick()
    expect(monitor.snapshot().heap.usedBytes).toBe(10)
    expect(bus.sources).toEqual([])
  })
})

describe('alerts', () => {
  test('come once for each change of level, and end resolved', () => {
    const { bus, clock, monitor, sources } = set()
    const onBus: PressureAlert[] = []
    const onMonitor: PressureAlert[] = []
    bus.subscribe('alert', (alert) => onBus.push(alert))
    monitor.on('alert', (alert) => onMonitor.push(alert))
    monitor.start()
    sources.contain(97)
    clock.advance(5_000)
    sources.contain(10)
    clock.advance(30_000)
    expect(onBus.map(({ severity, status }) => `${severity} ${status}`)).toEqual([
      'emergency firing',
      'critical firing',
      'warning firing',
      'warning resolved',
    ])
    expect(onBus.every(({ name }) => name === 'MemoryPressure')).toBe(true)
    expect(onMonitor).toEqual(onBus)
  })
})

describe('listeners', () => {
  test('hear of levels with the reason, until they leave', () => {
    const { monitor, sources } = set()
    const events: PressureLevelEvent[] = []
    const leave = monitor.on('level', (event) => events.push(event))
    monitor.start()
    sources.live = 70
    sources.major()
    leave()
    sources.live = 90
    sources.major()
    expect(events).toEqual([
      expect.objectContaining({
        level: 'warning',
        previous: 'normal',
        ratio: 0.7,
        confidence: 'confirmed',
        source: 'memory-monitor',
        signal: 'heap',
        reason: expect.stringContaining(
          'live in the old generation of the heap, whose death point is',
        ),
      }),
    ])
  })

  test('that throw harm neither the monitor nor each other', () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warning.mockRestore())
    const { bus, clock, monitor, sources } = set()
    const heard = vi.fn()
    for (const name of ['level', 'sample', 'alert'] as const) {
      monitor.on(name, () => {
        throw new Error('mine')
      })
      monitor.on(name, heard)
    }
    sources.contain(97)
    monitor.start()
    clock.advance(1_000)
    expect(bus.level).toBe('emergency')
    // Level and alert once, and a sample at once and then each 200 ms.
    expect(heard).toHaveBeenCalledTimes(2 + 6)
  })

  test('that measure again do not measure without end', () => {
    const { monitor } = set()
    monitor.on('sample', () => monitor.tick())
    monitor.start()
    expect(monitor.history().samples()).toHaveLength(1)
  })
})
