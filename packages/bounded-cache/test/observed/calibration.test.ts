import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Calibration } from '../../src/observed/calibration.ts'

const mebibyte = 2 ** 20

test('finds the factor whatever else lies on the heap', () => {
  const factor = fc.double({ min: 0.2, max: 5, noNaN: true })
  const bytes = fc.uniqueArray(fc.nat(2 ** 40), { minLength: 2, maxLength: 20 })
  fc.assert(
    fc.property(factor, fc.nat(2 ** 30), bytes, (factor, other, estimates) => {
      const calibration = new Calibration()
      for (const estimated of estimates) calibration.add(estimated, other + factor * estimated)
      const told = calibration.factor
      if (told !== undefined) expect(told / factor).toBeCloseTo(1, 3)
    }),
  )
  const calibration = new Calibration()
  for (const estimated of [0, 10, 20, 40])
    calibration.add(estimated * mebibyte, (50 + 1.1 * estimated) * mebibyte)
  expect(calibration.factor).toBeCloseTo(1.1, 9)
}, 30_000)

test('tells nothing while the estimates are alike, or the heap does not grow with them', () => {
  const alike = new Calibration()
  expect(alike.factor).toBeUndefined()
  alike.add(100 * mebibyte, 200 * mebibyte)
  expect(alike.factor).toBeUndefined()
  alike.add(101 * mebibyte, 300 * mebibyte)
  expect(alike.factor).toBeUndefined()
  const falling = new Calibration()
  falling.add(100 * mebibyte, 200 * mebibyte)
  falling.add(300 * mebibyte, 100 * mebibyte)
  expect(falling.factor).toBeUndefined()
})

test.each([
  [-1, 1, '`estimated` must be a number of bytes, got -1'],
  [1, Number.NaN, '`measured` must be a number of bytes, got NaN'],
  [Number.POSITIVE_INFINITY, 1, '`estimated` must be a number of bytes, got Infinity'],
])('refuses %d and %d, and is as it was', (estimated, measured, message) => {
  const calibration = new Calibration()
  calibration.add(0, 10)
  calibration.add(100, 120)
  expect(() => calibration.add(estimated, measured)).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT', message }),
  )
  expect(calibration.factor).toBeCloseTo(1.1, 9)
})
