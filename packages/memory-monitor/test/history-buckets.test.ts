import { isCultusError } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { historyResolutions } from '../src/history/history-point.ts'
import type { HistorySample } from '../src/history/history-sample.ts'
import { MemoryHistory } from '../src/history/memory-history.ts'
import { anyMeasures, anyStep, NaiveHistory, sampleAt } from './history-model.ts'

const begin = Date.UTC(2026, 0, 1)
const small = { seconds: 5, minutes: 4, hours: 3 }

describe('buckets', () => {
  test('tell after every sample what a history that keeps all of them tells', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyStep, anyMeasures), { maxLength: 60 }), (steps) => {
        const history = new MemoryHistory({ ...small, samples: 7, longestGap: 2_000 })
        const naive = new NaiveHistory(small, 2_000)
        const pushed: HistorySample[] = []
        let at = begin
        for (const [step, measures] of steps) {
          at += step
          const sample = { at, ...measures }
          history.push(sample)
          naive.push(sample)
          pushed.push(sample)
          for (const resolution of historyResolutions)
            expect(history.points(resolution)).toEqual(naive.points(resolution))
          expect(history.samples()).toEqual(pushed.slice(-7))
          expect(history.latest).toBe(sample)
        }
      }),
    )
  })

  test('begin at whole seconds, minutes and hours', () => {
    const history = new MemoryHistory()
    history.push(sampleAt(begin + 3_725_500))
    const starts = historyResolutions.map((resolution) => history.points(resolution)[0]?.at)
    expect(starts).toEqual([begin + 3_725_000, begin + 3_720_000, begin + 3_600_000])
  })

  test('hold five fast samples of one second together', () => {
    const history = new MemoryHistory()
    const ratios = [0.1, 0.5, 0.3, 0.2, 0.4]
    for (const [index, ratio] of ratios.entries())
      history.push(sampleAt(begin + index * 200, { ratio }))
    expect(history.points('seconds')).toMatchObject([
      { samples: 5, ratio: { min: 0.1, max: 0.5, last: 0.4 } },
    ])
    expect(history.points('seconds')[0]?.ratio.mean).toBeCloseTo(0.3)
  })

  test('are not there for the time in which the process was suspended', () => {
    const history = new MemoryHistory()
    history.push(sampleAt(begin, { level: 'warning' }))
    history.push(sampleAt(begin + 7_200_000))
    expect(history.points('minutes').map(({ at }) => at)).toEqual([begin, begin + 7_200_000])
    expect(history.timeAtLevels()).toEqual({ normal: 0, warning: 0, critical: 0, emergency: 0 })
  })

  test('of a time that has not come any more are forgotten when the clock is set back', () => {
    const history = new MemoryHistory()
    history.push(sampleAt(begin))
    history.push(sampleAt(begin + 86_400_000))
    history.push(sampleAt(begin + 1_000))
    expect(history.points('seconds').map(({ at }) => at)).toEqual([begin, begin + 1_000])
    expect(history.points('hours').map(({ at, samples }) => [at, samples])).toEqual([[begin, 2]])
  })

  test('know nothing of live bytes until a collection has told them', () => {
    const history = new MemoryHistory()
    history.push(sampleAt(begin, { liveBytes: 90, usedBytes: 90 }))
    history.push(sampleAt(begin + 1_000, { liveBytes: 10, usedBytes: 12 }))
    history.push(sampleAt(begin + 2_000, { liveBytes: 11, usedBytes: 11 }))
    expect(history.points('seconds').map(({ liveBytes }) => liveBytes?.max)).toEqual([
      undefined,
      10,
      11,
    ])
  })

  test('take live bytes from a collection that left no garbage', () => {
    const history = new MemoryHistory()
    const equal = { liveBytes: 10, usedBytes: 10 }
    history.push(sampleAt(begin, { ...equal, signal: 'container', confidence: 'confirmed' }))
    history.push(sampleAt(begin + 1_000, { ...equal, confidence: 'confirmed' }))
    expect(history.points('seconds').map(({ liveBytes }) => liveBytes?.max)).toEqual([
      undefined,
      10,
    ])
  })

  test('count collections where the monitor does, and changes of live bytes where it does not', () => {
    const counted = new MemoryHistory()
    const inferred = new MemoryHistory()
    for (const [index, majors] of [3, 5, 5, 1].entries()) {
      const sample = sampleAt(begin + index * 1_000, { liveBytes: 20 + Math.min(index, 2) })
      counted.push({ ...sample, majors, forced: index })
      inferred.push(sample)
    }
    expect(counted.points('seconds').map(({ majors }) => majors)).toEqual([0, 2, 0, 0])
    expect(counted.points('seconds').map(({ forced }) => forced)).toEqual([0, 1, 1, 1])
    expect(inferred.points('seconds').map(({ majors }) => majors)).toEqual([0, 1, 1, 0])
  })

  test('are given for a stretch of time, whole', () => {
    const history = new MemoryHistory()
    for (let second = 0; second < 5; second++) history.push(sampleAt(begin + second * 1_000 + 500))
    const between = history.points('seconds', { since: begin + 1_999, until: begin + 3_000 })
    expect(between.map(({ at }) => at - begin)).toEqual([1_000, 2_000, 3_000])
    expect(history.points('seconds', { since: begin + 9_000 })).toEqual([])
  })
})

