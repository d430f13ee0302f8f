import { elevatedLevels } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultTiers, resolveTiers, tierRatio } from '../src/tiers.ts'

const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const descending = fc
  .tuple(ratio, ratio, ratio)
  .map((ratios) => ratios.sort((a, b) => b - a) as [number, number, number])
const roles = fc.dictionary(fc.constantFrom('ai', 'jwt', 'constructor'), ratio)
const action = { name: 'pause', apply: () => {}, revert: () => {} }

describe('the default tiers', () => {
  test('leave consumers 0.75, 0.5 and 0.1, and those for ai nothing from critical on', () => {
    const tiers = resolveTiers()
    expect(elevatedLevels.map((level) => tierRatio(tiers, level, {}))).toEqual([0.75, 0.5, 0.1])
    expect(elevatedLevels.map((level) => tierRatio(tiers, level, { role: 'ai' }))).toEqual([
      0.75, 0, 0,
    ])
  })

  test('fill in field by field what a tier leaves out', () => {
    const tiers = resolveTiers({ critical: { actions: [action] } })
    expect(tiers).toEqual({
      ...defaultTiers,
      critical: { ...defaultTiers.critical, actions: [action] },
    })
  })

  test('make room for a milder tier that keeps less than a worse default', () => {
    const tiers = resolveTiers({ warning: { caches: 0.3 } })
    expect(elevatedLevels.map((level) => tiers[level].caches)).toEqual([0.3, 0.3, 0.1])
  })

  test('can be switched off for a role', () => {
    const tiers = resolveTiers({ critical: { roles: {} }, emergency: { roles: {} } })
    expect(tierRatio(tiers, 'emergency', { role: 'ai' })).toBe(0.1)
  })
})

describe('the ratio of a consumer', () => {
  test('is that of its role, else its own, else that of the tier', () => {
    const tiers = resolveTiers({ warning: { caches: 0.7, roles: { jwt: 0.9 } } })
    const ratios = { warning: 0.8 }
    expect(tierRatio(tiers, 'warning', { role: 'jwt', ratios })).toBe(0.9)
    expect(tierRatio(tiers, 'warning', { role: 'users', ratios })).toBe(0.8)
    expect(tierRatio(tiers, 'warning', { role: 'users' })).toBe(0.7)
  })

  test('is not taken from what every object has', () => {
    expect(tierRatio(resolveTiers(), 'warning', { role: 'constructor' })).toBe(0.75)
  })

  test('never grows as the level worsens, whatever tiers, roles and own ratios say', () => {
    const own = fc.record(
      { warning: ratio, critical: ratio, emergency: fc.oneof(ratio, fc.constant(Number.NaN)) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        descending,
        fc.tuple(roles, roles, roles),
        optional(fc.constantFrom('ai', 'jwt', 'users', 'constructor')),
        optional(own),
        ([warning, critical, emergency], [r1, r2, r3], role, ratios) => {
          const tiers = resolveTiers({
            warning: { caches: warning, roles: r1 },
            critical: { caches: critical, roles: r2 },
            emergency: { caches: emergency, roles: r3 },
          })
          const consumer = { ...(role && { role }), ...(ratios && { ratios }) }
          let milder = 1
          for (const level of elevatedLevels) {
            const kept = tierRatio(tiers, level, consumer)
            expect(kept).toBeGreaterThanOrEqual(0)
            expect(kept).toBeLessThanOrEqual(milder)
            milder = kept
          }
        },
      ),
    )
  })
})

describe('tiers that are refused', () => {
  const refused = (tiers: unknown): unknown => {
    try {
      resolveTiers(tiers as never)
    } catch (error) {
      return error
    }
    return undefined
  }

  test.each([
    [{ warning: { caches: 1.1 } }, '`tiers.warning.caches` must be a number from 0 to 1, got 1.1'],
    [
      { warning: { caches: 0.5 }, critical: { caches: 0.6 } },
      '`tiers.critical.caches` must be a number from 0 to 0.5, got 0.6',
    ],
    [
      { critical: { roles: { ai: -1 } } },
      '`tiers.critical.roles.ai` must be a number from 0 to 1, got -1',
    ],
    [
      { emergency: { caches: '0.1' } },
      '`tiers.emergency.caches` must be a number from 0 to 0.5, got "0.1"',
    ],
    [
      { warning: { actions: [{}] } },
      '`tiers.warning.actions` must have a `name` each, got undefined',
    ],
    [
      { warning: { actions: [{ name: 'a' }] } },
      '`tiers.warning.actions` must have `apply()` each, got undefined',
    ],
    [
      { warning: { actions: [action] }, critical: { actions: [action] } },
      '`tiers.critical.actions` must have unique names, got "pause"',
    ],
  ])('name the option: %j', (tiers, message) => {
    expect(refused(tiers)).toMatchObject({ code: 'CULTUS_INVALID_OPTION', message })
  })
})
