import {
  PressureBus,
  type PressureLevelEvent,
  type PressureReport,
  pressureLevels,
} from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'

function busWithClock(): { bus: PressureBus; clock: FakeClock } {
  const clock = new FakeClock()
  return { bus: new PressureBus({ clock }), clock }
}

function levelsSeen(bus: PressureBus): string[] {
  const seen: string[] = []
  bus.subscribe('level', (event) => seen.push(`${event.previous}>${event.level}`))
  return seen
}

const critical: PressureReport = { level: 'critical', ratio: 0.9 }
const normal: PressureReport = { level: 'normal', ratio: 0.3 }

describe('the effective level', () => {
  test('is normal and unknown while nobody measures', () => {
    const { bus } = busWithClock()
    expect([bus.level, bus.confidence, bus.ratio]).toEqual(['normal', 'unknown', 0])
  })

  test('is the worst of all sources, and falls when that source relents or withdraws', () => {
    const { bus } = busWithClock()
    const seen = levelsSeen(bus)
    bus.publish('heap', critical)
    bus.publish('container', { level: 'warning', ratio: 0.75 })
    bus.publish('heap', normal)
    bus.withdraw('container')
    bus.withdraw('container')
    expect(seen).toEqual(['normal>critical', 'critical>warning', 'warning>normal'])
  })

  test('tells who decided, how sure and why', () => {
    const { bus, clock } = busWithClock()
    const events: PressureLevelEvent[] = []
    bus.subscribe('level', (event) => events.push(event))
    bus.publish('heap', { ...critical, confidence: 'estimated', signal: 'live', reason: 'grew' })
    expect(events).toEqual([
      {
        level: 'critical',
        previous: 'normal',
        ratio: 0.9,
        confidence: 'estimated',
        source: 'heap',
        signal: 'live',
        reason: 'grew',
        at: clock.date(),
      },
    ])
  })

  test('takes the best confidence among the sources that agree on it', () => {
    const { bus } = busWithClock()
    bus.publish('a', { ...critical, confidence: 'estimated' })
    bus.publish('b', critical)
    bus.publish('c', normal)
    expect(bus.confidence).toBe('confirmed')
  })
})

