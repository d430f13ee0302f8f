import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Contest } from '../../src/policies/contest.ts'
import { random } from './streams.ts'

test('stays with the present rule while nothing was counted, or all rules serve alike', () => {
  const contest = new Contest(3)
  for (const present of [0, 1, 2]) expect(contest.best(present)).toBe(present)
  for (let request = 0; request < 1_000; request++) contest.count(request % 3 === 0 ? 0b111 : 0)
  for (const present of [0, 1, 2]) expect(contest.best(present)).toBe(present)
})

test('finds the rule that serves most, after a few dozen requests where the difference is large', () => {
  const contest = new Contest(3)
  for (let request = 0; request < 30; request++) contest.count(request % 2 === 0 ? 0b110 : 0b100)
  expect(contest.best(0)).toBe(2)
  expect(contest.best(1)).toBe(2)
  expect(contest.best(2)).toBe(2)
})

test('is seldom taken in by chance', () => {
  let changes = 0
  for (let seed = 0; seed < 200; seed++) {
    const next = random(seed)
    const contest = new Contest(2)
    for (let request = 0; request < 500; request++) contest.count(next() < 0.5 ? 0b01 : 0b10)
    if (contest.best(0) !== 0) changes++
  }
  // A lead of three standard deviations on one side: 0.13 % of all.
  expect(changes).toBeLessThan(4)
})

test('never changes to a rule that has served no more', () => {
  const served = fc.array(fc.nat(7), { maxLength: 300, size: 'max' })
  fc.assert(
    fc.property(served, fc.nat(2), (requests, present) => {
      const contest = new Contest(3)
      for (const request of requests) contest.count(request)
      const hits = (rule: number) => requests.filter((request) => request & (1 << rule)).length
      const best = contest.best(present)
      if (best !== present) expect(hits(best)).toBeGreaterThan(hits(present))
    }),
  )
})

test('forgets what has faded', () => {
  const contest = new Contest(2)
  for (let request = 0; request < 100; request++) contest.count(0b10)
  contest.fade(0.01)
  for (let request = 0; request < 30; request++) contest.count(0b01)
  expect(contest.best(1)).toBe(0)
  expect(contest.best(0)).toBe(0)
})

test('goes back to its refuge when it is less sure, and for nothing else', () => {
  // A lead of 10 in 14: between 2.5 and 3 standard deviations.
  for (const refuge of [undefined, 1]) {
    const contest = new Contest(2, refuge === undefined ? {} : { refuge })
    for (let request = 0; request < 14; request++) contest.count(request < 2 ? 0b01 : 0b10)
    expect(contest.best(0)).toBe(refuge ?? 0)
  }
})

test('passes over what saves too little of the misses, however sure it is', () => {
  const contest = new Contest(2, { leastGain: 0.5 })
  for (let request = 0; request < 1_000; request++) contest.count(request % 3 === 0 ? 0b10 : 0)
  expect(contest.best(0)).toBe(0)
  expect(new Contest(2, { leastGain: 0.5 }).best(0)).toBe(0)
  for (let request = 0; request < 1_000; request++) contest.count(0b10)
  expect(contest.best(0)).toBe(1)
  contest.clear()
  expect(contest.best(0)).toBe(0)
})
