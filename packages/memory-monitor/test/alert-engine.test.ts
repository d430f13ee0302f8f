import type { PressureAlert } from '@cultus/core'
import { describe, expect, test } from 'vitest'
import { setUp } from './alert-setup.ts'

test('tells a sink of an alert at once, and of its end', () => {
  const { told, raise, resolve, clock } = setUp()
  const startsAt = clock.date()
  raise('critical', { labels: { signal: 'heap' } })
  clock.advance(7_000)
  resolve()
  expect(told).toEqual([
    {
      status: 'firing',
      group: { source: 'web' },
      heldBack: 0,
      at: startsAt,
      alerts: [
        {
          name: 'MemoryPressure',
          source: 'web',
          severity: 'critical',
          status: 'firing',
          change: 'fired',
          summary: 'memory is at critical',
          labels: { signal: 'heap' },
          at: startsAt,
          startsAt,
        },
      ],
    },
    {
      status: 'resolved',
      group: { source: 'web' },
      heldBack: 0,
      at: startsAt + 7_000,
      alerts: [
        {
          name: 'MemoryPressure',
          source: 'web',
          // With the severity and the labels of what ends, by which receivers know it.
          severity: 'critical',
          status: 'resolved',
          change: 'resolved',
          summary: 'back to normal',
          labels: { signal: 'heap' },
          at: startsAt + 7_000,
          startsAt,
          endsAt: startsAt + 7_000,
        },
      ],
    },
  ])
})

test('tells the same thing once, and a change of severity as an update', () => {
  const { raise, resolve, lines } = setUp()
  raise('warning')
  raise('warning', { summary: 'still at warning' })
  raise('critical')
  raise('critical')
  raise('warning')
  resolve()
  resolve()
  expect(lines()).toEqual([
    'fired MemoryPressure warning',
    'updated MemoryPressure critical',
    'updated MemoryPressure warning',
    'resolved MemoryPressure warning',
  ])
})

test('says nothing of the end of what never began', () => {
  const { resolve, told } = setUp()
  resolve()
  expect(told).toEqual([])
})

test('tells what still fires again, with its latest words', () => {
  const { raise, told, clock, lines } = setUp({ repeatInterval: 60_000 })
  raise('critical')
  raise('critical', { summary: 'worse' })
  clock.advance(59_999)
  expect(told).toHaveLength(1)
  clock.advance(1)
  expect(lines()[1]).toBe('repeated MemoryPressure critical')
  expect(told[1]?.alerts[0]?.summary).toBe('worse')
  clock.advance(60_000)
  expect(told).toHaveLength(3)
})

test('a clock that goes back puts a repetition off by no more than its interval', () => {
  const { raise, clock, lines } = setUp({ repeatInterval: 60_000 })
  raise('critical')
  clock.jump(-1e9)
  raise('info', { name: 'Other' })
  clock.advance(60_000)
  expect(lines().slice(2)).toEqual(['repeated MemoryPressure critical, repeated Other info'])
})

test('never repeats with an infinite interval', () => {
  const { raise, told, clock } = setUp({ repeatInterval: Number.POSITIVE_INFINITY })
  raise('critical')
  clock.advance(1e9)
  expect(told).toHaveLength(1)
  expect(clock.pendingTimers).toBe(0)
})

describe('a hold', () => {
  test('keeps an alert until it has held so long', () => {
    const { raise, told, clock, engine } = setUp({ for: 5_000 })
    raise('warning')
    expect(engine.status()).toMatchObject({ pending: 1, firing: [] })
    clock.advance(4_999)
    expect(told).toEqual([])
    clock.advance(1)
    expect(told).toHaveLength(1)
    expect(told[0]?.alerts[0]?.startsAt).toBe(clock.date() - 5_000)
  })

  test('lets what ends earlier pass in silence', () => {
    const { raise, resolve, told, clock } = setUp({ for: 5_000 })
    raise('warning')
    clock.advance(4_999)
    resolve()
    clock.advance(10_000)
    expect(told).toEqual([])
  })

  test('is that of the severity, and does not start anew when the severity changes', () => {
    const { raise, lines, clock } = setUp({ for: { warning: 60_000, critical: 10_000 } })
    raise('warning')
    clock.advance(50_000)
    raise('critical')
    clock.advance(9_999)
    expect(lines()).toEqual([])
    raise('warning')
    clock.advance(1)
    expect(lines()).toEqual(['fired MemoryPressure warning'])
    raise('critical')
    clock.advance(9_999)
    expect(lines()).toHaveLength(1)
    clock.advance(1)
    expect(lines()[1]).toBe('updated MemoryPressure critical')
    raise('emergency')
    expect(lines()[2]).toBe('updated MemoryPressure emergency')
    raise('warning')
    expect(lines()[3]).toBe('updated MemoryPressure warning')
  })
})

