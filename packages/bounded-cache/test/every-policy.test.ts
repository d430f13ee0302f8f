import { FakeClock, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedCache, type PolicyName, type Removal } from '../src/index.ts'

const policies: readonly PolicyName[] = ['adaptive', 'lru', 'sieve', 's3-fifo', 'w-tinylfu', 'gdsf']

interface Set {
  readonly key: number
  readonly bytes: number
  readonly ttl: number
  readonly cost: number
}

type Command =
  | { readonly type: 'set'; readonly set: Set }
  | { readonly type: 'get' | 'peek' | 'delete'; readonly key: number }
  | { readonly type: 'clear' | 'purge' | 'release' }
  | { readonly type: 'ratio' | 'advance' | 'entries' | 'bytes'; readonly by: number }

const key = fc.nat(40)
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('set' as const),
      set: fc.record({
        key,
        bytes: fc.oneof(fc.nat(300), fc.constant(5_000), fc.constant(2 ** 33)),
        ttl: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 50, 1_000),
        cost: fc.constantFrom(1, 1, 0.5, 1_000),
      }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constantFrom('get' as const, 'get', 'peek', 'delete'), key }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('clear' as const, 'purge') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('release' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('ratio' as const, 'advance', 'entries', 'bytes'),
      by: fc.integer({ min: 1, max: 100 }),
    }),
  },
)

/** What each key was last set to, and what the cache has told of values that left it. */
class Ledger {
  readonly cache: BoundedCache<number, number>
  readonly clock: FakeClock
  readonly #held = new Map<number, number>()
  readonly #told: Removal<number, number>[] = []
  #values = 0
  #maxEntries = 20
  #maxBytes = 8_000

  constructor(policy: PolicyName) {
    const { bus, registry } = scriptedPressure()
    this.clock = new FakeClock()
    this.cache = new BoundedCache<number, number>({
      policy,
      maxEntries: this.#maxEntries,
      maxBytes: this.#maxBytes,
      maxEntryShare: 1,
      clock: this.clock,
      bus,
      registry,
      onRemoval: (removal) => this.#told.push(removal),
    })
  }

  async play(command: Command): Promise<void> {
    const { cache } = this
    switch (command.type) {
      case 'set':
        this.#set(command.set)
        break
      case 'get':
      case 'peek': {
        const value = cache[command.type](command.key)
        this.#settle()
        expect(value).toBe(this.#held.get(command.key))
        break
      }
      case 'delete':
        cache.delete(command.key)
        this.#settle()
        expect(this.#held.has(command.key)).toBe(false)
        break
      case 'clear':
      case 'purge':
        cache[command.type]()
        this.#settle()
        expect(this.#held.size).toBe(0)
        break
      case 'release':
        expect(await cache.release()).toMatchObject({ completed: true })
        break
      case 'ratio':
        cache.setLimitRatio(command.by / 100)
        break
      case 'advance':
        this.clock.advance(command.by * 10)
        break
      case 'entries':
        this.#maxEntries = command.by
        cache.resize({ maxEntries: command.by })
        break
      case 'bytes':
        this.#maxBytes = command.by * 200
        cache.resize({ maxBytes: command.by * 200 })
    }
    this.check()
  }

  check(): void {
    const { cache } = this
    this.#settle()
    expect(cache.size).toBe(this.#held.size)
    expect(cache.size).toBeLessThanOrEqual(this.#maxEntries)
    expect(cache.bytes).toBeLessThanOrEqual(this.#maxBytes)
    expect(cache.bytes > 0).toBe(cache.size > 0)
    const served = [...cache]
    this.#settle()
    for (const [key, value] of served) expect(value).toBe(this.#held.get(key))
  }

  #set({ key, ...facts }: Set): void {
    const value = this.#values++
    this.#settle()
    const kept = this.cache.set(key, value, facts)
    const isGone = this.#settle(value)
    expect(this.#held.has(key)).toBe(false)
    expect(isGone).toBe(!kept)
    if (kept) this.#held.set(key, value)
  }

  /** Every value leaves once, and is told of then; returns whether that one did which has just come. */
  #settle(newest?: number): boolean {
    let isGone = false
    for (const { key, value } of this.#told.splice(0)) {
      if (value === newest) isGone = true
      else {
        expect(this.#held.get(key)).toBe(value)
        this.#held.delete(key)
      }
    }
    return isGone
  }
}

test.each(policies)(
  '%s: whatever is done, bounds hold, values are the last ones set, and each that leaves is told of once',
  { timeout: 120_000 },
  async (policy) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { minLength: 300, maxLength: 300, size: 'max' }),
        async (commands) => {
          const ledger = new Ledger(policy)
          for (const each of commands) await ledger.play(each)
          ledger.cache.dispose()
        },
      ),
      { numRuns: 60 },
    )
  },
)

test.each(policies)('%s: keeps what is used and gives up what is not', (policy) => {
  const { bus, registry, clock } = scriptedPressure()
  const cache = new BoundedCache<string, number>({ maxEntries: 50, policy, bus, registry, clock })
  for (let turn = 0; turn < 400; turn++) {
    for (let hot = 0; hot < 5; hot++)
      if (cache.get(`hot ${hot}`) === undefined) cache.set(`hot ${hot}`, hot)
    cache.set(`once ${turn}`, turn)
  }
  expect([0, 1, 2, 3, 4].every((hot) => cache.has(`hot ${hot}`))).toBe(true)
  expect(cache.size).toBe(50)
  cache.dispose()
})

test('gdsf keeps the dear and small rather than the cheap and large', () => {
  const { bus, registry, clock } = scriptedPressure()
  const cache = new BoundedCache<number, number>({
    maxBytes: 20_000,
    policy: 'gdsf',
    bus,
    registry,
    clock,
  })
  for (let key = 0; key < 200; key++) {
    const isDear = key % 10 === 0
    cache.set(key, key, { bytes: isDear ? 100 : 1_000, cost: isDear ? 500 : 1 })
  }
  const dear = [...cache.keys()].filter((key) => key % 10 === 0)
  expect(dear).toHaveLength(20)
  cache.dispose()
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '3'])('refuses a cost of %s', (cost) => {
  const { bus, registry, clock } = scriptedPressure()
  const cache = new BoundedCache<string, number>({ maxEntries: 5, bus, registry, clock })
  cache.set('a', 1)
  expect(() => cache.set('a', 2, { cost: cost as number })).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' }),
  )
  expect(cache.get('a')).toBe(1)
  cache.dispose()
})

test('a `null` that is set again with a listener keeps its place', () => {
  const { bus, registry, clock } = scriptedPressure()
  const told: Removal<string, null>[] = []
  const onRemoval = (removal: Removal<string, null>): void => void told.push(removal)
  const options = { maxEntries: 2, policy: 'sieve', bus, registry, clock, onRemoval } as const
  const cache = new BoundedCache<string, null>(options)
  cache.set('used', null)
  cache.set('used', null)
  cache.set('new', null)
  cache.set('newer', null)
  expect([...cache.keys()].sort()).toEqual(['newer', 'used'])
  expect(told).toEqual([{ key: 'new', value: null, cause: 'evicted' }])
  cache.dispose()
})
