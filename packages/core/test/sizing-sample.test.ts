import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evenStep, leastLooks, project } from '../src/sizing/sample.ts'

const counts = fc.integer({ min: 1, max: 5_000 })

test('the step visits each place once', () => {
  fc.assert(
    fc.property(counts, (count) => {
      const step = evenStep(count)
      const places = new Set(Array.from({ length: count }, (_, look) => (look * step) % count))
      expect(places.size).toBe(count)
    }),
  )
}, 20_000)

test('no place is far from one that was visited, wherever it stops', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 5_000 }),
      fc.integer({ min: 5, max: 60 }),
      (count, looks) => {
        const step = evenStep(count)
        const places = Array.from({ length: looks }, (_, look) => (look * step) % count).sort(
          (a, b) => a - b,
        )
        const gaps = places.map((place, at) => (places[at + 1] ?? count) - place)
        expect(Math.max(...gaps)).toBeLessThanOrEqual((6 * count) / looks + 2)
      },
    ),
  )
}, 20_000)

test('equal sizes are settled at once and projected as they are', () => {
  expect(project([24, 24, 24], 0, 100)).toEqual({ each: 24, settled: true })
})

test('unequal sizes are projected above their mean, less so the more were seen', () => {
  const few = project([10, 90, 20, 80], 0, 1_000)
  const many = project(
    Array.from({ length: 64 }, (_, at) => [10, 90, 20, 80][at % 4] ?? 0),
    0,
    1_000,
  )
  expect(few.settled).toBe(false)
  expect(few.each).toBeGreaterThan(many.each)
  expect(many.each).toBeGreaterThan(50)
})

test('when all were seen there is nothing to be unsure of', () => {
  expect(project([10, 90], 0, 2)).toEqual({ each: 50, settled: true })
})

test('some are looked at in any case, and never more than there are', () => {
  fc.assert(
    fc.property(counts, (count) => {
      const least = leastLooks(count)
      expect(least).toBeLessThanOrEqual(Math.min(20, count))
      expect(least).toBeGreaterThanOrEqual(Math.min(5, count))
    }),
  )
})
