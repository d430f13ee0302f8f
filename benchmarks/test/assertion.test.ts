import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAssertion } from '../src/policies/assertion.ts'

const values: Readonly<Record<string, number>> = {
  'adaptive.hit': 50,
  'lru.hit': 48,
  'lru.min.hit': 40,
  '@isaacs/ttlcache.hit': 30,
  'sim:opt.hit': 60,
  'adaptive.missRatioVsLru': 1.04,
  'adaptive.gapClosed': 38,
}

function holds(text: string): boolean | undefined {
  return parseAssertion(text).check((subject, metric) => values[`${subject}.${metric}`]).holds
}

describe('an assertion', () => {
  const cases = [
    ['adaptive.hit >= lru.hit', true],
    ['lru.hit >= adaptive.hit', false],
    ['lru.hit >= adaptive.hit - 2', true],
    ['lru.hit > adaptive.hit - 2', false],
    ['lru.hit + 2 == adaptive.hit', true],
    ['lru.min.hit < lru.hit', true],
    ['@isaacs/ttlcache.hit<=30', true],
    ['adaptive.hit >= 0.9 * sim:opt.hit', false],
    ['adaptive.hit >= 0.8 * sim:opt.hit + 2', true],
    ['adaptive.missRatioVsLru <= 1.05', true],
    ['100 - adaptive.hit <= 1.05 * 100 - 1.05 * lru.hit', true],
    ['adaptive.hit >= fifo.hit', undefined],
  ] as const
  for (const [text, expected] of cases) {
    test(`${text}: ${expected}`, () => expect(holds(text)).toBe(expected))
  }

  test('names the subjects that it speaks of', () => {
    expect(parseAssertion('lru.min.hit >= 0.5 * lru.hit').subjects).toEqual(['lru.min', 'lru'])
    const pooled = parseAssertion('pooled.gdsf.hit >= pooled.lru.hit + 7')
    expect(pooled).toMatchObject({ pooled: true, subjects: ['gdsf', 'lru'] })
    expect(parseAssertion('lru.hit > 1').pooled).toBe(false)
  })

  test('reads pooled metrics under their own names', () => {
    const { check } = parseAssertion('pooled.adaptive.nearBest >= 90')
    expect(
      check((subject, metric) => (`${subject}.${metric}` === 'adaptive.nearBest' ? 91 : 0)),
    ).toEqual({ left: 91, right: 90, holds: true })
  })

  const malformed = [
    '',
    'lru.hit',
    'lru.hit >= ',
    'lru.hit => 3',
    '1 < 2',
    'lru.hit < 3 < 4',
    'lru.speed > 1',
    'lru.nearBest > 1',
    'pooled.lru.hit > lru.hit',
    'pooled.hit > 1',
    'lru.hit * 2 > 1',
    'x * lru.hit > 1',
    'lru.hit / 2 > 1',
    'lru.hit + > 1',
    'lru.hit > 1e9x',
    '.hit > 1',
  ]
  for (const text of malformed) {
    test(`is refused as ${JSON.stringify(text)}`, () => {
      expect(() => parseAssertion(text)).toThrow(/^`assert` must .*, got /)
    })
  }

  test('adds and scales as arithmetic does', () => {
    const decimal = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100)
    fc.assert(
      fc.property(decimal, decimal, decimal, decimal, (factor, hit, plus, minus) => {
        const { check } = parseAssertion(`${factor} * a.hit + ${plus} - ${minus} >= 0`)
        expect(check(() => hit).left).toBeCloseTo(factor * hit + plus - minus, 6)
      }),
    )
  })

  test('is refused with an error of ours, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseAssertion(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'CULTUS_INVALID_OPTION' })
        }
      }),
    )
  })
})
