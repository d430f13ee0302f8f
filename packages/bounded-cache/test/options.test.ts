import { isCultusError } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import { expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

const refused: [Record<string, unknown>, string][] = [
  [{}, '`maxEntries` must be given where `maxBytes` is not, got undefined'],
  [{ maxEntries: 0 }, '`maxEntries` must be a positive integer, got 0'],
  [{ maxEntries: 1.5 }, '`maxEntries` must be a positive integer, got 1.5'],
  [
    { maxEntries: Number.POSITIVE_INFINITY },
    '`maxEntries` must be a positive integer, got Infinity',
  ],
  [{ maxEntries: 2 ** 24 }, '`maxEntries` must be at most 16000000, got 16777216'],
  [{ maxEntries: '10' }, '`maxEntries` must be a positive integer, got "10"'],
  [
    { maxBytes: 0 },
    "`maxBytes` must be a positive number of bytes or a size such as '64MiB', got 0",
  ],
  [{ maxEntries: 1, ttl: 0 }, '`ttl` must be a number of milliseconds of at least 1, got 0'],
  [{ maxEntries: 1, ttl: '1s' }, '`ttl` must be a number of milliseconds of at least 1, got "1s"'],
  [
    { maxEntries: 1, policy: 'mru' },
    '`policy` must be a function or one of adaptive, lru, sieve, s3-fifo, w-tinylfu, gdsf, got "mru"',
  ],
  [{ maxEntries: 1, name: '' }, '`name` must be a non-empty string, got ""'],
  [{ maxEntries: 1, role: 7 }, '`role` must be a string, got 7'],
  [{ maxEntries: 1, sizeOf: 7 }, '`sizeOf` must be a function, got 7'],
  [{ maxEntries: 1, onRemoval: {} }, '`onRemoval` must be a function, got an object'],
  [{ maxEntries: 1, followPressure: 1 }, '`followPressure` must be true or false, got 1'],
  [{ maxEntries: 1, maxEntryShare: 0 }, '`maxEntryShare` must be a number from 0.001 to 1, got 0'],
  [
    { maxEntries: 1, ratios: { warning: 2 } },
    '`ratios.warning` must be a number from 0 to 1, got 2',
  ],
]

test.each(refused)('refuses %j and registers nothing', (options, message) => {
  const { bus, registry } = scriptedPressure()
  let error: unknown
  try {
    new BoundedCache({ ...options, bus, registry } as BoundedCacheOptions<string, string>)
  } catch (thrown) {
    error = thrown
  }
  expect(isCultusError(error) && error.code).toBe('CULTUS_INVALID_OPTION')
  expect((error as Error).message).toBe(message)
  expect(registry.consumers).toEqual([])
})

test('takes an explicit undefined for an option that is not given', () => {
  const { bus, registry } = scriptedPressure()
  const options = {
    name: undefined,
    maxEntries: 2,
    maxBytes: undefined,
    ttl: undefined,
    role: undefined,
  }
  const cache = new BoundedCache({ ...options, bus, registry } as unknown as BoundedCacheOptions<
    string,
    string
  >)
  expect(cache.name).toBe('cache')
  expect(cache.role).toBeUndefined()
  expect(cache.stats().maxEntries).toBe(2)
})

test('writes nothing into its options, frozen or not', () => {
  const { bus, registry, clock } = scriptedPressure()
  const options = Object.freeze({ maxEntries: 2, bus, registry, clock, ttl: 5 })
  const cache = new BoundedCache<string, string>(options)
  expect(cache.set('a', 'b', Object.freeze({ ttl: 3, bytes: 9 }))).toBe(true)
  expect(cache.get('a')).toBe('b')
})

test('refuses a `ttl` of a `set` that is not a number, and stays as it was', () => {
  const { bus, registry } = scriptedPressure()
  const cache = new BoundedCache<string, string>({ maxEntries: 2, bus, registry })
  cache.set('a', 'old')
  expect(() => cache.set('a', 'new', { ttl: Number.NaN })).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' }),
  )
  expect(cache.get('a')).toBe('old')
})
