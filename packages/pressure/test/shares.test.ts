import { type PressureLevel, pressureLevels } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestClasses } from '../src/admission/request-class.ts'
import {
  type ClassShares,
  ceilingsOf,
  defaultShares,
  resolveShares,
} from '../src/admission/shares.ts'

const share = fc.oneof(
  fc.constantFrom(0, 0.1, 0.29, 0.7, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
)
/** Cells that may be left out, made to fall from class to class and from level to level. */
const cell = fc.option(share, { nil: undefined, freq: 2 })
const table = fc.array(cell, { minLength: 12, maxLength: 12 }).map((cells) => {
  const given: Partial<Record<PressureLevel, Partial<ClassShares>>> = {}
  const least = [1, 1, 1]
  pressureLevels.forEach((level, rank) => {
    const entries = requestClasses.flatMap((requestClass, place) => {
      const drawn = cells[rank * 3 + place]
      if (drawn === undefined) return []
      const most = Math.min(least[place] ?? 1, least[place - 1] ?? 1)
      least[place] = Math.min(most, drawn)
      return [[requestClass, least[place]]]
    })
    given[level] = Object.fromEntries(entries)
  })
  return given
})

test('the defaults are a table that is accepted as it is', () => {
  expect(resolveShares(defaultShares)).toEqual(defaultShares)
  expect(resolveShares()).toEqual(defaultShares)
})

test('no accepted table gives more to a lower class or at a worse level, and what was given stands', () => {
  let accepted = 0
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 1_000 }), (given, concurrency) => {
      let shares: ReturnType<typeof resolveShares>
      try {
        shares = resolveShares(given)
      } catch {
        return
      }
      accepted++
      const ceilings = ceilingsOf(concurrency, shares)
      let milder = { essential: concurrency, standard: concurrency, background: concurrency }
      for (const level of pressureLevels) {
        const { essential, standard, background } = ceilings[level]
        expect(essential).toBeGreaterThan(0)
        expect(standard).toBeLessThanOrEqual(essential)
        expect(background).toBeLessThanOrEqual(standard)
        for (const requestClass of requestClasses) {
          const ceiling = ceilings[level][requestClass]
          expect(Number.isInteger(ceiling)).toBe(true)
          expect(ceiling).toBeLessThanOrEqual(milder[requestClass])
          expect(ceiling === 0).toBe(shares[level][requestClass] === 0)
          expect(shares[level][requestClass]).toBe(
            given[level]?.[requestClass] ?? shares[level][requestClass],
          )
        }
        milder = { essential, standard, background }
      }
    }),
    { numRuns: 2_000 },
  )
  expect(accepted).toBeGreaterThan(200)
})

describe('ceilings', () => {
  test('are whole where the share of the limit is whole, in spite of binary fractions', () => {
    const shares = resolveShares({ normal: { standard: 0.29, background: 0.29 } })
    expect(ceilingsOf(100, shares).normal).toMatchObject({ standard: 29, background: 29 })
  })

  test('leave a class with any share at least one place', () => {
    expect(ceilingsOf(1, defaultShares)).toEqual({
      normal: { essential: 1, standard: 1, background: 1 },
      warning: { essential: 1, standard: 1, background: 1 },
      critical: { essential: 1, standard: 1, background: 0 },
      emergency: { essential: 1, standard: 0, background: 0 },
    })
  })
})

test.each([
  [{ normal: { standard: 1.5 } }, '`shares.normal.standard` must be a number from 0 to 1, got 1.5'],
  [{ critical: { essential: 0 } }, '`shares.critical.essential` must be above 0, got 0'],
  [
    { normal: { standard: 0.4, background: 0.5 } },
    '`shares.normal.background` must be a number from 0 to 0.4, got 0.5',
  ],
  [
    { warning: { background: 0.6 } },
    '`shares.warning.background` must be a number from 0 to 0.5, got 0.6',
  ],
  [
    { emergency: { standard: Number.NaN } },
    '`shares.emergency.standard` must be a number from 0 to 0.4, got NaN',
  ],
])('a table that breaks the order is refused: %j', (shares, message) => {
  expect(() => resolveShares(shares)).toThrow(message)
})
