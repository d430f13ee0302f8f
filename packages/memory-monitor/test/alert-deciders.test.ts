import type { PressureAlert } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AlertLedger } from '../src/alerts/alert-ledger.ts'
import { failureReason } from '../src/alerts/failure-reason.ts'
import { isTransient, nextPause, resolveRetry, retryAfter } from '../src/alerts/retry.ts'
import { alertSeverities, severityRank } from '../src/alerts/severity.ts'
import { TokenBucket } from '../src/alerts/token-bucket.ts'

describe('a token bucket', () => {
  test('never gives more than its burst and one for each interval, and is right about the next', () => {
    const limits = fc.record({
      burst: fc.integer({ min: 1, max: 5 }),
      interval: fc.integer({ min: 1, max: 50 }),
    })
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: -40, max: 120 })), (limit, moves) => {
        const bucket = new TokenBucket(limit, 0)
        const taken: number[] = []
        let now = 0
        let elapsed = 0
        for (const move of moves) {
          now += move
          elapsed += Math.max(0, move)
          const at = bucket.availableAt(now)
          expect(at).toBeLessThanOrEqual(now + limit.interval)
          expect(bucket.take(now)).toBe(at <= now)
          if (at <= now) taken.push(elapsed)
          else {
            expect(bucket.take(at - 1e-6)).toBe(false)
            expect(bucket.availableAt(now)).toBe(at)
          }
          for (const [index, first] of taken.entries()) {
            const most = limit.burst + Math.floor((elapsed - first) / limit.interval)
            expect(taken.length - index).toBeLessThanOrEqual(most)
          }
        }
      }),
    )
  })
})

describe('the ledger', () => {
  const holds = { info: 40, warning: 30, critical: 10, emergency: 0 }
  type Move = { readonly wait: number; readonly rank: number }
  const moves = fc.array(fc.record({ wait: fc.nat(25), rank: fc.integer({ min: -1, max: 3 }) }), {
    maxLength: 40,
  })
  const alert = (rank: number): PressureAlert => ({
    name: 'A',
    source: 'web',
    severity: alertSeverities[rank] ?? 'info',
    status: rank === -1 ? 'resolved' : 'firing',
    summary: '',
    at: 0,
  })

  /** The severity that fires, by going over all of the past every time; -1 for none. */
  function expected(
    past: readonly { readonly at: number; readonly rank: number }[],
    now: number,
  ): number {
    let firing = -1
    for (let at = 0; at <= now; at++) {
      const until = past.filter((entry) => entry.at <= at)
      const rank = until.at(-1)?.rank ?? -1
      if (rank <= firing) firing = rank
      const milder = until.findLastIndex((entry) => entry.rank < rank)
      const since = until[milder + 1]?.at ?? 0
      if (rank > firing && at - since >= holds[alertSeverities[rank] ?? 'info']) firing = rank
    }
    return firing
  }

  test('fires what has held long enough, at each moment, and nothing else', () => {
    fc.assert(
      fc.property(moves, (run: readonly Move[]) => {
        const ledger = new AlertLedger(10)
        const past: { at: number; rank: number }[] = []
        let now = 0
        for (const { wait, rank } of run) {
          for (const end = now + wait; now < end; now++) {
            ledger.due(now)
            expect(severityRank(ledger.firing[0]?.severity)).toBe(expected(past, now))
            const next = ledger.nextDue(now)
            if (next !== undefined) expect(next).toBeGreaterThan(now)
          }
          // Two changes at one instant are one.
          if (past.at(-1)?.at === now) continue
          past.push({ at: now, rank })
          if (rank === -1) ledger.resolve(alert(rank))
          else ledger.raise(alert(rank), holds, now)
        }
        expect(ledger.firing.length + ledger.pending).toBeLessThanOrEqual(1)
      }),
      { numRuns: 60 },
    )
  })

  test('has no news when nothing but the time has changed', () => {
    const ledger = new AlertLedger(10)
    expect(ledger.raise(alert(3), holds, 0)).toMatchObject({ severity: 'emergency' })
    expect(ledger.raise({ ...alert(3), at: 7 }, holds, 7)).toBeUndefined()
    expect(ledger.raise({ ...alert(3), summary: 'worse' }, holds, 8)).toBeDefined()
    expect(ledger.raise({ ...alert(3), labels: { a: 'b' } }, holds, 9)).toBeDefined()
  })

  test('a clock that goes back starts the hold anew, and never makes it longer', () => {
    const ledger = new AlertLedger(10)
    ledger.raise(alert(1), holds, 1_000_000)
    expect(ledger.nextDue(0)).toBe(30)
    expect(ledger.due(29)).toEqual([])
    expect(ledger.due(30)).toHaveLength(1)
  })
})

describe('pauses', () => {
  test('never outlast the budget, never fall short of what was asked, and end after the last try', () => {
    const settings = fc.record({
      attempts: fc.integer({ min: 1, max: 10 }),
      pause: fc.nat(5_000),
      longestPause: fc.nat(20_000),
      budget: fc.nat(60_000),
    })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        settings,
        fc.integer({ min: 1, max: 12 }),
        fc.nat(60_000),
        fc.nat(10_000),
        random,
        (retry, failures, elapsed, asked, chance) => {
          const pause = nextPause(resolveRetry(retry), failures, elapsed, asked, chance)
          if (failures >= retry.attempts) expect(pause).toBeUndefined()
          if (pause === undefined) return
          expect(elapsed + pause).toBeLessThanOrEqual(retry.budget)
          expect(pause).toBeGreaterThanOrEqual(asked)
          expect(pause).toBeLessThanOrEqual(Math.max(asked, retry.longestPause))
        },
      ),
    )
  })

  test('double, less up to half at random', () => {
    const retry = resolveRetry({})
    expect([1, 2, 3, 4].map((failures) => nextPause(retry, failures, 0, 0, 0))).toEqual([
      500, 1_000, 2_000, 4_000,
    ])
    expect(nextPause(retry, 2, 0, 0, 0.5)).toBe(750)
    expect(nextPause(retry, 5, 0, 0, 0)).toBeUndefined()
  })

  test.each([
    [null, 0],
    ['', 0],
    ['0', 0],
    [' 120 ', 120_000],
    ['-1', 0],
    ['1.5', 0],
    ['12345678901', 0],
    ['soon', 0],
    ['1 potato', 0],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 00:00:10 GMT', 0],
    ['Thu, 99 Jan 2026', 0],
  ])('after `Retry-After: %s` come after %i ms', (header, pause) => {
    expect(retryAfter(header, Date.UTC(2026, 0, 1))).toBe(pause)
  })

  test.each([
    [200, false],
    [301, false],
    [400, false],
    [404, false],
    [408, true],
    [429, true],
    [500, true],
    [503, true],
  ])('are worth it after %i: %s', (code, worth) => {
    expect(isTransient(code)).toBe(worth)
  })
})

test.each([
  [new Error('plain'), 'plain'],
  [new Error('two\n lines'), 'two lines'],
  [
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'EPIPE' }) }),
    'fetch failed: EPIPE',
  ],
  [new Error('outer', { cause: new Error('inner') }), 'outer: inner'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [{ secret: 1 }, 'object'],
  [new Error('at redis://user:pass@host:1 and http://a@b/'), 'at redis://host:1 and http://b/'],
])('the reason of %s', (error, reason) => {
  expect(failureReason(error)).toBe(reason)
})

test('a reason is short, and quick to make out of a long one', () => {
  expect(failureReason(new Error('//'.repeat(1e6))).length).toBe(300)
})
