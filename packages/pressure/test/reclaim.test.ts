import { FakeClock } from '@cultus/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { biggestFirst, Reclaimer, resolveReclaim } from '../src/reclaim.ts'
import { type Fault, Store, settle } from './store-consumer.ts'

function reclaiming() {
  const clock = new FakeClock()
  const journal: string[] = []
  const released = new Map<string, number>()
  const reclaimer = new Reclaimer(clock, resolveReclaim(), {
    onBegin: () => journal.push('begin'),
    onAsked: () => {},
    onReleased: (label, bytes) => released.set(label, (released.get(label) ?? 0) + bytes),
    onEnd: () => journal.push('end'),
  })
  const store = (name: string, bytes: number, fault: Fault = 'none'): Store => {
    const one = new Store(name, { bytes, fault, journal })
    one.ratio = 0.1
    return one
  }
  return { clock, journal, released, reclaimer, store }
}

const target = (consumer: Store) => ({ label: consumer.name, consumer })

describe('a release', () => {
  test('goes through the consumers one after another', async () => {
    const { clock, journal, released, reclaimer, store } = reclaiming()
    reclaimer.start([target(store('a', 1_000)), target(store('b', 500))])
    await settle()
    expect(journal).toEqual(['begin', 'a begins', 'a ends', 'b begins', 'b ends', 'end'])
    expect([...released]).toEqual([
      ['a', 900],
      ['b', 400],
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  test('asks for slices of 8 ms', async () => {
    const { reclaimer, store } = reclaiming()
    const one = store('a', 1_000)
    const release = vi.spyOn(one, 'release')
    reclaimer.start([target(one)])
    await settle()
    expect(release.mock.calls[0]?.[0]).toMatchObject({ slice: 8, signal: { aborted: false } })
  })

  test.each<Fault>([
    'release throws',
    'release rejects',
    'release returns nothing',
    'reports garbage',
  ])('goes on at once to the next when one does: %s', async (fault) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { clock, journal, released, reclaimer, store } = reclaiming()
    reclaimer.start([target(store('bad', 1_000, fault)), target(store('good', 500))])
    await settle()
    expect(journal).toEqual(['begin', 'bad begins', 'good begins', 'good ends', 'end'])
    expect([...released.keys()]).toEqual(['good'])
    expect(clock.pendingTimers).toBe(0)
    vi.restoreAllMocks()
  })

  test('leaves one that hangs behind when the patience is over, and never asks it again', async () => {
    const { clock, journal, reclaimer, store } = reclaiming()
    const hanging = store('hanging', 1_000, 'release hangs')
    reclaimer.start([target(hanging), target(store('good', 500))])
    await settle()
    expect(journal).toEqual(['begin', 'hanging begins'])
    clock.advance(1_000)
    await settle()
    expect(journal.slice(2)).toEqual(['good begins', 'good ends', 'end'])

    reclaimer.start([target(hanging)])
    await settle()
    expect(journal.slice(5)).toEqual(['begin', 'end'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('that is overtaken ends between two slices, and is never doubled in one consumer', async () => {
    const { journal, reclaimer, store } = reclaiming()
    const big = store('big', 1_000)
    reclaimer.start([target(big), target(store('late', 900))])
    await settle(2)
    big.ratio = 0.05
    reclaimer.start([target(big)])
    await settle()
    expect(big.bytes).toBe(50)
    expect(big.mostReleasing).toBe(1)
    expect(journal).not.toContain('late begins')
    expect(journal.filter((line) => line === 'big begins')).toHaveLength(2)
  })

  test('that is cancelled leaves no timer and asks nobody any more', async () => {
    const { clock, journal, reclaimer, store } = reclaiming()
    reclaimer.start([target(store('a', 1_000)), target(store('b', 1_000))])
    reclaimer.cancel()
    expect(clock.pendingTimers).toBe(0)
    await settle()
    expect(journal).toEqual(['begin', 'a begins', 'end', 'a ends'])
  })

  test('takes in who comes later and lets go who leaves', async () => {
    const { journal, reclaimer, store } = reclaiming()
    const leaving = store('leaving', 1_000)
    reclaimer.start([target(store('a', 1_000)), target(leaving)])
    reclaimer.add(target(store('new', 1_000)))
    reclaimer.forget(leaving)
    await settle()
    expect(journal.filter((line) => line.endsWith('begins'))).toEqual(['a begins', 'new begins'])
    reclaimer.add(target(store('alone', 1_000)))
    await settle()
    expect(journal.slice(-4)).toEqual(['begin', 'alone begins', 'alone ends', 'end'])
  })
})

test('the biggest come first, and those who cannot tell last', () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const stores = [
    new Store('silent', { fault: 'usage throws' }),
    new Store('garbage', { fault: 'reports garbage' }),
    new Store('small', { bytes: 1 }),
    new Store('big', { bytes: 10 }),
  ]
  expect(biggestFirst(stores.map(target)).map(({ label }) => label)).toEqual([
    'big',
    'small',
    'silent',
    'garbage',
  ])
  vi.restoreAllMocks()
})

test('settings that make no sense are refused', () => {
  expect(() => resolveReclaim({ slice: 0 })).toThrow('`reclaim.slice` must be')
  expect(() => resolveReclaim({ patience: Number.NaN })).toThrow('`reclaim.patience` must be')
})
