import { type PressureLevel, pressureLevels } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  afterVerification,
  atOrBefore,
  mayWait,
  unverified,
  type VerificationFacts,
  type VerificationState,
  verificationDue,
  withoutBackOff,
} from '../src/verify.ts'

const thresholds = { warning: 0.7, critical: 0.85, emergency: 0.95 }
const doubted: VerificationFacts = {
  now: 100_000,
  level: 'warning',
  thresholds,
  heapLower: 0.5,
  heapUpper: 0.9,
  idle: false,
  held: true,
  confirmedAt: 99_000,
}

describe('verification', () => {
  test('is due when only the most the heap can be is over a threshold', () => {
    expect(verificationDue(unverified, doubted)).toBe('rise')
    expect(verificationDue(unverified, { ...doubted, heapUpper: 0.7, level: 'normal' })).toBe(
      'rise',
    )
  })

  test.each<[string, Partial<VerificationFacts>]>([
    ['nothing is over a threshold', { heapUpper: 0.69, level: 'normal' }],
    ['the least value shows it too', { heapLower: 0.86 }],
    ['the level is there already', { level: 'critical', confirmedAt: 99_000 }],
    ['a collection has just been', { confirmedAt: 99_600 }],
  ])('is not due when %s', (_, facts) => {
    expect(verificationDue(unverified, { ...doubted, ...facts })).toBeUndefined()
  })

  test('is due when the level was not confirmed for three seconds, and may be over', () => {
    const facts = { ...doubted, heapUpper: 0.75, confirmedAt: 97_000 }
    expect(verificationDue(unverified, facts)).toBe('stale')
    expect(verificationDue(unverified, { ...facts, confirmedAt: 97_001 })).toBeUndefined()
    expect(
      verificationDue(unverified, { ...facts, level: 'normal', heapUpper: 0.6 }),
    ).toBeUndefined()
    // Nothing holds the level: it falls without a collection.
    expect(verificationDue(unverified, { ...facts, held: false })).toBeUndefined()
  })

  test('is due after one second while the program is idle, since V8 collects nothing then', () => {
    const facts = { ...doubted, heapUpper: 0.75, idle: true, confirmedAt: 99_000 }
    expect(verificationDue(unverified, facts)).toBe('stale')
    expect(verificationDue(unverified, { ...facts, confirmedAt: 99_001 })).toBeUndefined()
    expect(verificationDue(unverified, { ...facts, idle: false })).toBeUndefined()
  })

  test('comes after a quarter of the rest while the program is idle, but never inside the back-off', () => {
    const facts = { ...doubted, idle: true, confirmedAt: 0 }
    const state: VerificationState = { endedAt: 99_000, rest: 4_000, backOff: 0 }
    expect(verificationDue(state, facts)).toBe('rise')
    expect(verificationDue({ ...state, rest: 4_001 }, facts)).toBeUndefined()
    expect(verificationDue({ ...state, backOff: 1_001 }, facts)).toBeUndefined()
  })

  test('is due at once where nothing was ever confirmed', () => {
    const facts = { ...doubted, heapUpper: 0.75, confirmedAt: Number.NEGATIVE_INFINITY }
    expect(verificationDue(unverified, facts)).toBe('stale')
  })

  test('starts its rest again when the clock went back', () => {
    const state = afterVerification(unverified, { now: 100_000, pause: 1, freedShare: 1 })
    const back = atOrBefore(state, 50_000)
    expect(verificationDue(back, { ...doubted, now: 52_000, confirmedAt: 50_000 })).toBe('rise')
    expect(verificationDue(back, { ...doubted, now: 51_999, confirmedAt: 50_000 })).toBeUndefined()
  })
})

describe('an estimate', () => {
  test('may wait for its proof, except while collections free little', () => {
    expect(mayWait(unverified, 0)).toBe(true)
    const useful = afterVerification(unverified, { now: 0, pause: 1, freedShare: 0.05 })
    expect(mayWait(useful, 1)).toBe(true)
    const useless = afterVerification(unverified, { now: 0, pause: 1, freedShare: 0.04 })
    expect(mayWait(useless, 3_999)).toBe(false)
    expect(mayWait(useless, 4_000)).toBe(true)
  })
})

describe('the pace of verification', () => {
  const doubling = (times: number): readonly number[] => {
    let state = unverified
    return Array.from({ length: times }, () => {
      state = afterVerification(state, { now: 0, pause: 1, freedShare: 0.04 })
      return Math.max(state.rest, state.backOff)
    })
  }

  test('doubles while collections free little, to half a minute', () => {
    expect(doubling(6)).toEqual([4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  test('is back at two seconds after one that freed enough, or a release', () => {
    const slow: VerificationState = { endedAt: 0, rest: 2_000, backOff: 30_000 }
    expect(afterVerification(slow, { now: 0, pause: 1, freedShare: 0.05 }).backOff).toBe(0)
    expect(withoutBackOff(slow)).toEqual({ endedAt: 0, rest: 2_000, backOff: 0 })
  })

  const facts = fc.record({
    wait: fc.nat(5_000),
    jump: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1e6) }),
    level: fc.constantFrom<PressureLevel>(...pressureLevels),
    heapLower: fc.double({ min: 0, max: 1, noNaN: true }),
    more: fc.double({ min: 0, max: 1, noNaN: true }),
    age: fc.nat(10_000),
    pause: fc.nat(3_000),
    freedShare: fc.double({ min: -1, max: 1, noNaN: true }),
    released: fc.boolean(),
    idle: fc.boolean(),
  })

  test('never beats two seconds or a twentieth of the time of a busy program, or four times that of an idle one', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 60 }), (steps) => {
        let now = 0
        let state = unverified
        let lastEnd = Number.NEGATIVE_INFINITY
        let lastPause = 0
        for (const { wait, jump, level, heapLower, more, age, pause, idle, ...rest } of steps) {
          now += wait - jump
          // How long it really was: a clock that goes back takes no time away.
          lastEnd -= jump
          if (rest.released) state = withoutBackOff(state)
          state = atOrBefore(state, now)
          expect(state.backOff).toBeLessThanOrEqual(30_000)
          const heapUpper = heapLower + more
          const cause = verificationDue(state, {
            now,
            level,
            thresholds,
            heapLower,
            heapUpper,
            idle,
            held: true,
            confirmedAt: now - age,
          })
          if (cause === undefined) continue
          const share = idle ? 0.25 : 1
          expect(now - lastEnd).toBeGreaterThanOrEqual(share * 2_000)
          expect(now - lastEnd).toBeGreaterThanOrEqual(share * 20 * lastPause)
          now += pause
          lastEnd = now
          lastPause = pause
          state = afterVerification(state, { now, pause, freedShare: rest.freedShare })
        }
      }),
    )
  })

  test('always comes to it: an unconfirmed level is verified within its rest and half a minute', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(500), fc.double({ min: -1, max: 1, noNaN: true })), {
          maxLength: 20,
        }),
        (collections) => {
          let state = unverified
          for (const [pause, freedShare] of collections)
            state = afterVerification(state, { now: 0, pause, freedShare })
          const now = Math.max(30_000, state.rest)
          const held = { ...doubted, heapUpper: 0.75, now, confirmedAt: 0 }
          expect(verificationDue(state, held)).toBe('stale')
        },
      ),
    )
  })
})