describe('grouping', () => {
  test('waits for more of a group, and then tells all of it', () => {
    const { raise, clock, lines } = setUp({ groupWait: 1_000, groupBy: ['severity'] })
    raise('warning', { name: 'A' })
    clock.advance(500)
    raise('warning', { name: 'B' })
    raise('critical', { name: 'C' })
    clock.advance(500)
    expect(lines()).toEqual(['fired A warning, fired B warning'])
    clock.advance(500)
    expect(lines()[1]).toBe('fired C critical')
  })

  test('never keeps an emergency waiting', () => {
    const { raise, lines } = setUp({ groupWait: 1_000 })
    raise('warning', { name: 'A' })
    raise('emergency', { name: 'B' })
    // What is due first comes first.
    expect(lines()).toEqual(['fired B emergency, fired A warning'])
  })

  test('by nothing puts all that is due into one', () => {
    const { raise, clock, told } = setUp({ groupWait: 10, groupBy: [] })
    raise('warning', { name: 'A', source: 'one' })
    raise('critical', { name: 'B', source: 'two' })
    clock.advance(10)
    expect(told).toHaveLength(1)
    expect(told[0]?.group).toEqual({})
  })

  test('never puts more than a hundred alerts into one notification', () => {
    const { raise, clock, told } = setUp({ groupWait: 10 })
    for (let index = 0; index < 150; index++) raise('warning', { name: `A${index}` })
    clock.advance(10)
    expect(told.map(({ alerts }) => alerts.length)).toEqual([100, 50])
  })

  test('waits no longer than it may when the clock goes back', () => {
    const { raise, clock, lines } = setUp({ groupWait: 1_000, groupBy: ['name'] })
    raise('warning', { name: 'A' })
    clock.jump(-1e9)
    raise('warning', { name: 'B' })
    clock.advance(1_000)
    expect(lines()).toEqual(['fired A warning', 'fired B warning'])
  })

  test('takes back what ended while it waited', () => {
    const { raise, resolve, clock, told } = setUp({ groupWait: 1_000 })
    raise('warning')
    resolve()
    clock.advance(5_000)
    expect(told).toEqual([])
  })
})

describe('the rate', () => {
  test('is kept, and what it held back is told as it stands, and counted', () => {
    const { raise, resolve, clock, told, lines } = setUp({
      rateLimit: { burst: 2, interval: 1_000 },
    })
    raise('warning')
    raise('critical')
    raise('emergency')
    raise('critical')
    raise('emergency')
    raise('warning', { name: 'Other' })
    resolve({ name: 'Other' })
    expect(told).toHaveLength(2)
    clock.advance(1_000)
    expect(lines()).toEqual([
      'fired MemoryPressure warning',
      'updated MemoryPressure critical',
      'updated MemoryPressure emergency',
    ])
    // The emergency that was taken back at first, and the one that came and went.
    expect(told[2]?.heldBack).toBe(2)
  })

  test('delays an end but never loses it', () => {
    const { raise, resolve, clock, lines } = setUp({ rateLimit: { burst: 1, interval: 1_000 } })
    raise('critical')
    resolve()
    expect(lines()).toHaveLength(1)
    clock.advance(1_000)
    expect(lines()[1]).toBe('resolved MemoryPressure critical')
  })
})

test('refuses more alerts than it may keep, and counts them', () => {
  const { raise, resolve, engine, told } = setUp({ maxAlerts: 2 })
  for (const name of ['A', 'B', 'C', 'D']) raise('critical', { name })
  expect(engine.status()).toMatchObject({ refused: 2, sinks: [{ tracked: 2 }] })
  resolve({ name: 'A' })
  raise('critical', { name: 'C' })
  expect(told.at(-1)?.alerts[0]?.name).toBe('C')
})

test('ignores what is no alert, counts it, and cuts what is too long', () => {
  const { bus, engine, raise, told } = setUp()
  const thrower = {
    get name(): string {
      throw new Error('a getter that throws')
    },
  }
  for (const raw of [null, 7, {}, thrower]) bus.publishAlert(raw as unknown as PressureAlert)
  raise('terrible' as 'critical')
  raise('critical', { name: '' })
  expect(engine.status().ignored).toBe(6)
  raise('critical', {
    name: 'n'.repeat(1e6),
    summary: 's'.repeat(1e6),
    labels: { ...Object.fromEntries(Array(100).fill('v'.repeat(1e6)).entries()), not: 7 as never },
    at: 1e300,
  })
  expect(JSON.stringify(told).length).toBeLessThan(20_000)
})
