import { describe, expect, test } from 'vitest'
import { median } from '../../verify/src/harness/median.ts'
import { type BarChart, barsToSvg } from '../src/caches/bars.ts'
import { allHold, type Verdict, verdictLines } from '../src/caches/claim.ts'
import { flatCopy, flatKey, flatKeys } from '../src/caches/flat-key.ts'
import { type Bound, bounds, lineUp, subjectNamed } from '../src/caches/line-up.ts'
import { cohorts, shuffled } from '../src/caches/order.ts'
import { parseRunOptions } from '../src/caches/run-options.ts'
import { valueSize } from '../src/caches/subject.ts'
import { expectWellFormed } from './well-formed.ts'

describe('every subject', () => {
  const entries = 200
  const keys = flatKeys(5 * entries)
  const held = (bound: Bound): ReturnType<typeof lineUp> => lineUp(bound)

  for (const [bound, { name, subject, kind, ttl }] of bounds.flatMap((bound) =>
    held(bound).map((one) => [bound, one] as const),
  )) {
    test(`${name}, bounded by ${bound}, holds as many entries as fit and evicts where it can`, async () => {
      const { from, make, evicts } = subjectNamed(subject)
      const module: unknown = from === undefined ? undefined : await import(from)
      const cache = make(module as never, { entries, kind, ttl: ttl ? 60_000 : undefined })
      for (let id = 0; id < entries; id++) cache.set(keys[id] ?? '', { id, size: valueSize })
      for (let id = 0; id < entries; id++) expect(cache.get(keys[id] ?? '')?.id).toBe(id)
      expect(cache.get('never set')).toBeUndefined()
      cache.set(keys[0] ?? '', { id: 7, size: valueSize })
      expect(cache.get(keys[0] ?? '')?.id).toBe(7)
      if (evicts) {
        for (const [id, key] of keys.entries()) cache.set(key, { id, size: valueSize })
        // `transitory` evicts in a turn of its own; `quick-lru` and `flru` hold two generations.
        await new Promise((resolve) => setImmediate(resolve))
        const left = keys.filter((key) => cache.get(key) !== undefined).length
        expect(left).toBeGreaterThan(0)
        expect(left).toBeLessThanOrEqual(2 * entries)
        if (subjectNamed(subject).note === undefined) expect(left).toBe(entries)
      }
      cache.dispose?.()
    })
  }

  test('has a name of its own among those bounded alike', () => {
    for (const bound of bounds) {
      const names = held(bound).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
    expect(lineUp('bytes', ['adaptive']).map(({ name }) => name)).toEqual([
      'adaptive',
      'adaptive + ttl',
      'adaptive, estimated',
      'adaptive, estimated + ttl',
    ])
  })
})

describe('the order of a round', () => {
  test('is that of the seed, and has everybody once', () => {
    const items = Array.from({ length: 30 }, (_, index) => index)
    expect(shuffled(items, 1)).toEqual(shuffled(items, 1))
    expect(shuffled(items, 1)).not.toEqual(shuffled(items, 2))
    expect(shuffled(items, 3).toSorted((one, other) => one - other)).toEqual(items)
  })

  test('is cut into groups that have room, each with what all are compared with', () => {
    expect(cohorts(['a', 'base', 'b', 'c'], 'base', 3)).toEqual([
      ['base', 'a', 'b'],
      ['base', 'c'],
    ])
    expect(cohorts(['base'], 'base', 1)).toEqual([['base']])
    expect(cohorts(['a', 'b', 'base'], 'base', 1)).toHaveLength(2)
    expect(cohorts(['a', 'b', 'base'], 'base', 9)).toEqual([['base', 'a', 'b']])
  })
})

test('the median is the middle, or the mean of the middle two', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN])
})

test('a key has 21 characters, and a copy the same ones', () => {
  expect(flatKey(12_345)).toBe('user:0000000000012345')
  expect(flatCopy(flatKey(1))).toBe(flatKey(1))
})

describe('claims', () => {
  const verdict = (passed: boolean, timed: boolean): Verdict => ({
    claim: 'a ≥ b',
    figure: '1',
    passed,
    timed,
  })
  const strict = { quick: false, lenient: false }
  const quick = { quick: true, lenient: false }
  const lenient = { quick: false, lenient: true }

  test('that are missed count, timings in a quick run and all in a lenient one excepted', () => {
    const [timing, bytes] = [verdict(false, true), verdict(false, false)]
    expect([strict, quick, lenient].map((one) => allHold([timing], one))).toEqual([
      false,
      true,
      true,
    ])
    expect([strict, quick, lenient].map((one) => allHold([bytes], one))).toEqual([
      false,
      false,
      true,
    ])
    expect(allHold([verdict(true, true)], strict)).toBe(true)
  })

  test('are told as passed, failed or missed', () => {
    const verdicts = [verdict(true, true), verdict(false, true), verdict(false, false)]
    expect(verdictLines(verdicts, quick)).toEqual([
      'PASS  a ≥ b: 1',
      'MISS  a ≥ b: 1',
      'FAIL  a ≥ b: 1',
    ])
  })
})

describe('options', () => {
  test('are everything that is published, or something quick', () => {
    expect(parseRunOptions([])).toMatchObject({
      entries: [10_000, 100_000, 1_000_000],
      lines: ['20', '24'],
      bounds: ['entries', 'bytes'],
      keys: 'same',
      partial: false,
    })
    expect(parseRunOptions(['--', '--quick', '--node', '24'])).toMatchObject({
      entries: [10_000],
      lines: ['24'],
      quick: true,
      partial: true,
    })
    expect(parseRunOptions(['--entries', '5k,2M,123'])).toMatchObject({
      entries: [5_000, 2_000_000, 123],
      partial: true,
    })
  })

  const refused = [
    [['--entries', 'many'], '`entries` must be numbers such as 10k,1M'],
    [['--entries', '9M'], '`entries` must be a number from 100 to 4000000'],
    [['--node', '18'], '`node` must be any of 20'],
    [['--bound', 'time'], '`bound` must be any of entries, bytes'],
    [['--subjects', 'lru-cash'], '`subjects` must name any of Map'],
    [['--keys', 'long'], '`keys` must be same or fresh'],
    [['--rounds', '1.5'], '`rounds` must be a whole number'],
    [['--seed', '0'], '`seed` must be a number from 1'],
    [['--fast'], "Unknown option '--fast'"],
  ] as const
  for (const [args, message] of refused) {
    test(`refuse ${args.join(' ')}`, () => {
      expect(() => parseRunOptions(args)).toThrow(message)
    })
  }
})

describe('the bar chart', () => {
  const chart: BarChart = {
    title: 'a < b & "c"',
    rows: [
      { name: 'ours', ours: true },
      { name: 'other', ours: false },
    ],
    columns: [
      {
        title: 'get',
        mark: 1,
        bars: [{ value: 2, range: [1.5, 2.5], label: '2.00' }, undefined],
      },
      { title: 'nothing', mark: undefined, bars: [{ value: 0, label: '0' }, undefined] },
    ],
  }
  const svg = barsToSvg(chart)

  test('is well-formed: every element is closed, every character escaped', () => {
    expectWellFormed(svg)
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  })

  test('has a bar for each value, ours told apart, and colours for a light and a dark page', () => {
    expect(svg.match(/<rect class="bar/g)).toHaveLength(2)
    expect(svg.match(/<rect class="bar own"/g)).toHaveLength(2)
    expect(svg).toContain('prefers-color-scheme:dark')
  })
})
