import {
  type ConsumerUsage,
  followPressure,
  type MemoryConsumer,
  pressureLevels,
} from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'

const bound = 1_000

/** A consumer that holds bytes without an end in sight, as a busy cache would. */
function busyConsumer(held = bound) {
  const consumer = {
    name: 'busy',
    kind: 'cache' as const,
    held,
    ratio: 1,
    releases: 0,
    usage: (): ConsumerUsage => ({
      bytes: consumer.held,
      limitBytes: bound,
      entries: 0,
      hits: 0,
      misses: 0,
      evictions: 0,
    }),
    setLimitRatio: (ratio: number): void => {
      consumer.ratio = ratio
    },
    release: async () => {
      consumer.releases += 1
      consumer.held = Math.min(consumer.held, consumer.ratio * bound)
      return { bytes: 0, entries: 0, slices: 1, completed: true }
    },
  }
  return consumer
}

function following(consumer: MemoryConsumer, options = {}) {
  const pressure = scriptedPressure()
  const leave = followPressure(consumer, { ...pressure, ...options })
  return { ...pressure, leave }
}

describe('entering a level', () => {
  test.each([
    [1_000, 'warning', 0.75],
    [1_000, 'critical', 0.5],
    [1_000, 'emergency', 0.1],
    [500, 'warning', 0.375],
    [500, 'critical', 0.25],
    [500, 'emergency', 0.05],
    [0, 'critical', 0.05],
  ] as const)(
    'a consumer that holds %i of 1000 bytes is limited at %s to %d of its bound',
    (held, level, ratio) => {
      const consumer = busyConsumer(held)
      const { set } = following(consumer)
      set(level)
      expect(consumer.ratio).toBeCloseTo(ratio)
      expect(consumer.releases).toBe(1)
      expect(consumer.held).toBeLessThanOrEqual(ratio * bound + 1e-9)
    },
  )

  test('a worse level scales what was held at the onset, not what is left', () => {
    const consumer = busyConsumer()
    const { set } = following(consumer)
    set('warning')
    set('critical')
    expect(consumer.ratio).toBe(0.5)
  })

  test('a consumer that comes during pressure is limited at once', () => {
    const pressure = scriptedPressure()
    pressure.set('critical')
    const consumer = busyConsumer()
    followPressure(consumer, pressure)
    expect(consumer.ratio).toBe(0.5)
  })

  test("the consumer's own ratios win over those given, and those over the default", () => {
    const consumer = { ...busyConsumer(), ratios: { critical: 0.2 } }
    const applied: number[] = []
    consumer.setLimitRatio = (ratio) => applied.push(ratio)
    const { set } = following(consumer, { ratios: { warning: 0.6, critical: 0.4 } })
    for (const level of ['warning', 'critical', 'emergency'] as const) set(level)
    expect(applied).toEqual([0.6, 0.2, 0.1])
  })
})

describe('recovery', () => {
  test('the limit grows back by a twentieth of the bound each second', () => {
    const consumer = busyConsumer()
    const { set, clock } = following(consumer)
    set('emergency')
    set('normal')
    expect(consumer.ratio).toBe(0.1)
    clock.advance(1_000)
    expect(consumer.ratio).toBeCloseTo(0.15)
    clock.advance(16_999)
    expect(consumer.ratio).toBeLessThan(1)
    clock.advance(1)
    expect(consumer.ratio).toBe(1)
    expect(clock.pendingTimers).toBe(1)
  })

  test('it grows no further than the present level allows', () => {
    const consumer = busyConsumer()
    const { set, clock } = following(consumer)
    set('emergency')
    set('critical')
    clock.advance(14_000)
    expect(consumer.ratio).toBe(0.5)
  })

  test('a relapse shrinks it again at once', () => {
    const consumer = busyConsumer()
    const { set, clock } = following(consumer)
    set('critical')
    set('normal')
    clock.advance(3_000)
    consumer.held = 600
    set('critical')
    expect(consumer.ratio).toBeCloseTo(0.3)
  })
})

