import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuse } from '../src/fuse.ts'
import type { Signal, SignalName } from '../src/signal.ts'

const signal = (name: SignalName, lower: number, upper: number): Signal => ({
  name,
  ratio: lower,
  lower,
  upper,
  confidence: 'confirmed',
  reason: '',
})
const signals = fc.array(
  fc
    .tuple(
      fc.constantFrom<SignalName>('heap', 'container', 'process'),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.boolean(),
    )
    .map(([name, a, b, uncorroborated]) => ({
      ...signal(name, Math.min(a, b), Math.max(a, b)),
      uncorroborated,
    })),
)

describe('fusing', () => {
  test('takes the worst of both bounds', () => {
    expect(fuse([signal('heap', 0.3, 0.8), signal('container', 0.5, 0.5)], 0.85)).toMatchObject({
      lower: 0.5,
      upper: 0.8,
      dominant: { name: 'heap' },
    })
  })

  test('lets a fact over `critical` dominate a guess that is worse', () => {
    const reading = fuse([signal('process', 0, 0.99), signal('heap', 0.86, 0.87)], 0.8499)
    expect(reading?.dominant.name).toBe('heap')
  })

  test('counts what nothing else bears out for no more than holds `warning`', () => {
    const guess = { ...signal('process', 0.1, 0.99), uncorroborated: true }
    expect(fuse([guess], 0.85, 0.8)).toMatchObject({ lower: 0.1, upper: 0.8, dominant: guess })
    // A fact stays one, and takes nothing from the others.
    expect(fuse([{ ...guess, lower: 0.9 }], 0.85, 0.8)).toMatchObject({ lower: 0.9, upper: 0.9 })
    expect(fuse([guess, signal('heap', 0.2, 0.97)], 0.85, 0.8)?.upper).toBe(0.97)
  })

  test('is nothing without a signal', () => {
    expect(fuse([], 0.85)).toBeUndefined()
  })

  test('yields bounds that hold every signal, and a dominant that is one of them', () => {
    fc.assert(
      fc.property(signals, (given) => {
        const reading = fuse(given, 0.85, 0.8)
        if (reading === undefined) {
          expect(given).toEqual([])
          return
        }
        for (const each of given) {
          expect(reading.lower).toBeGreaterThanOrEqual(each.lower)
          const counted = each.uncorroborated === true ? Math.min(each.upper, 0.8) : each.upper
          expect(reading.upper).toBeGreaterThanOrEqual(counted)
        }
        expect(reading.lower).toBeLessThanOrEqual(reading.upper)
        expect(given).toContain(reading.dominant)
        // Whoever put the reading over `critical` for certain is the one that is named.
        if (reading.lower >= 0.85) expect(reading.dominant.lower).toBe(reading.lower)
      }),
    )
  })
})
