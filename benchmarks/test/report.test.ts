import { describe, expect, test } from 'vitest'
import type { Measures } from '../src/policies/measures.ts'
import type { Point } from '../src/policies/point.ts'
import { toMarkdown } from '../src/policies/report/markdown.ts'
import { markdownTable } from '../src/policies/report/markdown-table.ts'
import { bytesText } from '../src/policies/report/number-text.ts'
import { type Plot, toSvg } from '../src/policies/report/plot.ts'
import type { Result } from '../src/policies/result.ts'
import { pool } from '../src/policies/summary.ts'
import { cellCounts } from './page-tables.ts'
import { expectWellFormed } from './well-formed.ts'

function measuresOf(hit: number, lru: number, opt: number): Measures {
  return {
    hit,
    byteHit: undefined,
    costSaved: undefined,
    missRatioVsLru: (100 - hit) / (100 - lru),
    missCostVsLru: undefined,
    gapClosed: (100 * (hit - lru)) / (opt - lru),
    microseconds: 0.5,
  }
}

function pointOf(capacity: number, hits: Readonly<Record<string, number>>): Point {
  const { 'sim:lru': lru = 0, 'sim:opt': opt = 0 } = hits
  return {
    trace: 'a|b <c>',
    requests: 1_000,
    unique: 100,
    size: `${capacity}`,
    capacity,
    entries: capacity,
    tallies: {},
    measures: Object.fromEntries(
      Object.entries(hits).map(([name, hit]) => [name, measuresOf(hit, lru, opt)]),
    ),
  }
}

const yardsticks = { 'sim:s3-fifo': 45, 'sim:w-tinylfu-1': 52 }
const points = [
  pointOf(10, { 'sim:lru': 40, 'sim:opt': 60, ours: 50, ...yardsticks }),
  pointOf(20, { 'sim:lru': 50, 'sim:opt': 90, ours: 45, ...yardsticks }),
]
const names = ['ours', 'sim:lru', 'sim:s3-fifo', 'sim:w-tinylfu-1', 'sim:opt']

describe('figures over all points', () => {
  const { ours } = pool(points, [...names, 'absent'], 'sim:opt')

  test('are means, worsts, and a share of the sum of all gaps', () => {
    expect(ours).toMatchObject({ hit: 47.5, wins: 0, nearBest: 0, byteHit: undefined })
    expect(ours?.missRatioVsLru).toBeCloseTo(55 / 50)
    expect(ours?.gapClosed).toBeCloseTo((100 * (10 - 5)) / (20 + 40))
  })

  test('have no wins for what knows the future', () => {
    expect(pool(points, ['sim:opt'], 'sim:opt')['sim:opt']?.wins).toBeUndefined()
  })

  test('leave out who ran nowhere', () => {
    expect(pool(points, ['absent'], 'sim:opt')).toEqual({})
  })

  test('call a subject near the best within a point of it', () => {
    const near = pointOf(10, { 'sim:lru': 40, 'sim:opt': 60, ours: 51, ...yardsticks })
    expect(pool([near, ...points.slice(1)], ['ours'], 'sim:opt')['ours']?.nearBest).toBe(50)
  })
})

describe('the page', () => {
  const result: Result = {
    machine: { node: 'v0', v8: '0', processor: 'x', cores: 1, gibibytes: 1, platform: 'any' },
    seed: 7,
    seeds: 1,
    bound: 'entries',
    costs: false,
    keys: 'number',
    subjects: Object.fromEntries(names.map((name) => [name, 'simulated'])),
    notes: ['b is left out'],
    points,
    pooled: pool(points, names, 'sim:opt'),
    judgements: [
      {
        text: 'ours.hit > 46',
        passed: false,
        checked: 2,
        failures: ['a at 20: 45.00 against 46.00'],
      },
    ],
  }
  const page = toMarkdown(result, new Map([['a|b <c>', 'a.svg']]))

  test('has as many cells in each row of a table as in its head', () => {
    expect(cellCounts(page)).toEqual([[2], [7], [6]])
  })

  test('shows the seed, what is left out, failures and losses', () => {
    expect(page).toContain('seed 7')
    expect(page).toContain('- b is left out')
    expect(page).toContain('**fails**: `ours.hit > 46`')
    expect(page).toContain('a at 20: 45.00 against 46.00')
    expect(page).toContain('ours is behind LRU in hits at 1 of 2 points, by 5.0 points')
  })

  test('marks the best that does not know the future', () => {
    expect(page).toContain('**52.00**')
    expect(page).not.toContain('**60.00**')
  })
})

test('a table keeps its columns apart, whatever the cells hold', () => {
  expect(
    markdownTable([
      ['a', 'b'],
      ['x|y', '1'],
    ]),
  ).toBe('| a | b |\n| --- | --: |\n| x\\|y | 1 |')
})

test('bytes are shown in a unit of which there is at least one', () => {
  expect([1, 1_023, 1_024, 1.5 * 2 ** 30].map(bytesText)).toEqual([
    '1 B',
    '1023 B',
    '1.0 KiB',
    '1.5 GiB',
  ])
})

describe('the plot', () => {
  const plot: Plot = {
    title: 'a < b & "c"',
    sizes: [1, 100, 10_000],
    labels: ['1', '100', '10,000'],
    series: [
      { name: 'ours', values: [1, 50, 99], colour: 0, ceiling: false },
      { name: 'gap', values: [undefined, 20, 30], colour: 9, ceiling: false },
      { name: 'opt', values: [2, 60, 100], colour: 1, ceiling: true },
    ],
    xTitle: 'size',
    yTitle: 'hits',
  }
  const svg = toSvg(plot)

  test('is well-formed: every element is closed, every character escaped', () => {
    expectWellFormed(svg)
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  })

  test('has a dot for each value, and colours for a light and a dark page', () => {
    expect(svg.match(/<circle/g)).toHaveLength(8)
    expect(svg).toContain('prefers-color-scheme:dark')
  })

  test('places more hits higher and more room further right', () => {
    const dots = [...svg.matchAll(/class="dot c0" cx="([\d.]+)" cy="([\d.]+)"/g)]
    const [xs, ys] = [1, 2].map((group) => dots.map((dot) => Number(dot[group])))
    expect(xs).toEqual(xs?.toSorted((one, other) => one - other))
    expect(ys).toEqual(ys?.toSorted((one, other) => other - one))
  })

  test('is drawn for equal values and for one size too', () => {
    const flat = toSvg({
      ...plot,
      sizes: [5],
      labels: ['5'],
      series: [{ name: 'flat', values: [0], colour: 0, ceiling: false }],
    })
    expectWellFormed(flat)
  })
})
