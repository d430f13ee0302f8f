import { type PressureLevel, pressureLevels } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConsumerLimits } from '../src/limits.ts'
import { growsNow, Regrowth, resolveRecovery } from '../src/recovery.ts'
import { resolveTiers } from '../src/tiers.ts'
import { Store } from './store-consumer.ts'

function recovering(count: number, regrowth?: number) {
  const clock = new FakeClock()
  const limits = new ConsumerLimits(resolveTiers())
  const stores = Array.from({ length: count }, (_, index) => new Store(`store ${index}`))
  for (const store of stores) limits.add(store.name, store)
  const options = resolveRecovery(regrowth === undefined ? {} : { regrowth })
  return { clock, limits, stores, growth: new Regrowth(clock, limits, options) }
}

describe('who grows in a turn', () => {
  test('is never everyone where there are several, only who is due, the longest waiting first', () => {
    const waiting = fc
      .dictionary(fc.string(), fc.nat(30))
      .map((dues) => new Map(Object.entries(dues)))
    fc.assert(
      fc.property(waiting, fc.nat(30), (dues, turn) => {
        const growing = growsNow(dues, turn)
        const due = (key: string): number => dues.get(key) ?? Number.NaN
        expect(growing.length).toBeLessThanOrEqual(Math.ceil(dues.size / 10))
        if (dues.size > 1) expect(growing.length).toBeLessThan(dues.size)
        for (const key of growing) {
          expect(due(key)).toBeLessThanOrEqual(turn)
          for (const other of dues.keys())
            if (!growing.includes(other)) expect(due(other)).toBeGreaterThanOrEqual(due(key))
        }
        const anyDue = [...dues.values()].some((one) => one <= turn)
        expect(growing.length > 0).toBe(anyDue)
      }),
    )
  })
})

describe('regrowth', () => {
  test('gives a consumer 5 % of its bound at the end of each second', () => {
    const { clock, limits, stores, growth } = recovering(1)
    limits.enter('critical')
    limits.enter('normal')
    growth.update()
    clock.advance(999)
    expect(stores[0]?.ratio).toBe(0.5)
    const seen = [1, 2, 3].map((milliseconds) => {
      clock.advance(milliseconds === 1 ? 1 : 1_000)
      return Math.round((stores[0]?.ratio ?? 0) * 100)
    })
    expect(seen).toEqual([55, 60, 65])
    clock.advance(8_000)
    expect(stores[0]?.ratio).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  test('stops at what the present level leaves', () => {
    const { clock, limits, stores, growth } = recovering(2)
    limits.enter('emergency')
    limits.enter('warning')
    growth.update()
    clock.advance(60_000)
    expect(stores.map(({ ratio }) => ratio)).toEqual([0.75, 0.75])
    expect(clock.pendingTimers).toBe(0)
  })

  test('never raises two of ten in the same turn', () => {
    const { clock, limits, stores, growth } = recovering(10)
    limits.enter('emergency')
    limits.enter('normal')
    growth.update()
    for (let turn = 0; turn < 300; turn++) {
      const before = stores.map(({ ratiosSet }) => ratiosSet.length)
      clock.advance(100)
      const raised = stores.filter(({ ratiosSet }, at) => ratiosSet.length > (before[at] ?? 0))
      expect(raised.length).toBeLessThanOrEqual(1)
    }
    expect(stores.every(({ ratio }) => ratio === 1)).toBe(true)
  })

  test('reaches the target and respects the rate, whatever happens to level, time and consumers', () => {
    const step = fc.oneof(
      fc.record({ level: fc.constantFrom(...pressureLevels) }),
      fc.record({ advance: fc.nat(3_000) }),
      fc.record({ jump: fc.integer({ min: -100_000, max: 100_000 }) }),
      fc.record({ leave: fc.nat(12) }),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 13 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.array(step, { maxLength: 30 }),
        (count, regrowth, steps) => {
          const { clock, limits, stores, growth } = recovering(count, regrowth)
          const raisedAt = new Map<Store, number>()
          const elapse = (milliseconds: number): void => {
            for (let left = milliseconds; left > 0; left -= 100) {
              const before = stores.map(({ ratio }) => ratio)
              clock.advance(Math.min(100, left))
              stores.forEach((store, at) => {
                const grown = store.ratio - (before[at] ?? 1)
                expect(grown).toBeLessThanOrEqual(regrowth + 1e-9)
                if (grown <= 0) return
                expect(clock.now() - (raisedAt.get(store) ?? -1e9)).toBeGreaterThan(899)
                raisedAt.set(store, clock.now())
              })
            }
          }
          for (const one of steps) {
            if ('level' in one) limits.enter(one.level as PressureLevel)
            if ('advance' in one) elapse(one.advance)
            if ('jump' in one) {
              clock.jump(one.jump)
              raisedAt.clear()
            }
            if ('leave' in one) {
              const store = stores[one.leave]
              if (store !== undefined) limits.remove(store.name)
            }
            growth.update()
            for (const limit of limits.all)
              expect(limit.ratio).toBeLessThanOrEqual(limits.target(limit))
          }
          limits.enter('normal')
          growth.update()
          clock.jump(1e6)
          clock.advance(300_000)
          for (const { ratio } of stores) expect(ratio).toBe(1)
          expect(clock.pendingTimers).toBe(0)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('refuses a rate that never arrives', () => {
    expect(() => resolveRecovery({ regrowth: 0 })).toThrow(
      '`recovery.regrowth` must be a number from 0.001 to 1, got 0',
    )
  })
})
