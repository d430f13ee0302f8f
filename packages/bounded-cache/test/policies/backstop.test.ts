import { expect, test } from 'vitest'
import { Backstop } from '../../src/policies/backstop.ts'

/** Counts so many requests, of which recency serves every second one, and the cache a share of these. */
function count(backstop: Backstop, requests: number, share: number): void {
  for (let request = 0; request < requests; request++) {
    const byRecency = request % 2 === 0
    backstop.count(byRecency, byRecency && (request / 2) % 10 < 10 * share)
  }
}

test('finds that the cache serves less, and not while it serves as much', () => {
  const backstop = new Backstop()
  count(backstop, 1_000, 1)
  expect(backstop.isWorse).toBe(false)
  count(backstop, 1_000, 0.5)
  expect(backstop.isWorse).toBe(true)
})

test('passes over what is too little to matter', () => {
  const backstop = new Backstop()
  for (let request = 0; request < 100_000; request++) backstop.count(request % 50 === 0, false)
  // A fiftieth of the misses, and beyond doubt.
  expect(backstop.isWorse).toBe(false)
})

test('does not judge a rule while its entries have not settled', () => {
  const backstop = new Backstop()
  backstop.settle(500)
  count(backstop, 1_000, 0)
  expect(backstop.isWorse).toBe(false)
  count(backstop, 100, 0)
  expect(backstop.isWorse).toBe(true)
})

test('lets recency rest for longer each time, and for less again once others do well', () => {
  const backstop = new Backstop()
  const rest = () => {
    backstop.rest(100)
    let requests = 0
    for (; backstop.isResting; requests++) backstop.count(true, true)
    return requests
  }
  expect([rest(), rest(), rest()]).toEqual([300, 600, 1_200])
  backstop.settle(100)
  backstop.settle(100)
  expect(rest()).toBe(600)
  for (let time = 0; time < 20; time++) rest()
  expect(rest()).toBe(30_000)
})
