import { expect, test } from 'vitest'
import { measure } from '../src/policies/measures.ts'
import { replay } from '../src/policies/replay.ts'
import { traceOf } from './setting.ts'

const everySecond = (): { access(key: number): boolean } => {
  let asked = 0
  return { access: () => asked++ % 2 === 1 }
}

test('a trace is asked from its first request to its last, in order', () => {
  const requests = Array.from({ length: 300_001 }, (_, index) => (index * 7) % 1_000)
  const asked: number[] = []
  let progress = 0
  const tally = replay(
    traceOf(requests),
    { access: (key) => asked.push(key) % 3 === 0 },
    (count) => {
      progress += count
    },
  )
  expect(asked).toEqual(requests)
  expect(tally).toMatchObject({ requests: 300_001, hits: 100_000, bytes: 0, cost: 0 })
  expect(progress).toBe(300_001)
})

test('sizes and costs are summed over requests, and over those that hit', () => {
  const trace = { ...traceOf([0, 0, 1, 1, 1], [10, 1]), costs: Float64Array.of(2, 0.5) }
  expect(replay(trace, everySecond())).toMatchObject({
    requests: 5,
    hits: 2,
    bytes: 23,
    hitBytes: 11,
    cost: 5.5,
    hitCost: 2.5,
  })
})

test('measures are relative to lru and to the ceiling, and absent where there is nothing to share', () => {
  const tally = (hits: number) => ({
    requests: 200,
    hits,
    bytes: 0,
    hitBytes: 0,
    cost: 400,
    hitCost: 2 * hits,
    milliseconds: 2,
  })
  expect(measure(tally(120), tally(100), tally(140))).toEqual({
    hit: 60,
    byteHit: undefined,
    costSaved: 60,
    missRatioVsLru: 0.8,
    missCostVsLru: 0.8,
    gapClosed: 50,
    microseconds: 10,
  })
  const nothing = measure(tally(200), tally(200), tally(200))
  expect(nothing).toMatchObject({ missRatioVsLru: undefined, gapClosed: undefined })
})