describe("the coordinator's seat", () => {
  test('while taken nothing is done, and when left the present level is answered', () => {
    const consumer = busyConsumer()
    const { set, registry } = following(consumer)
    const leave = registry.coordinate({ name: 'other' })
    set('critical')
    expect([consumer.ratio, consumer.releases]).toEqual([1, 0])
    consumer.ratio = 0.9
    leave()
    expect(consumer.ratio).toBe(0.5)
    expect(consumer.releases).toBe(1)
  })

  test('left at normal, the full bound is restored', () => {
    const consumer = busyConsumer()
    const { registry } = following(consumer)
    const leave = registry.coordinate({ name: 'other' })
    consumer.ratio = 0.2
    leave()
    expect(consumer.ratio).toBe(1)
  })

  test('taken while the limit grows back, the growth stops', () => {
    const consumer = busyConsumer()
    const { set, registry, clock } = following(consumer)
    set('critical')
    set('normal')
    registry.coordinate({ name: 'other' })
    clock.advance(10_000)
    expect(consumer.ratio).toBe(0.5)
  })
})

describe('leaving', () => {
  test('restores the bound, aborts the release and leaves no timer', () => {
    const consumer = busyConsumer()
    const signals: ({ aborted: boolean } | undefined)[] = []
    consumer.release = async (budget?: { signal?: { aborted: boolean } }) => {
      signals.push(budget?.signal)
      return { bytes: 0, entries: 0, slices: 1, completed: false }
    }
    const { set, leave, bus, clock } = following(consumer)
    set('critical')
    set('warning')
    leave()
    bus.withdraw('script')
    expect(consumer.ratio).toBe(1)
    expect(signals).toEqual([{ aborted: true }])
    expect(clock.pendingTimers).toBe(0)
    set('emergency')
    expect(consumer.ratio).toBe(1)
  })
})

describe('faults', () => {
  test('a consumer that throws everywhere harms nobody', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const fail = (): never => {
      throw new Error('broken')
    }
    const broken = {
      name: 'broken',
      kind: 'cache' as const,
      usage: fail,
      setLimitRatio: fail,
      release: async () => fail(),
    }
    const { set, clock, bus } = following(broken)
    const consumer = busyConsumer()
    followPressure(consumer, scriptedPressure())
    for (const level of pressureLevels) set(level)
    clock.advance(10_000)
    await Promise.resolve()
    expect(bus.level).toBe('emergency')
    expect(warn.mock.calls.length).toBeGreaterThanOrEqual(3)
    warn.mockRestore()
  })

  test.each([
    [{ ratios: { warning: 2 } }, '`ratios.warning` must be a number from 0 to 1, got 2'],
    [
      { ratios: { warning: 0.5, critical: 0.6 } },
      '`ratios.critical` must be a number from 0 to 0.5, got 0.6',
    ],
    [{ regrowth: 0 }, '`regrowth` must be a number from 0.001 to 1, got 0'],
  ])('refuses %o', (options, message) => {
    expect(() => following(busyConsumer(), options)).toThrow(message)
  })
})

test('whatever the pressure does, the limit stays in 0…1, obeys the level, and comes back in the end', () => {
  const operation = fc.oneof(
    fc.record({ level: fc.constantFrom(...pressureLevels) }),
    fc.record({ held: fc.integer({ min: 0, max: 2 * bound }) }),
    fc.record({ wait: fc.nat(10_000) }),
    fc.record({ seat: fc.boolean() }),
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 50 }), (operations) => {
      const consumer = busyConsumer()
      const { set, clock, registry, leave } = following(consumer)
      let level: (typeof pressureLevels)[number] = 'normal'
      let leaveSeat: (() => void) | undefined
      for (const each of operations) {
        if ('level' in each) {
          level = each.level
          set(level)
        } else if ('held' in each) consumer.held = each.held
        else if ('wait' in each) clock.advance(each.wait)
        else if (each.seat && leaveSeat === undefined)
          leaveSeat = registry.coordinate({ name: 'seat' })
        else if (!each.seat) {
          leaveSeat?.()
          leaveSeat = undefined
        }
        const most = { normal: 1, warning: 0.75, critical: 0.5, emergency: 0.1 }[level]
        expect(consumer.ratio).toBeGreaterThan(0)
        if (leaveSeat === undefined) expect(consumer.ratio).toBeLessThanOrEqual(most)
      }
      leaveSeat?.()
      set('normal')
      clock.advance(25_000)
      expect(consumer.ratio).toBe(1)
      leave()
      expect(clock.pendingTimers).toBe(1)
    }),
    { numRuns: 1_000 },
  )
})
