import type { PressureSample } from '@cultus/core'
import { describe, expect, test, vi } from 'vitest'
import { type AlertRule, defaultAlertRules } from '../src/alerts/rule.ts'
import { setUp, silenceWarnings } from './alert-setup.ts'

const sample: PressureSample = {
  source: 'web',
  ratio: 0.5,
  upperRatio: 0.5,
  level: 'normal',
  confidence: 'confirmed',
  signal: 'heap',
  bytes: { rss: 100 },
  at: 0,
}

describe('a rule about a level', () => {
  const rule: AlertRule = {
    name: 'Critical',
    when: 'critical',
    for: 10_000,
    severity: 'critical',
    labels: { team: 'shop' },
  }

  test('fires while the process is at that level or worse for so long', () => {
    const { play, lines, told } = setUp({ rules: [rule], name: 'shop' })
    play([
      ['warning', 20_000],
      ['critical', 6_000],
      ['emergency', 4_000],
    ])
    expect(lines()).toEqual(['fired Critical critical'])
    expect(told[0]?.alerts[0]).toMatchObject({
      source: 'shop',
      labels: { team: 'shop' },
      summary: 'memory is at critical or worse',
    })
    play([['warning', 0]])
    expect(lines()[1]).toBe('resolved Critical critical')
    expect(told[1]?.alerts[0]?.summary).toBe('over: memory is at critical or worse')
  })

  test('says nothing of a level that passes sooner', () => {
    const { play, told } = setUp({ rules: [rule] })
    play([
      ['critical', 9_000],
      ['warning', 1_000],
      ['critical', 9_000],
      ['normal', 20_000],
    ])
    expect(told).toEqual([])
  })

  test('knows the level that was there before the engine', () => {
    const { engine, set, lines } = setUp({ rules: [{ ...rule, for: 0 }] })
    engine.stop()
    set('emergency')
    expect(lines()).toEqual([])
    engine.start()
    expect(lines()).toEqual(['fired Critical critical'])
  })
})

describe('a rule about samples', () => {
  const rule: AlertRule = {
    name: 'RssHigh',
    when: ({ bytes }) => (bytes['rss'] ?? 0) > 500,
    severity: 'warning',
    summary: 'the resident set is large',
  }
  const withRss = (rss: number, source = 'web'): PressureSample => ({
    ...sample,
    source,
    bytes: { rss },
  })

  test('fires while the function says so, for each source on its own', () => {
    const { bus, lines, told } = setUp({ rules: [rule] })
    for (const rss of [100, 600, 700]) bus.publishSample(withRss(rss))
    bus.publishSample(withRss(900, 'worker'))
    bus.publishSample(withRss(100))
    expect(lines()).toEqual([
      'fired RssHigh warning',
      'fired RssHigh warning',
      'resolved RssHigh warning',
    ])
    expect(told.map(({ group }) => group)).toEqual([
      { source: 'web' },
      { source: 'worker' },
      { source: 'web' },
    ])
  })

  test('ends when no sample came for five minutes in which the event loop ran', () => {
    const { bus, clock, lines, engine } = setUp({ rules: [rule] })
    bus.publishSample(withRss(600))
    clock.jump(3_600_000)
    clock.advance(100_000)
    expect(lines()).toEqual(['fired RssHigh warning'])
    bus.publishSample(withRss(600))
    clock.advance(295_000)
    expect(engine.status().firing).toHaveLength(1)
    clock.advance(10_000)
    expect(lines()[1]).toBe('resolved RssHigh warning')
  })

  test('stays as it was while the function throws or returns what is no boolean', () => {
    const warn = silenceWarnings()
    const when = vi.fn((): boolean => true)
    const { bus, lines } = setUp({ rules: [{ ...rule, when }] })
    bus.publishSample(sample)
    when.mockImplementation(() => {
      throw new Error('never')
    })
    bus.publishSample(sample)
    when.mockReturnValue(Promise.reject(new Error('async')) as unknown as boolean)
    bus.publishSample(sample)
    expect(lines()).toEqual(['fired RssHigh warning'])
    expect(warn).toHaveBeenCalledWith(
      '`when` of the alert rule RssHigh threw: never',
      expect.anything(),
    )
    when.mockReturnValue(false)
    bus.publishSample(sample)
    expect(lines()).toHaveLength(2)
  })

  test('keeps no more sources in mind than it may', () => {
    const { bus, engine, clock } = setUp({ rules: [rule], maxAlerts: 5 })
    for (let index = 0; index < 100; index++) bus.publishSample(withRss(600, `source ${index}`))
    expect(engine.status().firing).toHaveLength(5)
    clock.advance(400_000)
    expect(engine.status().firing).toHaveLength(0)
  })

  test('ignores a sample of no source', () => {
    const { bus, engine } = setUp({ rules: [rule] })
    bus.publishSample({ ...withRss(600), source: undefined as never })
    expect(engine.status()).toMatchObject({ firing: [], ignored: 1 })
  })
})

