import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf, DistanceHistogram } from '../../src/observed/distance-histogram.ts'

test('knows small distances and powers of two exactly', () => {
  const histogram = new DistanceHistogram()
  for (let distance = 1; distance <= 8; distance++) histogram.add(bucketOf(distance), 1)
  for (let bound = 1; bound <= 8; bound++) expect(histogram.upTo(bound)).toBeCloseTo(bound, 9)
  for (let octave = 4; octave < 50; octave++) {
    const before = histogram.upTo(2 ** octave - 1)
    histogram.add(bucketOf(2 ** octave), 1)
    expect(histogram.upTo(2 ** octave)).toBeCloseTo(octave + 5, 9)
    expect(histogram.upTo(2 ** (octave - 1))).toBeCloseTo(octave + 4, 9)
    expect(histogram.upTo(2 ** octave - 1)).toBeGreaterThanOrEqual(before)
  }
})

test('is exact at every bound where each distance came once', () => {
  const histogram = new DistanceHistogram()
  for (let distance = 1; distance <= 1_000; distance++) histogram.add(bucketOf(distance), 1)
  const bounds = Array.from({ length: 900 }, (_, index) => index + 1)
  const off = bounds.filter((bound) => Math.abs(histogram.upTo(bound) - bound) > 1e-6)
  expect(off).toEqual([])
})

test('counts endless distances apart, and none of them up to any bound', () => {
  const histogram = new DistanceHistogram()
  histogram.add(bucketOf(Number.POSITIVE_INFINITY), 3)
  histogram.add(bucketOf(7), 2)
  expect([histogram.sum, histogram.endless]).toEqual([5, 3])
  expect(histogram.upTo(2 ** 60)).toBe(2)
  histogram.scale(1 / 2)
  expect([histogram.sum, histogram.endless, histogram.upTo(7)]).toEqual([2.5, 1.5, 1])
  histogram.clear()
  expect([histogram.sum, histogram.endless, histogram.upTo(7)]).toEqual([0, 0, 0])
  expect(histogram.edges()).toEqual([])
})

test('is off by no more than what lies within a tenth of the bound, and never falls', () => {
  const distance = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.double({ min: 1, max: 1e6, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(distance, { maxLength: 60, size: 'max' }), (distances) => {
      const histogram = new DistanceHistogram()
      let before = 0
      for (const one of distances) histogram.add(bucketOf(one), 1)
      for (let bound = 1; bound < 2e6; bound = Math.ceil(bound * 1.07)) {
        const counted = histogram.upTo(bound)
        const least = distances.filter((one) => one <= bound / 1.1 - 1).length
        const most = distances.filter((one) => one <= bound * 1.1 + 1).length
        expect(counted).toBeGreaterThanOrEqual(Math.max(before, least) - 1e-9)
        expect(counted).toBeLessThanOrEqual(most + 1e-9)
        before = counted
      }
      expect(histogram.upTo(2e6)).toBeCloseTo(distances.length, 9)
      expect(histogram.upTo(Math.ceil(histogram.edges().at(-1) ?? 1))).toBeCloseTo(
        distances.length,
        9,
      )
    }),
    { numRuns: 200 },
  )
}, 30_000)
