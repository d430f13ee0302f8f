import { scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { expect, test } from 'vitest'
import { BoundedCache, type Removal } from '../src/index.ts'
import { entryOverhead } from '../src/sizing.ts'
import { CacheModel, keyBytes } from './cache-model.ts'

const key = fc.nat(12)
const bytes = fc.oneof(fc.nat(400), fc.nat(4_000))
const ttl = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 30 }))
const bounds = {
  maxEntries: fc.integer({ min: 1, max: 10 }),
  maxBytes: fc.integer({ min: 200, max: 4_000 }),
}

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('set' as const), key, bytes, ttl }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('get', 'peek', 'has'), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('clear', 'purge', 'release') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resize' as const), ...bounds }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('ratio' as const),
      ratio: fc.constantFrom(0, 0.1, 0.5, 0.75, 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('advance' as const), time: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('jump' as const),
      time: fc.integer({ min: -40, max: 40 }),
    }),
  },
)

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

class Run {
  readonly #pressure = scriptedPressure()
  readonly #removals: Removal<number, number>[] = []
  readonly #cache: BoundedCache<number, number>
  readonly #model: CacheModel
  #values = 0

  constructor(maxEntries: number, maxBytes: number, maxEntryShare: number) {
    this.#model = new CacheModel(maxEntries, maxBytes, maxEntryShare, this.#pressure.clock)
    this.#cache = new BoundedCache({
      policy: 'lru',
      ...this.#pressure,
      maxEntries,
      maxBytes,
      maxEntryShare,
      onRemoval: (removal) => this.#removals.push(removal),
    })
  }

  async step(operation: Operation): Promise<void> {
    await this.#apply(operation)
    this.#removals.length = 0
    this.#model.check(this.#cache)
  }

  #apply(operation: Operation): void | Promise<void> {
    const cache = this.#cache
    const model = this.#model
    const removals = this.#removals
    switch (operation.type) {
      case 'set': {
        const value = this.#values++
        const { ttl, bytes } = operation
        const kept = cache.set(operation.key, value, { ttl, bytes })
        expect(model.set(operation.key, value, { ttl, bytes }, removals)).toBe(kept)
        return
      }
      case 'get': {
        expect(cache.get(operation.key)).toBe(model.get(operation.key))
        return model.take(removals, ['expired'])
      }
      case 'peek':
      case 'has': {
        const expected = model.peek(operation.key)
        if (operation.type === 'peek') expect(cache.peek(operation.key)).toBe(expected)
        else expect(cache.has(operation.key)).toBe(expected !== undefined)
        return model.take(removals, ['expired'])
      }
      case 'delete': {
        const deleted = cache.delete(operation.key)
        expect(model.delete(operation.key, removals)).toBe(deleted)
        return
      }
      case 'clear': {
        cache.clear()
        return model.take(removals, ['deleted'])
      }
      case 'purge': {
        cache.purge()
        return model.take(removals, ['pressure'])
      }
      case 'release':
        return cache.release().then(() => model.release(removals))
      case 'resize': {
        cache.resize(operation)
        model.maxEntries = operation.maxEntries
        model.maxBytes = operation.maxBytes
        return model.shrink(removals)
      }
      case 'ratio': {
        model.ratio = operation.ratio
        return cache.setLimitRatio(operation.ratio)
      }
      case 'advance':
        return this.#pressure.clock.advance(operation.time)
      case 'jump':
        if (operation.time < 0) this.#model.clockWentBack()
        return this.#pressure.clock.jump(operation.time)
    }
  }
}

test('does what a plain Map with the same rules does, step by step, inside its bounds', async () => {
  await fc.assert(
    fc.asyncProperty(
      bounds.maxEntries,
      bounds.maxBytes,
      fc.constantFrom(1 / 8, 1 / 2, 1),
      fc.array(operation, { maxLength: 60, size: 'max' }),
      async (maxEntries, maxBytes, share, operations) => {
        const run = new Run(maxEntries, maxBytes, share)
        for (const operation of operations) await run.step(operation)
      },
    ),
    { numRuns: 2_500 },
  )
}, 120_000)

test('evicts what a bare `lru-cache` of the same bounds evicts, in the same order', () => {
  const step = fc.record({
    type: fc.constantFrom('set', 'set', 'get', 'peek', 'has', 'delete'),
    key,
    bytes,
  })
  fc.assert(
    fc.property(
      bounds.maxEntries,
      bounds.maxBytes,
      fc.array(step, { maxLength: 60, size: 'max' }),
      (maxEntries, maxBytes, steps) => {
        const { bus, registry, clock } = scriptedPressure()
        const ours = new BoundedCache<number, object>({
          policy: 'lru',
          maxEntries,
          maxBytes,
          maxEntryShare: 1,
          bus,
          registry,
          clock,
        })
        const theirs = new LRUCache<number, object>({ max: maxEntries, maxSize: maxBytes })
        for (const { type, key, bytes } of steps) {
          if (type === 'set') {
            const value = {}
            ours.set(key, value, { bytes })
            theirs.set(key, value, { size: bytes + entryOverhead + keyBytes })
          } else expect(ours[type as 'get'](key)).toBe(theirs[type as 'get'](key))
          expect([...ours.entries()]).toEqual([...theirs.entries()])
          expect(ours.bytes).toBe(theirs.calculatedSize)
        }
      },
    ),
    { numRuns: 2_000 },
  )
}, 60_000)
