import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Gap, type Pause, quantile, takeApart } from '../src/release/turns.ts'

const gap = (start: number, end: number, waited = 0): Gap => ({ start, end, waited })
const pause = (start: number, duration: number): Pause => ({ start, duration })

describe('what held the loop', () => {
  test('is the program where nothing was collected and no core was waited for', () => {
    expect(takeApart([gap(10, 18)], [])).toEqual([
      { total: 8, collecting: 0, withoutCollections: 8, own: 8 },
    ])
  })

  test('is a collection only for the part of it that lies in the gap', () => {
    const [first, second, third] = takeApart(
      [gap(0, 10), gap(11, 20), gap(21, 30)],
      [pause(8, 5), pause(15, 1)],
    )
    expect(first?.collecting).toBe(2)
    expect(second?.collecting).toBe(3)
    expect(second?.withoutCollections).toBe(6)
    expect(third?.collecting).toBe(0)
  })

  test('is what is left of it without waits, which fall into collections as often as anywhere', () => {
    const [only] = takeApart([gap(0, 20, 10)], [pause(0, 10)])
    expect(only?.withoutCollections).toBe(10)
    expect(only?.own).toBe(5)
  })

  test('does not hang on the order in which collections are told of', () => {
    const gaps = [gap(0, 10), gap(10, 20)]
    const pauses = [pause(1, 2), pause(8, 4), pause(15, 1)]
    expect(takeApart(gaps, pauses.toReversed())).toEqual(takeApart(gaps, pauses))
  })

  test('adds up, whatever collections there were', () => {
    const gaps = fc.array(fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)), { maxLength: 20 })
    const pauses = fc.array(fc.tuple(fc.nat(10), fc.nat(10)), { maxLength: 20 })
    fc.assert(
      fc.property(gaps, pauses, (drawnGaps, drawnPauses) => {
        let at = 0
        const inOrder = drawnGaps.map(([before, length, waited]) => {
          const start = at + before
          at = start + length
          return gap(start, at, Math.min(waited, length))
        })
        // One thread collects one thing at a time.
        let end = 0
        const apart = drawnPauses.map(([before, duration]) => {
          const start = end + before
          end = start + duration
          return pause(start, duration)
        })
        for (const [index, held] of takeApart(inOrder, apart).entries()) {
          const { start = 0, end: over = 0 } = inOrder[index] ?? {}
          const overlaps = apart.map(
            (each) => Math.min(over, each.start + each.duration) - Math.max(start, each.start),
          )
          const expected = overlaps.reduce((sum, each) => sum + Math.max(0, each), 0)
          expect(held.total).toBe(over - start)
          expect(held.collecting).toBe(expected)
          expect(held.collecting + held.withoutCollections).toBe(held.total)
          expect(held.own).toBeGreaterThanOrEqual(0)
          expect(held.own).toBeLessThanOrEqual(held.withoutCollections)
        }
      }),
    )
  }, 20_000)
})

describe('a quantile', () => {
  test('is the least value that so many do not exceed', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at)
    expect(quantile(values, 0.5)).toBe(50)
    expect(quantile(values, 0.99)).toBe(99)
    expect(quantile(values, 1)).toBe(100)
    expect(quantile(values, 0)).toBe(1)
  })

  test('of nothing is not a number', () => {
    expect(quantile([], 0.5)).toBeNaN()
  })
})
