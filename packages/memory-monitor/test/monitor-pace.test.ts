import { describe, expect, test } from 'vitest'
import { set } from './monitor-setup.ts'

describe('a busy service far from its end', () => {
  test('is not measured at every collection', () => {
    const { clock, monitor, sources } = set()
    monitor.start()
    sources.live = 40
    for (let time = 0; time < 9; time++) {
      clock.advance(100)
      sources.major()
    }
    expect(monitor.history().samples()).toHaveLength(1)
    clock.advance(100)
    // What the collections told is in the next measurement.
    expect(monitor.history().latest).toMatchObject({ liveBytes: 40, majors: 9, gcShare: 0.09 })
  })

  test('is measured at once when a collection leaves it near a threshold', () => {
    const { monitor, sources } = set()
    monitor.start()
    sources.live = 60
    sources.major()
    expect(monitor.history().samples()).toHaveLength(2)
  })

  test('has stalls and the machine read every ten seconds, and each time while it is tight', () => {
    const { clock, monitor, sources } = set()
    let reads = 0
    sources.stalls = () => {
      reads++
      return undefined
    }
    monitor.start()
    clock.advance(9_000)
    expect(reads).toBe(1)
    clock.advance(1_000)
    expect(reads).toBe(2)
    sources.rss = 500
    clock.advance(2_000)
    expect(reads).toBe(4)
  })
})

describe('a heap that fills fast', () => {
  test('is measured sooner than at the interval', () => {
    const { clock, monitor, sources } = set({ verify: false })
    monitor.start()
    sources.garbage = 30
    clock.advance(1_000)
    // 30 points a second, 30 from `warning`: a quarter of a second.
    sources.garbage = 31
    clock.advance(250)
    expect(monitor.history().samples()).toHaveLength(3)
  })
})

describe('an idle program', () => {
  test('is collected again at once although the last collection freed nothing', () => {
    const { bus, clock, monitor, sources } = set()
    let busy = 1
    sources.busyShare = () => busy
    monitor.start()
    sources.live = 90
    clock.advance(1_000)
    // Proven in vain a few times: the next collection would be half a minute away.
    clock.advance(60_000)
    const before = sources.collections
    sources.live = 10
    sources.garbage = 80
    clock.advance(200)
    expect([bus.level, sources.collections]).toEqual(['critical', before])
    busy = 0
    clock.advance(4_000)
    expect([bus.level, sources.collections]).toEqual(['normal', before + 1])
  })

  test('is as good as a busy one where that cannot be told', () => {
    const { clock, monitor, sources } = set()
    sources.busyShare = () => {
      throw new Error('not told')
    }
    monitor.start()
    clock.advance(5_000)
    expect(monitor.snapshot().failures).toBe(0)
  })
})

describe('a heap that leaks steadily', () => {
  /** The live share at which `critical` came, and the reason, for a leak of two points a second. */
  function criticalAt(predictive: boolean): readonly [live: number, signal: string | undefined] {
    const { bus, clock, monitor, sources } = set({ predictive })
    monitor.start()
    sources.live = 40
    let told: readonly [number, string | undefined] = [0, undefined]
    bus.subscribe('level', ({ level, signal }) => {
      if (level === 'critical') told = [sources.live, signal]
    })
    const foretold: number[] = []
    bus.subscribe('forecast', ({ level, expected }) => {
      if (level === 'death') foretold.push(expected)
    })
    while (told[0] === 0) {
      clock.advance(500)
      sources.live += 1
      sources.major({ youngBytes: 30 })
    }
    expect(foretold.length).toBeGreaterThan(5)
    expect(foretold.at(-1)).toBeLessThan(foretold[0] ?? 0)
    return told
  }

  test('is critical ten seconds before its earliest end, by the forecast', () => {
    const [live, signal] = criticalAt(true)
    // This crowded heap may end at 80: twenty points, two a second, but never before 65.
    expect([live, signal]).toEqual([65, 'forecast'])
  })

  test('is critical at its threshold where forecasts may not raise the level', () => {
    expect(criticalAt(false)).toEqual([85, 'heap'])
  })
})

describe('switches', () => {
  test('turn verification off and on while the monitor runs', () => {
    const { clock, monitor, sources } = set()
    monitor.start()
    monitor.configure({ verify: false })
    sources.garbage = 75
    clock.advance(10_000)
    expect(sources.collections).toBe(0)
    monitor.configure({ verify: true })
    clock.advance(1_000)
    expect(sources.collections).toBe(1)
  })

  test('that are not given are as if they were not named', () => {
    const verify = undefined as unknown as boolean
    const { clock, monitor, sources } = set({ verify })
    monitor.start()
    sources.garbage = 75
    clock.advance(1_000)
    expect(sources.collections).toBe(1)
    monitor.configure({ verify })
    sources.garbage = 75
    clock.advance(5_000)
    expect(sources.collections).toBe(2)
    expect(() => monitor.configure(verify as unknown as object)).toThrow('must be an object')
  })

  test('that are neither on nor off are refused, and change nothing', () => {
    const { monitor } = set()
    const wrong = { verify: false, predictive: 'no' as unknown as boolean }
    expect(() => monitor.configure(wrong)).toThrow('`predictive` must be true or false, got "no"')
    monitor.start()
  })
})

describe('what no collection brings down', () => {
  test('is asked for proof ever less often', () => {
    const { clock, monitor, sources } = set()
    sources.live = 10
    sources.contain(72)
    monitor.start()
    for (let second = 0; second < 600; second++) {
      sources.garbage = Math.min(5, sources.garbage + 1)
      clock.advance(1_000)
    }
    expect(monitor.snapshot()).toMatchObject({ level: 'warning', signal: 'container' })
    // Half a minute apart in the end; three seconds would be 200.
    expect(sources.collections).toBeLessThan(30)
  })

  test('holds no `critical` where thresholds lie closer than the hysteresis', () => {
    const thresholds = { warning: 0.82, critical: 0.86, emergency: 0.93 }
    const { bus, clock, monitor, sources } = set({ thresholds })
    sources.rss = 900
    sources.live = 90
    monitor.start()
    sources.major()
    expect(bus.level).toBe('critical')
    sources.live = 10
    sources.major()
    clock.advance(120_000)
    expect(bus.level).toBe('warning')
  })
})

test('a container near its limit is measured fast, as a heap is', () => {
  const { clock, monitor, sources } = set()
  sources.contain(65)
  monitor.start()
  clock.advance(2_000)
  expect(monitor.history().samples().length).toBe(11)
})