describe('a silent source', () => {
  test('turns unknown and keeps its level, then expires after a long silence', () => {
    const { bus, clock } = busWithClock()
    const seen = levelsSeen(bus)
    bus.publish('heap', critical)
    clock.advance(15_000)
    expect([bus.level, bus.confidence]).toEqual(['critical', 'unknown'])
    clock.advance(284_000)
    expect(bus.level).toBe('critical')
    clock.advance(4_000)
    expect([bus.level, bus.sources]).toEqual(['normal', []])
    expect(seen.at(-1)).toBe('critical>normal')
    expect(clock.pendingTimers).toBe(0)
  })

  test('is heard again at once', () => {
    const { bus, clock } = busWithClock()
    bus.publish('heap', critical)
    clock.advance(60_000)
    bus.publish('heap', critical)
    expect(bus.confidence).toBe('confirmed')
    clock.advance(14_000)
    expect(bus.confidence).toBe('confirmed')
  })

  test('does not age while the process is stopped', () => {
    const { bus, clock } = busWithClock()
    bus.publish('heap', critical)
    clock.jump(86_400_000)
    clock.advance(4_000)
    expect([bus.level, bus.confidence]).toEqual(['critical', 'confirmed'])
  })

  test('survives a clock that jumps back', () => {
    const { bus, clock } = busWithClock()
    bus.publish('heap', critical)
    clock.jump(-1e6)
    clock.advance(1e6 + 20_000)
    expect(bus.confidence).toBe('unknown')
  })

  test('leaves no timer behind once it withdraws', () => {
    const { bus, clock } = busWithClock()
    bus.publish('heap', critical)
    expect(clock.pendingTimers).toBe(1)
    bus.withdraw('heap')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('listeners', () => {
  test('a late subscriber is told the last level, unless it asks not to be', () => {
    const { bus } = busWithClock()
    bus.publish('heap', critical)
    const told = vi.fn()
    const untold = vi.fn()
    bus.subscribe('level', told)
    bus.subscribe('level', untold, { replay: false })
    expect(told).toHaveBeenCalledOnce()
    expect(untold).not.toHaveBeenCalled()
  })

  test('an alert or a relief is never replayed', () => {
    const { bus, clock } = busWithClock()
    bus.publishAlert({
      name: 'a',
      source: 's',
      severity: 'info',
      status: 'firing',
      summary: '',
      at: clock.date(),
    })
    bus.publishRelief({ consumers: [], claimedBytes: 1, measuredBytes: 1, at: clock.date() })
    const late = vi.fn()
    bus.subscribe('alert', late)
    bus.subscribe('relief', late)
    expect(late).not.toHaveBeenCalled()
  })

  test('one that throws or rejects keeps nothing from the rest and warns once', async () => {
    const { bus } = busWithClock()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const rest = vi.fn()
    bus.subscribe('sample', () => {
      throw new Error('boom')
    })
    bus.subscribe('sample', async () => {
      throw new Error('later')
    })
    bus.subscribe('sample', rest)
    for (let round = 0; round < 3; round++) bus.publishSample(sampleAt(round))
    await Promise.resolve()
    expect(rest).toHaveBeenCalledTimes(3)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('boom'), {
      type: 'CultusWarning',
      code: 'CULTUS_W_CALLBACK_THREW',
    })
    warn.mockRestore()
  })

  test('all see events in the order they were published, when a listener publishes too', () => {
    const { bus } = busWithClock()
    bus.subscribe('level', (event) => {
      if (event.level === 'critical') bus.publish('heap', normal)
    })
    const seen = levelsSeen(bus)
    bus.publish('heap', critical)
    expect(seen).toEqual(['normal>critical', 'critical>normal'])
  })

  test('one that comes while events wait hears each of them once', () => {
    const { bus } = busWithClock()
    const late: string[] = []
    let came = false
    bus.subscribe('level', () => {
      if (came) return
      came = true
      bus.publish('heap', normal)
      bus.subscribe('level', (event) => late.push(`${event.previous}>${event.level}`))
    })
    bus.publish('heap', critical)
    expect(late).toEqual(['normal>critical', 'critical>normal'])
  })

  test('two that answer each other without end are cut off, and the bus works on', () => {
    const { bus } = busWithClock()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const leave = bus.subscribe('level', (event) =>
      bus.publish('heap', event.level === 'normal' ? critical : normal),
    )
    bus.publish('heap', critical)
    expect(warn).toHaveBeenCalledWith(expect.any(String), {
      type: 'CultusWarning',
      code: 'CULTUS_W_EVENT_LOOP',
    })
    leave()
    const seen = levelsSeen(bus)
    bus.publish('heap', bus.level === 'normal' ? critical : normal)
    expect(seen.length).toBeGreaterThan(0)
    warn.mockRestore()
  })

  test('one that left during a delivery is not called, and leaving twice is harmless', () => {
    const { bus } = busWithClock()
    const second = vi.fn()
    let leaveSecond = (): void => undefined
    bus.subscribe('level', () => leaveSecond())
    leaveSecond = bus.subscribe('level', second)
    bus.publish('heap', critical)
    leaveSecond()
    expect(second).not.toHaveBeenCalled()
  })
})

describe('bad input', () => {
  test.each([
    ['', critical, '`source` must be a non-empty string, got ""'],
    ['heap', { ...critical, level: 'high' }, '`level` must be a pressure level, got "high"'],
    [
      'heap',
      { ...critical, ratio: Number.NaN },
      '`ratio` must be a finite number of at least 0, got NaN',
    ],
    ['heap', { ...critical, ratio: -1 }, '`ratio` must be a finite number of at least 0, got -1'],
    ['heap', { ...critical, staleAfter: 0 }, '`staleAfter` must be a positive number, got 0'],
  ])('refuses %j %j and stays as it was', (source, report, message) => {
    const { bus } = busWithClock()
    bus.publish('heap', { level: 'warning', ratio: 0.8 })
    expect(() => bus.publish(source, report as PressureReport)).toThrow(message)
    expect([bus.level, bus.sources.length]).toEqual(['warning', 1])
  })

  test('refuses an unknown event and a listener that is no function', () => {
    const { bus } = busWithClock()
    expect(() => bus.subscribe('toString' as 'level', () => undefined)).toThrow(
      /^`event` must be one of level, .*, got "toString"$/,
    )
    expect(() => bus.subscribe('level', 1 as never)).toThrow('`listener` must be a function, got 1')
  })
})

test('the level always equals the worst source, and each event continues the one before', () => {
  const operation = fc.oneof(
    fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      level: fc.option(fc.constantFrom(...pressureLevels), { nil: undefined }),
    }),
    fc.record({ wait: fc.nat(400_000) }),
    fc.record({ jump: fc.integer({ min: -1e6, max: 1e6 }) }),
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const { bus, clock } = busWithClock()
      let heard = 'normal'
      bus.subscribe('level', (event) => {
        expect(event.previous).toBe(heard)
        expect(event.level).not.toBe(heard)
        heard = event.level
      })
      for (const each of operations) {
        if ('wait' in each) clock.advance(each.wait)
        else if ('jump' in each) clock.jump(each.jump)
        else if (each.level === undefined) bus.withdraw(each.source)
        else bus.publish(each.source, { level: each.level, ratio: 0.5 })
        const worst = Math.max(0, ...bus.sources.map(({ level }) => pressureLevels.indexOf(level)))
        expect(bus.level).toBe(pressureLevels[worst])
        expect(heard).toBe(bus.level)
        expect(clock.pendingTimers).toBe(bus.sources.length > 0 ? 1 : 0)
      }
    }),
    { numRuns: 1_000 },
  )
})

function sampleAt(at: number) {
  return {
    source: 's',
    ratio: 0.1,
    upperRatio: 0.2,
    level: 'normal',
    confidence: 'confirmed',
    signal: 'heap',
    bytes: {},
    at,
  } as const
}
