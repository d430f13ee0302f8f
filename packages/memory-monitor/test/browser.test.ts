import { describe, expect, test, vi } from 'vitest'
import { BrowserMemoryMonitor, type BrowserMemoryMonitorOptions } from '../src/browser/index.ts'
import { pageMeasurement, pageSources } from '../src/browser/sources.ts'
import { setBrowser } from './browser-setup.ts'

describe('a page that can be measured', () => {
  test('rises on what lives, falls when it is gone, and tells the bus', async () => {
    const { bus, page, monitor, pass } = setBrowser()
    const levels: string[] = []
    monitor.on('level', ({ level }) => levels.push(level))
    monitor.start()
    await pass(1_000)
    expect(bus.sources).toMatchObject([
      { name: 'browser-memory', level: 'normal', confidence: 'confirmed', signal: 'js-heap' },
    ])
    page.hold(96)
    await pass(20_000)
    expect(bus.level).toBe('emergency')
    page.hold(10)
    await pass(30_000)
    expect(bus.level).toBe('normal')
    expect(levels).toEqual(['warning', 'emergency', 'critical', 'warning', 'normal'])
  })

  test('is not raised by garbage that was there when it was measured', async () => {
    const { bus, page, monitor, pass } = setBrowser()
    page.hold(20, 75)
    monitor.start()
    const levels: string[] = []
    await page.answer()
    monitor.on('level', ({ level }) => levels.push(level))
    await pass(120_000)
    expect(bus.level).toBe('normal')
    expect(levels.filter((level) => level !== 'normal')).toEqual([])
  })

  test('comes back to normal though the engine never collects what it let go', async () => {
    const { bus, page, monitor, pass } = setBrowser()
    monitor.start()
    await pass(1_000)
    page.hold(96)
    await pass(20_000)
    expect(bus.level).toBe('emergency')
    page.hold(10, 86)
    await pass(40_000)
    expect(bus.level).toBe('normal')
  })

  test('is measured once a minute while all is well, and sooner when a level may change', async () => {
    const { page, monitor, pass } = setBrowser()
    monitor.start()
    await pass(59_000)
    expect(page.asked).toBe(1)
    await pass(6_000)
    expect(page.asked).toBe(2)
    page.hold(10, 85)
    await pass(30_000)
    expect(page.asked).toBe(5)
  })

  test('is asked once at a time, and an answer that never comes is given up', async () => {
    const { clock, page, monitor } = setBrowser()
    monitor.start()
    clock.advance(119_000)
    expect(page.asked).toBe(1)
    clock.advance(70_000)
    expect(page.asked).toBe(2)
    expect(monitor.snapshot().failures).toBe(1)
    // Two answers at once: the one that was given up counts for nothing.
    page.hold(96)
    await page.answer()
    expect(monitor.snapshot().measurements).toBe(1)
  })

  test('is not asked when that is forbidden, or the page is not isolated', async () => {
    const forbidden = setBrowser({ measure: false })
    forbidden.monitor.start()
    await forbidden.pass(120_000)
    expect(forbidden.page.asked).toBe(0)
    const open = setBrowser()
    open.page.measures = false
    open.monitor.start()
    await open.pass(120_000)
    expect(open.page.asked).toBe(0)
  })
})

describe('a limit of its own', () => {
  test('counts everything that is measured, and dominates where it is nearer', async () => {
    const { bus, page, monitor, pass } = setBrowser({ limit: 100 })
    page.heap = { usedBytes: 20, limitBytes: 1_000 }
    page.live = { totalBytes: 90, scriptBytes: 20 }
    monitor.start()
    await pass(1_000)
    expect(bus.level).toBe('critical')
    expect(monitor.snapshot()).toMatchObject({
      signal: 'page',
      ratio: 0.9,
      reason: expect.stringContaining('the page holds'),
    })
  })

  test('leaves the limit of the engine in force', async () => {
    const { bus, page, monitor, pass } = setBrowser({ limit: 10_000 })
    page.hold(96)
    monitor.start()
    await pass(1_000)
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot().signal).toBe('js-heap')
  })
})

describe('an engine that tells less', () => {
  test('with a script heap alone rises to warning at most, and falls when it shrinks', async () => {
    const { bus, page, monitor, pass } = setBrowser()
    page.measures = false
    page.heap = { usedBytes: 99, limitBytes: 100 }
    monitor.start()
    await pass(10_000)
    expect(bus.level).toBe('warning')
    expect(bus.confidence).toBe('estimated')
    page.heap = { usedBytes: 10, limitBytes: 100 }
    await pass(10_000)
    expect(bus.level).toBe('normal')
  })

  test('with a measurement but no limit takes half of the device, as a guess', async () => {
    const { bus, clock, page } = setBrowser()
    page.heap = undefined
    page.deviceBytes = 200
    page.live = { totalBytes: 99, scriptBytes: 99 }
    const monitor = new BrowserMemoryMonitor({ bus, clock, sources: page }).start()
    await page.answer()
    expect(bus.level).toBe('warning')
    expect(monitor.snapshot()).toMatchObject({ signal: 'page', confidence: 'estimated' })
    monitor.stop()
  })

  test('with nothing has no level and publishes nothing', async () => {
    const { bus, page, monitor, pass } = setBrowser({ limit: 10 })
    page.heap = undefined
    page.measures = false
    monitor.start()
    await pass(60_000)
    expect(bus.sources).toEqual([])
    expect(monitor.snapshot()).toMatchObject({
      at: 0,
      level: 'normal',
      confidence: 'unknown',
      signal: undefined,
    })
  })
})

