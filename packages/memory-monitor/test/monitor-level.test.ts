import { describe, expect, test } from 'vitest'
import { set } from './monitor-setup.ts'

describe('the level', () => {
  test.each([
    [69, 'normal'],
    [70, 'warning'],
    [85, 'critical'],
    [95, 'emergency'],
  ] as const)('of a heap that holds %i %% after a collection is %s', (live, level) => {
    const { bus, monitor, sources } = set()
    monitor.start()
    sources.live = live
    sources.major()
    expect(bus.level).toBe(level)
  })

  test('is no more than warning for what may be garbage, until a collection shows it is not', () => {
    const { bus, clock, monitor, sources } = set({ verify: false })
    monitor.start()
    sources.major()
    sources.garbage = 88
    clock.advance(20_000)
    expect(bus.level).toBe('warning')
    expect(monitor.snapshot()).toMatchObject({ upperRatio: 0.98, confidence: 'estimated' })
    sources.live = 98
    sources.major()
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot()).toMatchObject({ ratio: 0.98, confidence: 'confirmed' })
  })

  test('counts against 80 % once V8 collects with little effect', () => {
    const { bus, monitor, sources } = set()
    monitor.start()
    sources.live = 81
    const levels = [1, 2, 3, 4].map(() => {
      sources.major({ quiet: 1, busy: 10 })
      return bus.level
    })
    expect(levels).toEqual(['critical', 'critical', 'emergency', 'emergency'])
    expect(monitor.snapshot()).toMatchObject({
      ratio: expect.closeTo(0.81 / 0.8),
      heap: { ratio: 0.81, deathPointBytes: 100 },
      gc: { strikes: 4 },
    })
    expect(monitor.snapshot().reason).toContain('little effect')
  })

  test('does not rise on a collection that was heard of late, when that can be verified', () => {
    const { bus, monitor, sources } = set()
    monitor.start()
    sources.major()
    sources.live = 90
    sources.major({ lateness: 101 })
    expect(bus.level).toBe('normal')
    sources.major({ lateness: 100 })
    expect(bus.level).toBe('critical')
  })
})

describe('verification', () => {
  test('finds garbage to be garbage', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.garbage = 85
    clock.advance(1_000)
    expect(sources.collections).toBe(1)
    expect(bus.level).toBe('normal')
    expect(monitor.snapshot()).toMatchObject({ ratio: 0.1, confidence: 'confirmed' })
  })

  test('finds what is held to be held', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = 96
    clock.advance(1_000)
    expect(sources.collections).toBe(1)
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot()).toMatchObject({ ratio: 0.96, gc: { majors: 0, forced: 1 } })
  })

  test.each([
    [true, ['normal']],
    [false, ['normal', 'warning']],
  ])(
    'a healthy heap that fills with garbage past warning, verified %s, is %j',
    (verify, levels) => {
      const { bus, clock, monitor, sources } = set({ verify })
      monitor.start()
      sources.live = 55
      sources.major()
      const seen = new Set<string>([bus.level])
      for (let step = 0; step < 300; step++) {
        clock.advance(200)
        sources.garbage += 3
        if (sources.garbage > 27) sources.major()
        seen.add(bus.level)
      }
      expect([...seen]).toEqual(levels)
    },
  )

  test('an estimate stands by itself once a collection freed next to nothing', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = 68
    sources.major()
    sources.garbage = 3
    clock.advance(1_000)
    expect([sources.collections, bus.level]).toEqual([1, 'normal'])
    sources.garbage = 3
    clock.advance(1_000)
    expect([sources.collections, bus.level]).toEqual([1, 'warning'])
  })

  test('what may be critical waits for its proof, which comes as soon as the rest is over', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.major()
    sources.garbage = 62
    clock.advance(1_000)
    expect([sources.collections, bus.level]).toEqual([1, 'normal'])
    sources.live = 60
    sources.garbage = 30
    clock.advance(1_000)
    expect([sources.collections, bus.level]).toEqual([1, 'normal'])
    sources.live = 90
    sources.garbage = 5
    clock.advance(1_000)
    expect([sources.collections, bus.level]).toEqual([2, 'critical'])
  })

  test('never happens at the first measurement', () => {
    const { monitor, sources } = set()
    sources.live = 96
    monitor.start()
    expect(sources.collections).toBe(0)
  })

  test('lets an idle process come back to normal', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = 96
    sources.major()
    expect(bus.level).toBe('emergency')
    // Released, but V8 has no reason to collect.
    sources.live = 10
    sources.garbage = 86
    clock.advance(15_000)
    expect(bus.level).toBe('normal')
    expect(sources.collections).toBe(1)
  })

  test('slows down while it frees nothing, and comes early after a release', () => {
    const { bus, clock, monitor, sources } = set()
    monitor.start()
    sources.live = 90
    sources.major()
    clock.advance(100_000)
    const before = sources.collections
    expect(before).toBeLessThan(10)
    clock.advance(15_000)
    expect(sources.collections).toBe(before)
    sources.live = 10
    sources.garbage = 80
    bus.publishRelief({ consumers: ['c'], claimedBytes: 80, measuredBytes: 0, at: 0 })
    clock.advance(200)
    expect(sources.collections).toBe(before + 1)
  })

  test('comes early after the level rose, since those who hear of it release', () => {
    const { clock, monitor, sources } = set()
    monitor.start()
    sources.live = 75
    sources.major()
    clock.advance(100_000)
    const before = sources.collections
    sources.live = 90
    sources.major()
    sources.live = 10
    sources.garbage = 80
    clock.advance(3_200)
    expect(sources.collections).toBe(before + 1)
  })

  test('does not happen when it was forbidden', () => {
    const { clock, monitor, sources } = set({ verify: false })
    monitor.start()
    sources.live = 96
    clock.advance(60_000)
    expect(sources.collections).toBe(0)
  })

  test('does without where the runtime forbids it', () => {
    const { bus, clock, monitor, sources } = set()
    sources.canCollect = false
    monitor.start()
    sources.live = 96
    clock.advance(60_000)
    expect(bus.level).toBe('warning')
    expect(monitor.snapshot()).toMatchObject({ failures: 0, gc: { forced: 0 } })
  })
})

describe('the container', () => {
  test('dominates when it is nearer to its limit, as a fact', () => {
    const { bus, monitor, sources } = set()
    sources.contain(97)
    monitor.start()
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot()).toMatchObject({
      signal: 'container',
      ratio: 0.97,
      confidence: 'confirmed',
      container: { version: 'v2', usedBytes: 97, limitBytes: 100, path: '/' },
    })
  })

  test('takes the place of resident memory', () => {
    const { bus, clock, monitor, sources } = set()
    sources.rss = 990
    monitor.start()
    expect(bus.level).toBe('warning')
    sources.contain(50)
    clock.advance(10_000)
    expect(bus.level).toBe('normal')
    expect(monitor.snapshot().signal).toBe('container')
  })
})

test('resident memory raises to warning and no further, without forcing a collection after another', () => {
  const { bus, clock, monitor, sources } = set()
  sources.rss = 1_000
  monitor.start()
  clock.advance(60_000)
  expect(bus.level).toBe('warning')
  expect(monitor.snapshot()).toMatchObject({ signal: 'process', ratio: 1, confidence: 'estimated' })
  expect(sources.collections).toBeLessThanOrEqual(5)
})
