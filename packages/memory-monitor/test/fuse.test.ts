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
    )
    .map(([name, a, b]) => signal(name, Math.min(a, b), Math.max(a, b))),
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

  test('is nothing without a signal', () => {
    expect(fuse([], 0.85)).toBeUndefined()
  })

  test('yields bounds that hold every signal, and a dominant that is one of them', () => {
    fc.assert(
      fc.property(signals, (given) => {
        const reading = fuse(given, 0.85)
        if (reading === undefined) {
          expect(given).toEqual([])
          return
        }
        for (const each of given) {
          expect(reading.lower).toBeGreaterThanOrEqual(each.lower)
          expect(reading.upper).toBeGreaterThanOrEqual(each.upper)
        }
        expect(reading.lower).toBeLessThanOrEqual(reading.upper)
        expect(given).toContain(reading.dominant)
        // Whoever put the reading over `critical` for certain is the one that is named.
        if (reading.lower >= 0.85) expect(reading.dominant.lower).toBe(reading.lower)
      }),
    )
  })
})