describe('a reading that cannot be', () => {
  test.each([
    [Number.NaN, 100],
    [-1, 100],
    [Number.POSITIVE_INFINITY, 100],
    [10, Number.NaN],
  ])('of %d in %d leaves the level as it was, and unknown', async (usedBytes, limitBytes) => {
    const { bus, page, monitor, pass } = setBrowser()
    page.hold(90)
    monitor.start()
    await pass(1_000)
    page.heap = { usedBytes, limitBytes }
    await pass(5_000)
    expect(monitor.snapshot()).toMatchObject({
      level: 'critical',
      confidence: 'unknown',
      ratio: 0.9,
    })
    expect(bus.level).toBe('critical')
    await pass(200_000)
    expect(bus.confidence).toBe('unknown')
    expect(bus.level).toBe('critical')
  })
})

describe('off', () => {
  test('leaves no timer and no source, and an answer that comes later counts for nothing', async () => {
    const { bus, clock, page, monitor } = setBrowser()
    monitor.start().start()
    expect(clock.pendingTimers).toBe(2)
    monitor[Symbol.dispose]()
    expect(monitor.running).toBe(false)
    expect(clock.pendingTimers).toBe(0)
    expect(bus.sources).toEqual([])
    page.hold(96)
    await page.answer()
    expect(monitor.snapshot().measurements).toBe(0)
    expect(bus.level).toBe('normal')
  })

  test('a look on the side reaches no bus and asks for no measurement', () => {
    const { bus, clock, page, monitor } = setBrowser()
    expect(monitor.snapshot()).toMatchObject({ ratio: 0.1, signal: 'js-heap' })
    monitor.tick()
    expect(bus.sources).toEqual([])
    expect(page.asked).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('a listener that stops the monitor ends it at once', () => {
    const { bus, clock, monitor } = setBrowser()
    monitor.on('sample', () => monitor.stop())
    monitor.start()
    expect(clock.pendingTimers).toBe(0)
    expect(bus.sources).toEqual([])
  })

  test('a listener that starts the monitor anew leaves one timer, not two', () => {
    const { clock, page, monitor } = setBrowser()
    page.measures = false
    let restarts = 0
    monitor.on('sample', () => {
      if (restarts++ > 1) return
      monitor.stop()
      monitor.start()
    })
    monitor.start()
    clock.advance(5_000)
    // That of the bus is the other one.
    expect(clock.pendingTimers).toBe(2)
    monitor.stop()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('the sources of a page', () => {
  test('say so where there is no browser', async () => {
    const sources = pageSources()
    expect(sources.measures).toBe(false)
    expect(sources.scriptHeap()).toBeUndefined()
    await expect(sources.measure()).rejects.toThrow('cannot be measured')
  })

  test('read what Chromium tells', async () => {
    const breakdown = [{ bytes: 5, types: ['JavaScript'], attribution: [{ scope: 'Window' }] }]
    vi.stubGlobal('crossOriginIsolated', true)
    vi.stubGlobal('navigator', { deviceMemory: 4 })
    vi.stubGlobal('performance', {
      memory: { usedJSHeapSize: 7, jsHeapSizeLimit: 9 },
      measureUserAgentSpecificMemory: async () => ({ bytes: 8, breakdown }),
    })
    const sources = pageSources()
    expect(sources.deviceBytes).toBe(4 * 2 ** 30)
    expect(sources.measures).toBe(true)
    expect(sources.scriptHeap()).toEqual({ usedBytes: 7, limitBytes: 9 })
    expect(await sources.measure()).toEqual({ totalBytes: 8, scriptBytes: 5 })
  })

  test.each([['7'], [undefined], [null]])('take %s for no script heap', (usedJSHeapSize) => {
    vi.stubGlobal('performance', { memory: { usedJSHeapSize, jsHeapSizeLimit: 9 } })
    expect(pageSources().scriptHeap()).toBeUndefined()
  })

  test('count the script heaps of windows, not those of workers', () => {
    const part = (bytes: number, type: string, scope?: string) => ({
      bytes,
      types: [type],
      attribution: scope === undefined ? [] : [{ scope }],
    })
    const breakdown = [
      part(10, 'JavaScript', 'Window'),
      part(20, 'JavaScript', 'DedicatedWorkerGlobalScope'),
      part(40, 'JavaScript', 'Window'),
      part(80, 'DOM'),
    ]
    expect(pageMeasurement({ bytes: 150, breakdown })).toEqual({ totalBytes: 150, scriptBytes: 50 })
    expect(pageMeasurement({ bytes: 150 })).toEqual({ totalBytes: 150, scriptBytes: 150 })
  })
})

describe('options', () => {
  test.each<[Partial<Record<keyof BrowserMemoryMonitorOptions, unknown>>, string]>([
    [{ limit: 'much' }, '`limit` must be a positive number of bytes'],
    [{ interval: 0 }, '`interval` must be a number from 1 to'],
    [{ interval: 100, fastInterval: 200 }, '`fastInterval` must be a number from 1 to 100'],
    [{ measureInterval: 0 }, '`measureInterval` must be a number from 1 to'],
    [{ fastMeasureInterval: 60_001 }, '`fastMeasureInterval` must be a number from 1 to 60000'],
    [{ measure: 1 }, '`measure` must be true or false, got 1'],
    [{ name: '' }, '`name` must be a non-empty string, got ""'],
    [{ thresholds: { warning: 2 } }, '`thresholds.warning` must be a number from 0 to 1, got 2'],
  ])('%j are refused', (options, message) => {
    const make = () => new BrowserMemoryMonitor(options as BrowserMemoryMonitorOptions)
    expect(make).toThrow(message)
  })
})
