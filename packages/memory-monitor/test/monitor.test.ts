import { describe, expect, test } from 'vitest'
import type { MemoryMonitorOptions } from '../src/index.ts'
import { set } from './monitor-setup.ts'

describe('measuring', () => {
  test('happens at once, then at the interval', () => {
    const { clock, monitor } = set()
    monitor.start()
    expect(monitor.history().samples()).toHaveLength(1)
    clock.advance(999)
    expect(monitor.history().samples()).toHaveLength(1)
    clock.advance(1)
    expect(monitor.history().samples()).toHaveLength(2)
  })

  test('comes fast within ten points of the first threshold, and slow again after', () => {
    const { clock, monitor, sources } = set()
    sources.live = 60
    monitor.start()
    clock.advance(1_000)
    expect(monitor.history().samples()).toHaveLength(6)
    sources.live = 59
    clock.advance(2_200)
    expect(monitor.history().samples()).toHaveLength(9)
  })

  test('comes fast above normal', () => {
    const { clock, monitor, sources } = set({ interval: 5_000, fastInterval: 100 })
    sources.contain(90)
    monitor.start()
    clock.advance(1_000)
    expect(monitor.history().samples()).toHaveLength(11)
  })

  test('comes at once after a major collection', () => {
    const { bus, monitor, sources } = set()
    monitor.start()
    sources.live = 96
    sources.major()
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot().gc).toEqual({ majors: 1, forced: 0, strikes: 0 })
  })

  test('says how late it was', () => {
    const { clock, monitor } = set()
    monitor.start()
    clock.jump(2_500)
    clock.advance(0)
    expect(
      monitor
        .history()
        .samples()
        .map(({ lateness }) => lateness),
    ).toEqual([0, 1_500])
  })

  test('keeps only as many samples as it was told', () => {
    const { clock, monitor } = set({ history: { samples: 3 } })
    monitor.start()
    clock.advance(10_000)
    expect(
      monitor
        .history()
        .samples()
        .map(({ at }) => at - clock.date()),
    ).toEqual([-2_000, -1_000, 0])
  })
})

describe('a source that fails', () => {
  test('holds its last signal, so that the level does not fall', () => {
    const { bus, clock, monitor, sources } = set()
    sources.contain(97)
    monitor.start()
    sources.failing.add('container')
    clock.advance(60_000)
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot().confidence).toBe('estimated')
    expect(monitor.snapshot().failures).toBeGreaterThan(0)
    sources.failing.clear()
    sources.contain(10)
    clock.advance(60_000)
    expect(bus.level).toBe('normal')
  })

  test('does not keep another from raising the level', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.failing.add('process').add('heap')
    sources.contain(97)
    clock.advance(1_000)
    expect(bus.level).toBe('emergency')
  })

  test('leaves the bus silent when nothing can be read, at the level it was', () => {
    const { bus, clock, monitor, sources } = set()
    sources.contain(97)
    monitor.start()
    for (const name of ['heap', 'process', 'container'] as const) sources.failing.add(name)
    clock.advance(30_000)
    expect(bus.level).toBe('emergency')
    expect(bus.confidence).toBe('unknown')
    expect(monitor.snapshot()).toMatchObject({ level: 'emergency', confidence: 'unknown' })
    sources.failing.clear()
    clock.advance(1_000)
    expect(bus.confidence).toBe('confirmed')
  })

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('is one that says %d', (value) => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = value
    sources.rss = value
    clock.advance(5_000)
    expect(bus.level).toBe('normal')
    expect(monitor.snapshot()).toMatchObject({
      failures: 5,
      heap: { usedBytes: 10 },
      process: { rssBytes: 0 },
    })
  })

  test('is a collection that throws', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = 96
    sources.failing.add('collect')
    clock.advance(10_000)
    expect(bus.level).toBe('warning')
    expect(monitor.snapshot().failures).toBeGreaterThan(0)
  })

  test('makes a first snapshot that knows nothing', () => {
    const { monitor, sources } = set()
    for (const name of ['heap', 'process', 'container'] as const) sources.failing.add(name)
    expect(monitor.snapshot()).toMatchObject({ at: 0, level: 'normal', confidence: 'unknown' })
  })
})

describe('a life', () => {
  test('leaves no timer, observer, file or subscription behind', () => {
    const { clock, monitor, sources } = set()
    const { pendingTimers } = clock
    monitor.start()
    monitor.start()
    expect(sources.started).toBe(true)
    monitor.stop()
    monitor.stop()
    expect(clock.pendingTimers).toBe(pendingTimers)
    expect(sources.started).toBe(false)
    const samples = monitor.history().samples().length
    clock.advance(10_000)
    expect(monitor.history().samples()).toHaveLength(samples)
    monitor.tick()
    expect(sources.opened).toBe(0)
  })

  test('ends with a using block, and can begin again', () => {
    const { bus, clock, monitor } = set()
    monitor.start()
    monitor[Symbol.dispose]()
    expect(bus.sources).toEqual([])
    monitor.start()
    clock.advance(1_000)
    expect(bus.sources).toHaveLength(1)
  })

  test('goes on when the clock goes back', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = 96
    sources.major()
    clock.jump(-1_000_000)
    sources.live = 10
    sources.garbage = 86
    // The timer that was set before the jump falls due only when its time has come again.
    for (let second = 0; second < 30; second++) {
      monitor.tick()
      clock.advance(1_000)
    }
    expect(bus.level).toBe('normal')
  })
})

describe('options', () => {
  test.each<[MemoryMonitorOptions, string]>([
    [{ interval: 0 }, '`interval` must be a number from 1 to 3600000, got 0'],
    [
      { interval: 100, fastInterval: 200 },
      '`fastInterval` must be a number from 1 to 100, got 200',
    ],
    [
      { history: { samples: 1.5 } },
      '`history.samples` must be a positive integer of at most 100000, got 1.5',
    ],
    [{ name: '' }, '`name` must be a non-empty string, got ""'],
    [{ root: '' }, '`root` must be a non-empty string, got ""'],
    [{ verify: 1 as unknown as boolean }, '`verify` must be true or false, got 1'],
    [{ thresholds: 'x' as unknown as object }, '`thresholds` must be an object, got "x"'],
    [{ dwell: 5 as unknown as object }, '`dwell` must be an object, got 5'],
    [{ history: 5 as unknown as object }, '`history` must be an object, got 5'],
    [
      { shadowThresholds: true as unknown as object },
      '`shadowThresholds` must be an object, got true',
    ],
    [
      { deathPoint: '0' },
      '`deathPoint` must be a positive number of bytes or a size such as \'64MiB\', got "0"',
    ],
    [
      { thresholds: { warning: 1.5 } },
      '`thresholds.warning` must be a number from 0 to 1, got 1.5',
    ],
    [{ hysteresis: 0.01 }, '`hysteresis` must be a number from 0.03 to 0.5, got 0.01'],
  ])('%j is refused', (options, message) => {
    expect(() => set(options)).toThrow(message)
  })

  test('may be given as undefined', () => {
    const { monitor } = set({ interval: undefined, name: undefined } as object)
    expect(monitor.name).toBe('memory-monitor')
  })

  test('that are unknown events or no listeners are refused', () => {
    const { monitor } = set()
    expect(() => monitor.on('toString' as 'level', () => {})).toThrow(
      '`event` must be one of level, sample, forecast, alert, shadow, got "toString"',
    )
    expect(() => monitor.on('level', 'x' as unknown as () => void)).toThrow('must be a function')
  })
})
