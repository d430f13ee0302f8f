import { FakeClock, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('FakeClock', () => {
  test('runs timers in order of their time, each at its own time, those set on the way included', () => {
    const clock = new FakeClock()
    const ran: string[] = []
    clock.setTimer(() => ran.push(`b@${clock.now()}`), 20)
    clock.setTimer(() => {
      ran.push(`a@${clock.now()}`)
      clock.setTimer(() => ran.push(`c@${clock.now()}`), 5)
    }, 10)
    const cancel = clock.setTimer(() => ran.push('never'), 15)
    cancel()
    clock.advance(20)
    expect(ran).toEqual(['a@10', 'c@15', 'b@20'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('moves wall-clock time along, and jumps without running timers', () => {
    const clock = new FakeClock(0, 1_000)
    let ran = 0
    clock.setTimer(() => ran++, 50)
    clock.jump(100)
    expect([clock.now(), clock.date(), ran]).toEqual([100, 1_100, 0])
    clock.advance(0)
    expect([clock.now(), ran]).toEqual([100, 1])
  })

  test('refuses to advance backwards', () => {
    expect(() => new FakeClock().advance(-1)).toThrow('`milliseconds` must be at least 0, got -1')
  })

  test('time never goes back while timers run', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), fc.nat(200), (delays, total) => {
        const clock = new FakeClock()
        let last = 0
        let ran = 0
        for (const delay of delays) {
          clock.setTimer(() => {
            expect(clock.now()).toBeGreaterThanOrEqual(last)
            last = clock.now()
            ran += 1
          }, delay)
        }
        clock.advance(total)
        expect(ran).toBe(delays.filter((delay) => delay <= total).length)
      }),
    )
  })
})

test('scriptedPressure plays levels on a bus of its own, and keeps them fresh while they last', () => {
  const { bus, clock, play } = scriptedPressure()
  const seen: string[] = []
  bus.subscribe('level', ({ level }) => seen.push(level))
  play([
    ['warning', 30_000],
    ['emergency', 60_000],
    ['normal', 0],
  ])
  expect(seen).toEqual(['warning', 'emergency', 'normal'])
  expect([clock.now(), bus.confidence]).toEqual([90_000, 'confirmed'])
})
