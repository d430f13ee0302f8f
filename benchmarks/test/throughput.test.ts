import { describe, expect, test } from 'vitest'
import type { MeasuredCache, Value } from '../src/caches/subject.ts'
import { checkClaims } from '../src/throughput/claims.ts'
import { type Figures, figuresOf, noiseOf, type Taken } from '../src/throughput/figures.ts'
import { lossesOf } from '../src/throughput/losses.ts'
import { toPage } from '../src/throughput/page.ts'
import type { Point } from '../src/throughput/point.ts'
import type { ChildSetting, Operation } from '../src/throughput/setting.ts'
import { Workload } from '../src/throughput/workload.ts'
import { zipfIndexes } from '../src/zipf.ts'
import { cellCounts } from './page-tables.ts'
import { runHeader } from './run-header.ts'

function taken(name: string, nanoseconds: number, rival: number, hitRatio?: number): Taken {
  return { name, operation: 'mixed', nanoseconds, rival, hitRatio }
}

describe('figures', () => {
  const figures = figuresOf([
    taken('a', 10, 20, 0.5),
    taken('a', 30, 30, 0.6),
    taken('a', 20, 80, 0.7),
    taken('lru-cache again', 10, 9),
  ])

  test('are the middle of the rounds, each compared within its own', () => {
    expect(figures['a']?.mixed).toEqual({
      nanoseconds: 20,
      ratio: 2,
      least: 1,
      most: 4,
      hitRatio: 0.6,
    })
    expect(figures['a']?.overwrite).toBeUndefined()
    expect(figures['lru-cache again']?.mixed?.hitRatio).toBeUndefined()
  })

  test('have a noise: how far the rival is from itself', () => {
    expect(noiseOf(figures).mixed).toBeCloseTo(0.1)
    expect(noiseOf(figures)).not.toHaveProperty('overwrite')
    expect(noiseOf({})).toEqual({})
  })
})

function figuresWith(ratios: Readonly<Record<string, readonly [Operation, number, number?][]>>) {
  return Object.fromEntries(
    Object.entries(ratios).map(([name, all]) => [
      name,
      Object.fromEntries(
        all.map(([operation, ratio, hitRatio]) => [
          operation,
          { nanoseconds: 50 / ratio, ratio, least: ratio, most: ratio, hitRatio },
        ]),
      ),
    ]),
  ) as Figures
}

function pointWith(figures: Figures, more: Partial<Point> = {}): Point {
  return {
    node: '24.0.0',
    v8: '13',
    bound: 'entries',
    entries: 10_000,
    rounds: 3,
    names: Object.keys(figures),
    ours: ['adaptive', 'sieve', 'lru'],
    figures,
    ...more,
  }
}

const claimed = figuresWith({
  'lru-cache': [
    ['get-hit', 1],
    ['mixed', 1, 0.8],
  ],
  'lru-cache again': [
    ['get-hit', 1.05],
    ['mixed', 1, 0.8],
  ],
  adaptive: [
    ['get-hit', 1.15],
    ['mixed', 1.1, 0.8401],
  ],
  sieve: [['get-hit', 1.29]],
  lru: [
    ['get-hit', 0.85],
    ['overwrite', 0.74],
  ],
  flru: [['get-hit', 2]],
})

describe('the claims', () => {
  const passed = (point: Point): readonly string[] =>
    checkClaims(point).map(
      (one) => `${one.passed ? 'holds' : 'missed'} ${one.claim.split(' (')[0]}`,
    )

  test('hold from the figure on that they name, and are missed by what was not measured', () => {
    expect(passed(pointWith(claimed))).toEqual([
      'missed sieve, get-hit ≥ 1.3 × lru-cache',
      'holds adaptive, get-hit ≥ 1.15 × lru-cache',
      'holds adaptive, mixed ≥ 1 × lru-cache',
      'holds lru, get-hit ≥ 0.85 × lru-cache',
      'missed lru, overwrite ≥ 0.75 × lru-cache',
      'missed lru, set + evict ≥ 0.75 × lru-cache',
      'holds adaptive, mixed ≥ 4 points more hits than lru-cache',
    ])
    const verdicts = checkClaims(pointWith(claimed))
    expect(verdicts.at(-2)?.figure).toBe('not measured')
    expect(verdicts.map(({ timed }) => timed)).toEqual([true, true, true, true, true, true, false])
  })

  test('ask for more of the mixed load at 100,000 entries, and for nothing at a million', () => {
    expect(passed(pointWith(claimed, { entries: 100_000 }))).toContain(
      'missed adaptive, mixed ≥ 1.2 × lru-cache',
    )
    const claims = passed(pointWith(claimed, { entries: 1_000_000 }))
    expect(claims.filter((claim) => claim.includes('mixed'))).toEqual([])
  })

  test('say nothing of lru by bytes, nor of who was not asked for', () => {
    const byBytes = passed(pointWith(claimed, { bound: 'bytes' }))
    expect(byBytes.filter((claim) => claim.includes(' lru,'))).toEqual([])
    expect(passed(pointWith(claimed, { names: ['lru-cache', 'flru'] }))).toEqual([])
  })
})

