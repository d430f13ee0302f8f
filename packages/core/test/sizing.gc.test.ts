import { estimateBytes } from '@cultus/core/sizing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const collect = globalThis.gc as () => void

/** Heap and buffers retained by each of many equal values. */
function retainedBytes(make: (index: number) => unknown, count: number): number {
  const used = (): number => {
    for (let round = 0; round < 4; round++) collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const kept: unknown[] = new Array(count).fill(null)
  const before = used()
  for (let index = 0; index < count; index++) kept[index] = make(index)
  const after = used()
  expect(kept).toHaveLength(count)
  return (after - before) / count
}

/** A text in one piece, as it comes from a socket: a concatenated one is a tree of pieces. */
const flat = (text: string): string => Array.from(text).join('')

const row = (index: number) => ({
  id: index,
  name: flat(`name of row ${index}`),
  score: index + 0.5,
  active: index % 2 === 0,
  tags: [flat(`tag ${index}`), flat(`label ${index}`)],
})

const shapes: Readonly<Record<string, (index: number) => unknown>> = {
  'a small object': (index) => ({ id: index, name: flat(`user ${index}`), score: index + 0.25 }),
  'a nested object': (index) => ({
    user: { id: index, address: { street: flat(`street ${index}`), no: index } },
  }),
  'a page of 50 rows': (index) => Array.from({ length: 50 }, (_, at) => row(index * 50 + at)),
  'a Latin-1 string': (index) => flat(`${index}`.padEnd(1_000, 'x')),
  'a two-byte string': (index) => flat(`${index}`.padEnd(1_000, 'ж')),
  'an array of doubles': (index) => Array.from({ length: 100 }, (_, at) => index + at + 0.5),
  'a Map': (index) =>
    new Map(Array.from({ length: 20 }, (_, at) => [flat(`key ${at} ${index}`), { at, index }])),
  'a Set': (index) => new Set(Array.from({ length: 50 }, (_, at) => flat(`member ${at} ${index}`))),
  'a typed array': () => new Uint8Array(4_000),
}

describe('against the real heap', () => {
  test.each(Object.entries(shapes))('%s is estimated within a third', (_, make) => {
    const estimate = estimateBytes(make(7))
    // Some megabytes in all, so that what else moves on the heap does not matter.
    const actual = retainedBytes(make, Math.ceil(8e6 / estimate))
    expect(estimate / actual).toBeGreaterThan(0.67)
    expect(estimate / actual).toBeLessThan(1.34)
  })
})

describe('bounded work', () => {
  test('a million rows are looked at no more than the budget allows', () => {
    let reads = 0
    const watched = new Proxy(
      { id: 1 },
      {
        get: () => {
          reads += 1
          return 1
        },
      },
    )
    const rows = Array.from({ length: 1_000_000 }, () => watched)
    expect(estimateBytes(rows)).toBeGreaterThan(8_000_000)
    expect(reads).toBeLessThanOrEqual(512)
  })

  test('an exhausted budget extrapolates instead of forgetting', () => {
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`key${at}`, row(at)]))
    const whole = estimateBytes(wide, { nodes: 10_000 })
    expect(estimateBytes(wide, { nodes: 40 }) / whole).toBeGreaterThan(0.5)
    expect(estimateBytes(wide, { nodes: 40 }) / whole).toBeLessThan(2)
  })

  test('a cycle ends, and counts once', () => {
    const one: { self?: unknown; name: string } = { name: 'one' }
    one.self = one
    expect(estimateBytes(one)).toBeLessThan(120)
  })

  test('a structure deeper than any stack ends', () => {
    let deep: unknown = null
    for (let depth = 0; depth < 100_000; depth++) deep = { deep }
    expect(estimateBytes(deep)).toBeGreaterThanOrEqual(8)
  })
})

test('a getter or a Proxy that throws is no reason to fail', () => {
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no')
      },
    },
  )
  const getter = {
    get secret(): never {
      throw new Error('no')
    },
  }
  expect(estimateBytes(hostile)).toBeGreaterThanOrEqual(8)
  expect(estimateBytes([getter, hostile])).toBeGreaterThan(48)
})

test('any value has a finite, positive, whole size', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
      }),
      (value) => {
        const bytes = estimateBytes(value)
        expect(Number.isSafeInteger(bytes) && bytes >= 8).toBe(true)
      },
    ),
    { numRuns: 2_000 },
  )
})