describe('the rule about a lost signal', () => {
  const rules = defaultAlertRules

  test('fires when a source was silent and stayed so, and ends when it speaks again', () => {
    const { set, clock, lines } = setUp({ rules })
    set('normal')
    clock.advance(15_000 + 30_000)
    expect(lines()).toEqual([])
    clock.advance(10_000)
    expect(lines()).toEqual(['fired MemorySignalLost warning'])
    set('normal')
    clock.advance(5_000)
    expect(lines()[1]).toBe('resolved MemorySignalLost warning')
  })

  test('goes on when the bus has forgotten the source', () => {
    const { set, clock, bus, engine } = setUp({ rules })
    set('normal')
    clock.advance(600_000)
    expect(bus.sources).toEqual([])
    expect(engine.status().firing).toHaveLength(1)
  })

  test('says nothing when a source leaves, even one that was silent a while', () => {
    const { set, clock, bus, told } = setUp({ rules })
    set('normal')
    clock.advance(30_000)
    bus.withdraw('script')
    clock.advance(600_000)
    expect(told).toEqual([])
  })

  test('is judged anew after a stop', () => {
    const { set, clock, bus, engine, lines } = setUp({ rules })
    set('normal')
    clock.advance(120_000)
    engine.stop()
    engine.start()
    clock.advance(10_000)
    bus.withdraw('script')
    clock.advance(600_000)
    expect(lines()).toEqual(['fired MemorySignalLost warning', 'resolved MemorySignalLost warning'])
  })

  test('says nothing while nobody measures, or while all goes well', () => {
    const { clock, play, told } = setUp({ rules })
    clock.advance(600_000)
    play([['normal', 120_000]])
    expect(told).toEqual([])
  })
})

test('a function that stops the engine is obeyed', () => {
  const world = setUp({
    rules: [
      {
        name: 'Stop',
        severity: 'info',
        when: () => {
          world.engine.stop()
          return true
        },
      },
    ],
  })
  world.bus.publishSample(sample)
  expect(world.told).toEqual([])
  expect(world.clock.pendingTimers).toBe(0)
})

test('an engine that is stopped while it starts leaves nothing behind', () => {
  let stops = true
  const world = setUp({
    rules: [
      {
        name: 'Stop',
        severity: 'info',
        when: () => {
          if (stops) world.engine.stop()
          return stops
        },
      },
    ],
  })
  world.engine.stop()
  world.bus.publishSample(sample)
  world.engine.start()
  expect(world.engine.running).toBe(false)
  expect(world.clock.pendingTimers).toBe(0)
  world.raise('critical')
  expect(world.told).toEqual([])
  stops = false
  world.engine.start()
  world.raise('terrible' as 'critical')
  expect(world.engine.status().ignored, 'one listener').toBe(1)
})
