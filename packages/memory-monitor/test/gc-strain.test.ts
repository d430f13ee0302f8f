import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ceilingAt, type GcStrikes, strikesAfter } from '../src/gc-strain.ts'

const strikes = fc.integer({ min: 0, max: 4 }).map((value) => value as GcStrikes)
const crowdedAndBusy = { ratio: 0.8, quiet: 1, busy: 10 }

describe('strikes', () => {
  test('count up to four while crowded collections follow hard on one another', () => {
    let now: GcStrikes = 0
    const seen = Array.from({ length: 6 }, () => {
      now = strikesAfter(now, crowdedAndBusy)
      return now
    })
    expect(seen).toEqual([1, 2, 3, 4, 4, 4])
  })

  test('start anew after one collection that left room, or came after a rest', () => {
    fc.assert(
      fc.property(strikes, fc.double({ min: 0, max: 0.799, noNaN: true }), (before, ratio) => {
        expect(strikesAfter(before, { ...crowdedAndBusy, ratio })).toBe(0)
        expect(strikesAfter(before, { ...crowdedAndBusy, quiet: 7 })).toBe(0)
      }),
    )
  })

  test('come from a heap that is 80 % full at the least, whatever the times', () => {
    const time = fc.double({ min: 0, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(strikes, fc.double({ min: 0, max: 2, noNaN: true }), time, time, (...facts) => {
        const [before, ratio, quiet, busy] = facts
        const after = strikesAfter(before, { ratio, quiet, busy })
        expect(after).toBeLessThanOrEqual(4)
        expect(after === 0 || (ratio >= 0.8 && after >= before)).toBe(true)
      }),
    )
  })
})

test('the ceiling sinks to where V8 gives up', () => {
  expect(([0, 1, 2, 3, 4] as const).map(ceilingAt)).toEqual([
    1,
    expect.closeTo(0.95),
    expect.closeTo(0.9),
    expect.closeTo(0.85),
    expect.closeTo(0.8),
  ])
})
