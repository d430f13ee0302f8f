import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HotSet } from '../../src/observed/hot-set.ts'

test('counts the requests from the fourth of a key on', () => {
  const hot = new HotSet(1_000)
  expect(hot.stats()).toEqual({ hitRatio: 0, requests: 0, share: 0 })
  for (const [uses, isHit] of [
    [1, false],
    [2, false],
    [3, true],
    [4, true],
    [5, true],
    [6, false],
    [1, false],
    [7, true],
  ] as const) {
    hot.request(uses, isHit)
  }
  expect(hot.stats()).toEqual({ hitRatio: 3 / 4, requests: 4, share: 1 / 2 })
  hot.clear()
  expect(hot.stats()).toEqual({ hitRatio: 0, requests: 0, share: 0 })
})

test('follows what became of the hot keys', () => {
  const hot = new HotSet(100)
  for (let request = 0; request < 1_000; request++) hot.request(10, false)
  expect(hot.stats().hitRatio).toBe(0)
  for (let request = 0; request < 500; request++) hot.request(10, true)
  expect(hot.stats().hitRatio).toBeGreaterThan(0.99)
})

test('never tells more than there was', () => {
  const request = fc.record({ uses: fc.nat(8), isHit: fc.boolean() })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(request), (memory, requests) => {
      const hot = new HotSet(memory)
      for (const { uses, isHit } of requests) {
        hot.request(uses, isHit)
        const { hitRatio, requests, share } = hot.stats()
        expect(Math.min(hitRatio, share, requests)).toBeGreaterThanOrEqual(0)
        expect(Math.max(hitRatio, share)).toBeLessThanOrEqual(1)
        expect(requests).toBeLessThanOrEqual(memory + 1)
      }
      if (requests.every(({ isHit }) => isHit)) expect([0, 1]).toContain(hot.stats().hitRatio)
    }),
  )
}, 30_000)