describe('the memory of a history', () => {
  test('is 539 KiB by default, and is the same when it is full', () => {
    const history = new MemoryHistory()
    const before = history.byteLength
    expect(before).toBe(2_760 * 25 * 8)
    for (let minute = 0; minute < 5_000; minute++) history.push(sampleAt(begin + minute * 60_000))
    expect(history.byteLength).toBe(before)
    expect(history.points('seconds')).toHaveLength(600)
    expect(history.points('minutes')).toHaveLength(1_440)
    expect(history.samples()).toHaveLength(300)
  })

  test.each([
    ['seconds', 0],
    ['minutes', 1.5],
    ['hours', Number.POSITIVE_INFINITY],
    ['samples', -1],
    ['longestGap', Number.NaN],
  ])('is refused for %s of %d', (name, value) => {
    expect(() => new MemoryHistory({ [name]: value })).toThrow(`\`history.${name}\` must be a`)
  })
})

describe('a sample that is none', () => {
  test.each([
    ['without a time', { at: Number.NaN }],
    ['beyond the end of time', { at: 1e18 }],
    ['with an endless ratio', { ratio: Number.POSITIVE_INFINITY }],
    ['with fewer than no bytes', { usedBytes: -1 }],
    ['at a level there is not', { level: 'calm' as 'normal' }],
  ])('%s is refused and leaves the history as it was', (_, fields) => {
    const history = new MemoryHistory()
    history.push(sampleAt(begin))
    const before = JSON.stringify(history)
    let thrown: unknown
    try {
      history.push(sampleAt(begin + 1_000, fields))
    } catch (error) {
      thrown = error
    }
    expect(isCultusError(thrown) && thrown.code).toBe('CULTUS_INVALID_ARGUMENT')
    expect(JSON.stringify(history)).toBe(before)
    expect(history.samples()).toHaveLength(1)
  })

  test('does not come of a field that need not be there', () => {
    const history = new MemoryHistory()
    const garbage = {
      containerBytes: Number.NaN,
      gcShare: Number.POSITIVE_INFINITY,
      majors: Number.NaN,
    }
    history.push(sampleAt(begin, garbage))
    history.push(sampleAt(begin, garbage))
    expect(history.points('seconds')[0]?.majors).toBe(0)
    expect(history.points('seconds')[0]).not.toHaveProperty('containerBytes')
    expect(history.points('seconds')[0]).not.toHaveProperty('gcShare')
  })
})
