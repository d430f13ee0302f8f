import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DumpedEntry, type DumpRecord, dumpHeader, readDump } from '../src/dump.ts'

const then = Date.UTC(2026, 0, 1)

function read(
  entries: readonly unknown[],
  age = 0,
): ReturnType<typeof readDump<unknown, unknown>> extends Iterable<infer Entry> ? Entry[] : never {
  const records = [dumpHeader(then), ...entries] as DumpRecord<unknown, unknown>[]
  return [...readDump(records, then + age)]
}

describe('a dump', () => {
  test('gives each entry with the time that is left to it', () => {
    const entries = [
      { key: 'a', value: 1 },
      { key: 'b', value: 2, expiresIn: 100, idleFor: 20, cost: 3, bytes: 50, tags: ['t', 't'] },
    ]
    expect(read(entries, 30)).toEqual([
      {
        key: 'a',
        value: 1,
        ttl: undefined,
        idleFor: 30,
        bytes: undefined,
        cost: 1,
        tags: undefined,
      },
      { key: 'b', value: 2, ttl: 70, idleFor: 50, bytes: 50, cost: 3, tags: ['t'] },
    ])
  })

  test('leaves out what has expired meanwhile', () => {
    const entries = [
      { key: 'a', value: 1, expiresIn: 30 },
      { key: 'b', value: 2, expiresIn: 31 },
      { key: 'c', value: 3, expiresIn: 30.5 },
    ]
    expect(read(entries, 30)).toEqual([
      'expired',
      expect.objectContaining({ key: 'b', ttl: 1 }),
      'expired',
    ])
  })

  test('from the future gives only what does not expire', () => {
    const entries = [
      { key: 'a', value: 1, expiresIn: 1e9 },
      { key: 'b', value: 2 },
    ]
    expect(read(entries, -1)).toEqual([
      'expired',
      expect.objectContaining({ key: 'b', ttl: undefined, idleFor: Number.POSITIVE_INFINITY }),
    ])
  })

  test('is read as it is asked for, and let go of when that ends early', () => {
    let [given, isClosed] = [0, false]
    function* records(): Generator<DumpRecord<number, string>> {
      try {
        yield dumpHeader(then)
        for (; given < 10; given++) yield { key: given, value: 'value' }
      } finally {
        isClosed = true
      }
    }
    const entries = readDump(records(), then)
    expect(given).toBe(0)
    for (const entry of entries) if (entry !== 'invalid' && entry !== 'expired') break
    expect(given).toBe(0)
    expect(isClosed).toBe(true)
  })

  test.each([
    ['nothing', []],
    ['an entry', [{ key: 'a', value: 1 }]],
    ['a header of another version', [{ ...dumpHeader(then), version: 2 }]],
    ['a header of another format', [{ ...dumpHeader(then), format: 'lru' }]],
    ['a header without a time', [{ format: 'cultus-cache', version: 1 }]],
    ['null', [null]],
    ['text', 'cultus-cache'],
    ['no iterable', { 0: dumpHeader(then) }],
    ['null', null],
  ])('is refused when it is %s', (_, records) => {
    expect(() => readDump(records as never, then)).toThrow(
      expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' }),
    )
  })

  test.each([
    [{ key: 'a' }],
    [{ value: 1 }],
    [null],
    ['text'],
    [{ key: 'a', value: 1, expiresIn: -1 }],
    [{ key: 'a', value: 1, expiresIn: '5' }],
    [{ key: 'a', value: 1, expiresIn: null }],
    [{ key: 'a', value: 1, idleFor: Number.NaN }],
    [{ key: 'a', value: 1, bytes: -1 }],
    [{ key: 'a', value: 1, bytes: Number.POSITIVE_INFINITY }],
    [{ key: 'a', value: 1, cost: 0 }],
    [{ key: 'a', value: 1, tags: 'red' }],
    [{ key: 'a', value: 1, tags: [1] }],
  ])('passes over %j and goes on', (record) => {
    expect(read([record, { key: 'b', value: 2 }])).toEqual([
      'invalid',
      expect.objectContaining({ key: 'b' }),
    ])
  })
})

test('a dump of plain values survives JSON', () => {
  const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arbitrary, { nil: undefined })
  const entry = fc
    .record({
      key: fc.oneof(fc.string(), fc.integer()),
      value: fc.jsonValue(),
      expiresIn: optional(fc.nat(1_000)),
      idleFor: optional(fc.nat(1_000)),
      cost: optional(fc.integer({ min: 1, max: 1_000 })),
      tags: optional(fc.array(fc.string({ minLength: 1 }), { maxLength: 3 })),
    })
    .map(
      (record) =>
        Object.fromEntries(
          Object.entries(record).filter(([, field]) => field !== undefined),
        ) as unknown as DumpedEntry<string | number, unknown>,
    )
  fc.assert(
    fc.property(fc.array(entry), fc.nat(1_500), (entries, age) => {
      const result = read(JSON.parse(JSON.stringify(entries)), age)
      expect(result).toHaveLength(entries.length)
      for (const [index, loadable] of result.entries()) {
        const { key, value, expiresIn, tags } = entries[index] ?? { key: '', value: 0 }
        if (expiresIn !== undefined && expiresIn <= age) {
          expect(loadable).toBe('expired')
          continue
        }
        if (loadable === 'expired' || loadable === 'invalid')
          throw new Error('a good entry is lost')
        expect(loadable.key).toBe(key)
        expect(loadable.value).toEqual(JSON.parse(JSON.stringify(value)))
        expect(loadable.ttl).toBe(expiresIn === undefined ? undefined : expiresIn - age)
        expect(new Set(loadable.tags)).toEqual(new Set(tags))
      }
    }),
  )
}, 30_000)

test('whatever follows the header, only good entries come out of it', () => {
  const almost = fc.record(
    {
      key: fc.anything(),
      value: fc.anything(),
      expiresIn: fc.anything(),
      idleFor: fc.anything(),
      bytes: fc.anything(),
      cost: fc.anything(),
      tags: fc.anything(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(almost, fc.anything())),
      fc.integer({ min: -1_000, max: 1_000 }),
      (records, age) => {
        const result = read(records, age)
        expect(result).toHaveLength(records.length)
        for (const entry of result) {
          if (entry === 'expired' || entry === 'invalid') continue
          expect(entry.ttl === undefined || entry.ttl >= 1).toBe(true)
          expect(entry.idleFor).toBeGreaterThanOrEqual(0)
          expect(entry.cost).toBeGreaterThan(0)
          expect(entry.bytes === undefined || entry.bytes >= 0).toBe(true)
          expect(entry.tags?.every((tag) => typeof tag === 'string' && tag !== '')).not.toBe(false)
        }
      },
    ),
    { numRuns: 1_000 },
  )
}, 30_000)
