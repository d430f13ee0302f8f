import { describe, expect, test } from 'vitest'
import { generateTrace, generatorNames, isGenerated } from '../src/policies/generate-trace.ts'
import type { Trace } from '../src/policies/trace.ts'

const options = { requests: 50_000, seed: 3 }

/** How often each key is requested, the most frequent first. */
function frequencies({ requests, unique }: Trace): readonly number[] {
  const counts = new Array<number>(unique).fill(0)
  for (const key of requests) counts[key] = (counts[key] ?? 0) + 1
  return counts.sort((one, other) => other - one)
}

function mean(values: Iterable<number>): number {
  const all = [...values]
  return all.reduce((sum, value) => sum + value, 0) / all.length
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [mean(one), mean(other)]
  const covariance = mean(one.map((value, index) => (value - a) * ((other[index] ?? 0) - b)))
  const spread = (values: readonly number[], centre: number): number =>
    Math.sqrt(mean(values.map((value) => (value - centre) ** 2)))
  return covariance / (spread(one, a) * spread(other, b))
}

describe('every generator', () => {
  for (const name of generatorNames) {
    test(`${name} makes the same of the same seed, as long as asked for`, () => {
      const trace = generateTrace(name, options)
      expect(trace.requests).toHaveLength(options.requests)
      expect(generateTrace(name, options)).toEqual(trace)
      if (name !== 'loop') {
        expect(generateTrace(name, { ...options, seed: 4 }).requests).not.toEqual(trace.requests)
      }
    })

    test(`${name} numbers its keys in the order in which they appear`, () => {
      const { requests, unique } = generateTrace(name, options)
      let next = 0
      for (const key of requests) {
        if (key > next) throw new Error(`${key} before ${next}`)
        if (key === next) next += 1
      }
      expect(next).toBe(unique)
    })
  }

  test('is recognised by its name, with or without parameters', () => {
    for (const text of ['zipf', 'zipf:0.9:100', 'loop:7']) expect(isGenerated(text)).toBe(true)
    for (const text of ['./zipf', 'zipf.txt', 'toString']) expect(isGenerated(text)).toBe(false)
  })

  test('refuses parameters that make no sense', () => {
    for (const text of ['zipf:x', 'zipf:-1', 'zipf:0.9:0', 'loop:0.5', 'loop:1:2', 'mix:-3']) {
      expect(() => generateTrace(text, options)).toThrow('`trace` must be `')
    }
  })
})

test('zipf requests keys in proportion to 1 / rank ^ skew', () => {
  const counts = frequencies(generateTrace('zipf:1:1000', options))
  const sum = Array.from({ length: 1_000 }, (_, index) => 1 / (index + 1)).reduce((a, b) => a + b)
  const expected = options.requests / sum
  for (const rank of [1, 2, 5, 10, 50]) {
    const deviation = (counts[rank - 1] ?? 0) / (expected / rank)
    expect(deviation).toBeGreaterThan(0.85)
    expect(deviation).toBeLessThan(1.15)
  }
})

test('loop goes round and round', () => {
  const { requests } = generateTrace('loop:7', options)
  expect(requests.every((key, index) => key === index % 7)).toBe(true)
})

test('scan asks once for half of what it asks for', () => {
  const trace = generateTrace('scan:1000', options)
  const once = frequencies(trace).filter((count) => count === 1).length
  expect(once / options.requests).toBeGreaterThan(0.48)
  expect(once / options.requests).toBeLessThan(0.55)
})

test('shift leaves its keys and comes back to them', () => {
  const { requests } = generateTrace('shift:500', { requests: 5_000, seed: 1 })
  const phase = (index: number): Set<number> =>
    new Set(requests.subarray(index * 1_000, (index + 1) * 1_000))
  const shared = (one: number, other: number): number =>
    [...phase(one)].filter((key) => phase(other).has(key)).length
  expect(phase(1).size).toBe(50)
  expect(shared(0, 1)).toBe(0)
  expect(shared(0, 2)).toBe(0)
  expect(shared(1, 3)).toBe(50)
  expect(shared(0, 4)).toBe(phase(0).size)
})

test('costs has sizes and costs of every magnitude, and neither says anything of the other', () => {
  const { sizes = new Float64Array(), costs = new Float64Array() } = generateTrace('costs', options)
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(200)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(50_000)
  expect(Math.min(...costs)).toBeGreaterThanOrEqual(1)
  expect(Math.max(...costs)).toBeLessThanOrEqual(1_000)
  expect(mean(sizes.map(Math.log))).toBeCloseTo(Math.log(Math.sqrt(200 * 50_000)), 1)
  expect(mean(costs.map(Math.log))).toBeCloseTo(Math.log(Math.sqrt(1_000)), 1)
  const related = correlation([...sizes].map(Math.log), [...costs].map(Math.log))
  expect(Math.abs(related)).toBeLessThan(0.03)
})

test('mix has scans, and costs that loosely follow sizes', () => {
  const trace = generateTrace('mix', options)
  const once = frequencies(trace).filter((count) => count === 1).length
  expect(once).toBeGreaterThan(8 * 1_000)
  const logs = (values: Float64Array = new Float64Array()): number[] =>
    [...values].map((value) => Math.log(value))
  const related = correlation(logs(trace.sizes), logs(trace.costs))
  expect(related).toBeGreaterThan(0.2)
  expect(related).toBeLessThan(0.4)
})