describe('losses', () => {
  test('are where ours is slower by more than the noise, and who is faster than the default', () => {
    expect(lossesOf(pointWith(claimed))).toEqual([
      'Node 24, 10,000 entries, by entries, get-hit: slower than lru-cache: lru 0.85',
      'Node 24, 10,000 entries, by entries, overwrite: slower than lru-cache: lru 0.74',
      'Node 24, 10,000 entries, by entries, get-hit: faster than adaptive (1.15): flru 2.00',
    ])
  })
})

describe('the page', () => {
  const point = pointWith(claimed)
  const page = toPage(
    {
      header: runHeader,
      keys: 'same',
      remarks: { flru: 'holds up to twice the entries' },
      notes: ['b is left out: it is not there.'],
      points: [point],
      verdicts: checkClaims(point),
    },
    ['a.svg'],
  )

  test('has a table with as many cells in each row as in its head', () => {
    expect(cellCounts(page)).toEqual([[7]])
  })

  test('tells machine, versions, seed, what was missed, what lost and what is left out', () => {
    for (const text of [
      'x, 2 cores',
      'Node 24.0.0 (V8 13)',
      'lru-cache 11.0.0',
      'seed 7',
      '![Throughput relative to lru-cache](a.svg)',
      '**missed**: sieve, get-hit',
      '| **lru** | 59 (0.85, 0.85, 0.85) |',
      '80.0 %',
      'Noise: get-hit 5 %, mixed 0 %.',
      'overwrite: slower than lru-cache: lru 0.74',
      'flru: holds up to twice the entries',
      'b is left out: it is not there.',
    ]) {
      expect(page).toContain(text)
    }
  })
})

describe('the workload', () => {
  const entries = 300
  const warming = 40 * entries
  const passLength = 6_000
  const mixed = zipfIndexes(warming + 3 * passLength, 5 * entries, 0.99, 1)

  /** Holds what was set last, and counts calls. */
  class Counting implements MeasuredCache {
    readonly held = new Map<string, Value>()
    readonly capacity: number
    gets = 0
    sets = 0
    disposed = false

    constructor(capacity: number) {
      this.capacity = capacity
    }

    get(key: string): Value | undefined {
      this.gets += 1
      return this.held.get(key)
    }

    set(key: string, value: Value): void {
      this.sets += 1
      this.held.delete(key)
      this.held.set(key, value)
      const [oldest] = this.held.keys()
      if (this.held.size > this.capacity && oldest !== undefined) this.held.delete(oldest)
    }

    dispose(): void {
      this.disposed = true
    }
  }

  function workloadOf(keys: 'same' | 'fresh'): readonly [Workload, readonly Counting[]] {
    const made: Counting[] = []
    const setting: ChildSetting = {
      subject: 'test',
      kind: 'entries',
      ttl: false,
      entries,
      seed: 1,
      keys,
      requests: '',
      warming,
      passLength,
      passTime: Number.POSITIVE_INFINITY,
    }
    const make = (room: number): MeasuredCache => {
      const cache = new Counting(room)
      made.push(cache)
      return cache
    }
    return [new Workload(make, setting, mixed, () => {}), made]
  }

  for (const keys of ['same', 'fresh'] as const) {
    test(`finds everything, nothing, or what it should, with ${keys} keys`, () => {
      const [workload, made] = workloadOf(keys)
      workload.prepare('get-hit')
      expect(made[0]?.held.size).toBe(entries)
      expect(workload.pass()).toMatchObject({ done: passLength, hits: passLength })
      workload.prepare('get-miss')
      expect(workload.pass()).toMatchObject({ done: passLength, hits: 0 })
      workload.prepare('overwrite')
      const before = new Set(made[0]?.held.keys())
      expect(workload.pass()).toMatchObject({ done: passLength })
      expect(new Set(made[0]?.held.keys())).toEqual(before)
    })

    test(`sets keys in a circle that the cache does not hold, with ${keys} keys`, () => {
      const [workload, made] = workloadOf(keys)
      workload.prepare('set + evict')
      const [cache] = made
      const before = new Set(cache?.held.keys())
      workload.pass()
      expect(cache?.sets).toBe(entries + passLength)
      // 6,000 is four times round a circle of 1,500: the same keys as at the start.
      expect(new Set(cache?.held.keys())).toEqual(before)
    })
  }

  test('reads through with hits that hang on nothing but the requests, and with a new cache', () => {
    const hits = (['same', 'fresh'] as const).map((keys) => {
      const [workload, made] = workloadOf(keys)
      workload.prepare('get-hit')
      expect(workload.prepare('mixed')).toBe(true)
      expect(made).toHaveLength(2)
      expect(made[0]?.disposed).toBe(true)
      const [one, other] = [workload.pass(), workload.pass()]
      expect(made[1]?.gets).toBe(warming + 2 * passLength)
      expect(one.hits).not.toBe(other.hits)
      return one.hits
    })
    expect(hits[0]).toBe(hits[1])

    const held = new Map<number, true>()
    let expected = 0
    for (const [at, id] of mixed.subarray(0, warming + passLength).entries()) {
      if (held.has(id)) {
        if (at >= warming) expected += 1
        continue
      }
      held.set(id, true)
      const [oldest] = held.keys()
      if (held.size > entries && oldest !== undefined) held.delete(oldest)
    }
    expect(hits[0]).toBe(expected)
  })
})
