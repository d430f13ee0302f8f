import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { scriptedPressure } from '@cultus/core/testing'
import { describe, expect, test } from 'vitest'
import { BoundedCache } from '../src/index.ts'
import { entryOverhead } from '../src/sizing.ts'

interface HeapReport {
  readonly bytes: number
  readonly entries: number
  readonly heapBytes: number
  readonly left: number
  readonly leftBytes: number
}

const child = fileURLToPath(new URL('./heap-child.ts', import.meta.url))
const packageFolder = fileURLToPath(new URL('..', import.meta.url))
const mebibyte = 2 ** 20

/** Fills a cache in a fresh process that would die of heap exhaustion at 96 MB. */
async function fill(maxBytes: string, shape: string, count: number): Promise<HeapReport> {
  const flags = [
    '--expose-gc',
    '--max-old-space-size=96',
    '--import=tsx',
    '--conditions=@cultus/source',
  ]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, child, maxBytes, shape, `${count}`],
    { cwd: packageFolder },
  )
  return JSON.parse(stdout)
}

describe('a cache of 16 MiB', () => {
  test.each([
    ['number', 400_000],
    ['record', 200_000],
    ['text', 100_000],
    ['rows', 30_000],
    ['buffer', 30_000],
  ])(
    'filled with %s values takes no more of the heap than it says',
    async (shape, count) => {
      const report = await fill('16MiB', shape, count)
      expect(report.entries).toBeLessThan(count)
      expect(report.bytes).toBeGreaterThan(15.9 * mebibyte)
      expect(report.bytes).toBeLessThanOrEqual(16 * mebibyte)
      expect(report.heapBytes).toBeLessThanOrEqual(1.3 * 16 * mebibyte + mebibyte)
      expect(report.heapBytes).toBeGreaterThan(0.7 * 16 * mebibyte)
    },
    60_000,
  )

  test('gives the heap back when it is told to', async () => {
    const report = await fill('16MiB', 'rows', 30_000)
    expect(report.leftBytes).toBeLessThanOrEqual(1.6 * mebibyte)
    expect(report.left).toBeLessThanOrEqual(0.15 * report.heapBytes)
  }, 60_000)
})

test('an entry takes about what `entryOverhead` says, beside its key, in a cache that evicts', async () => {
  const { entries, heapBytes } = await fill('16MiB', 'number', 400_000)
  const overhead = heapBytes / entries - (16 + 24)
  expect(overhead).toBeGreaterThan(entryOverhead * 0.6)
  expect(overhead).toBeLessThan(entryOverhead * 1.25)
}, 60_000)

async function collected(reference: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 20 && reference.deref() !== undefined; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return reference.deref() === undefined
}

describe('a value', () => {
  test.each(['delete', 'clear', 'purge', 'dispose', 'replace', 'evict', 'expire'])(
    'can be collected after `%s`',
    async (way) => {
      const { bus, registry, clock } = scriptedPressure()
      const cache = new BoundedCache<string, object>({ maxEntries: 3, bus, registry, clock })
      const reference = ((): WeakRef<object> => {
        const value = { large: true }
        cache.set('key', value, { ttl: 1_000 })
        cache.set('other', {})
        return new WeakRef(value)
      })()
      expect(await collected(reference)).toBe(false)
      if (way === 'delete') cache.delete('key')
      else if (way === 'clear') cache.clear()
      else if (way === 'purge') cache.purge()
      else if (way === 'dispose') cache.dispose()
      else if (way === 'replace') cache.set('key', {})
      else if (way === 'evict') for (const key of ['a', 'b', 'c']) cache.set(key, {})
      else {
        clock.advance(1_000)
        for (let count = 0; count < 5; count++) cache.set('other', {})
      }
      expect(await collected(reference)).toBe(true)
      expect(cache.size).toBeLessThanOrEqual(3)
    },
    30_000,
  )
})

test('values can be collected after a clear in the middle of a sweep', async () => {
  const { bus, registry, clock } = scriptedPressure()
  const cache = new BoundedCache<string, object>({ maxEntries: 100, bus, registry, clock })
  const reference = ((): WeakRef<object> => {
    const value = {}
    cache.set('soon over', {}, { ttl: 1 })
    for (let key = 0; key < 50; key++) cache.set(`${key}`, {}, { ttl: 1_000 })
    cache.set('last', value)
    return new WeakRef(value)
  })()
  clock.advance(1)
  cache.set('0', {})
  cache.clear()
  expect(await collected(reference)).toBe(true)
  cache.dispose()
}, 30_000)

test('a disposed cache can be collected', async () => {
  const { bus, registry, clock } = scriptedPressure()
  const reference = ((): WeakRef<object> => {
    const cache = new BoundedCache<string, string>({ maxEntries: 3, bus, registry, clock })
    cache.set('a', 'a')
    cache.dispose()
    return new WeakRef(cache)
  })()
  expect(await collected(reference)).toBe(true)
}, 30_000)

test('a release gives back what served entries that were deleted, though the cache is inside its bound', async () => {
  const held = (): number => {
    for (let round = 0; round < 3; round++) globalThis.gc?.()
    // V8 counts what it has freed until it makes the next one.
    new ArrayBuffer(64)
    return process.memoryUsage().arrayBuffers
  }
  const { bus, registry, clock } = scriptedPressure()
  const cache = new BoundedCache<number, number>({ maxEntries: 1e6, bus, registry, clock })
  const before = held()
  for (let key = 0; key < 200_000; key++) cache.set(key, key)
  const filled = held() - before
  for (let key = 100; key < 200_000; key++) cache.delete(key)
  expect(held() - before).toBeGreaterThan(0.6 * filled)
  await cache.release()
  expect(cache.size).toBe(100)
  expect(held() - before).toBeLessThan(0.2 * filled)
}, 30_000)
