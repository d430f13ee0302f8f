import { FakeClock, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedCache } from '../src/index.ts'
import { settled } from './manual-load.ts'

interface Read {
  readonly key: number
  readonly version: number
  readonly readAt: number
}

interface Load {
  readonly settle: (end: 'resolve' | 'reject') => void
  over: boolean
}

const [ttl, staleWhileRevalidate, staleIfError] = [50, 20, 40]

/** A cache before an origin whose values have versions, and what each caller may be given. */
class Service {
  readonly clock = new FakeClock()
  readonly cache: BoundedCache<number, Read>
  readonly loads: Load[] = []
  readonly #versions = new Map<number, number>()
  readonly #maxLoads: number

  constructor(maxLoads: number) {
    const { bus, registry } = scriptedPressure()
    this.#maxLoads = maxLoads
    const options = { maxEntries: 3, ttl, staleWhileRevalidate, staleIfError, maxLoads }
    this.cache = new BoundedCache({ ...options, bus, registry, clock: this.clock })
  }

  version(key: number): number {
    return this.#versions.get(key) ?? 0
  }

  write(key: number): Read {
    this.#versions.set(key, this.version(key) + 1)
    return { key, version: this.version(key), readAt: this.clock.now() }
  }

  ask(key: number, signal?: AbortSignal): void {
    const least = this.version(key)
    const answer = this.cache.fetch(key, this.#loader, {
      tags: [`tag ${key}`],
      ...(signal !== undefined && { signal }),
    })
    answer.then(
      (value) => {
        expect(value.key).toBe(key)
        // Never what was set aside or deleted before it asked.
        expect(value.version).toBeGreaterThanOrEqual(least)
      },
      (error: Error) => expect(['no', 'closed']).toContain(error.message),
    )
  }

  settle(index: number, end: 'resolve' | 'reject'): void {
    const open = this.loads.filter(({ over }) => !over)
    open[index % open.length]?.settle(end)
  }

  check(): void {
    const open = this.loads.filter(({ over }) => !over).length
    expect(open).toBeLessThanOrEqual(this.#maxLoads)
    expect(this.cache.stats().loading).toBe(open)
    expect(this.cache.size).toBeLessThanOrEqual(3)
    for (const [key, { version, readAt }] of this.cache) {
      expect(version).toBe(this.version(key))
      expect(readAt).toBeLessThanOrEqual(this.clock.now())
    }
  }

  readonly #loader = (key: number): Promise<Read> =>
    new Promise((resolve, reject) => {
      const read = { key, version: this.version(key), readAt: this.clock.now() }
      const load: Load = {
        over: false,
        settle(end) {
          load.over = true
          if (end === 'resolve') resolve(read)
          else reject(new Error('no'))
        },
      }
      this.loads.push(load)
    })
}

test('no fetch is given what was removed before it, and nothing removed comes back', async () => {
  const key = fc.nat(4)
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('ask' as const), key }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('ask and abort' as const), key }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('settle' as const),
        load: fc.nat(5),
        end: fc.constantFrom('resolve' as const, 'resolve' as const, 'reject' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('set' as const, 'delete' as const, 'deleteTag' as const),
        key,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(60) }) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      fc.array(step, { maxLength: 50 }),
      async (maxLoads, steps) => {
        const service = new Service(maxLoads)
        const { cache } = service
        for (const step of steps) {
          if (step.do === 'ask') service.ask(step.key)
          else if (step.do === 'ask and abort') {
            const aborter = new AbortController()
            service.ask(step.key, aborter.signal)
            aborter.abort(new Error('closed'))
          } else if (step.do === 'settle') service.settle(step.load, step.end)
          else if (step.do === 'wait') service.clock.advance(step.time)
          else if (step.do === 'purge') cache.purge()
          else {
            const read = service.write(step.key)
            if (step.do === 'set') cache.set(step.key, read, { tags: [`tag ${step.key}`] })
            else if (step.do === 'delete') cache.delete(step.key)
            else cache.deleteTag(`tag ${step.key}`)
          }
          await settled()
          service.check()
        }
        for (let rest = 0; rest < 200 && cache.stats().loading > 0; rest++) {
          service.settle(0, 'resolve')
          await settled()
          service.check()
        }
        expect(cache.stats()).toMatchObject({ loading: 0, queuedLoads: 0 })
      },
    ),
    { numRuns: 1_000 },
  )
}, 60_000)

describe('a fetch with a signal', () => {
  test('rejects with its reason, and ends the load when it was the last', async () => {
    const { cache } = new Service(1)
    const aborter = new AbortController()
    let loaderSignal: AbortSignal | undefined
    const gone = cache.fetch(
      1,
      (_, { signal }) => {
        loaderSignal = signal
        return new Promise<Read>(() => {})
      },
      { signal: aborter.signal },
    )
    aborter.abort(new Error('closed'))
    await expect(gone).rejects.toThrow('closed')
    expect(loaderSignal?.reason).toEqual(new Error('closed'))
    expect(cache.stats()).toMatchObject({ loads: 1, loadFailures: 0 })
  })

  test('that was aborted before rejects, though the value is held', async () => {
    const { cache } = new Service(1)
    cache.set(1, { key: 1, version: 0, readAt: 0 })
    const signal = AbortSignal.abort(new Error('closed'))
    const loader = (): never => {
      throw new Error('not reached')
    }
    await expect(cache.fetch(1, loader, { signal })).rejects.toThrow('closed')
    expect(cache.stats()).toMatchObject({ hits: 0, loads: 0 })
  })

  test.each([{}, 'signal', null, 5])('is refused when that is %j', async (signal) => {
    const { cache } = new Service(1)
    const refused = cache.fetch(1, () => Promise.reject(new Error('not reached')), {
      signal: signal as never,
    })
    await expect(refused).rejects.toThrow('`signal` must be an AbortSignal')
    expect(cache.stats()).toMatchObject({ loads: 0, misses: 0 })
  })
})

describe('the events of a cache', () => {
  test('tell of removals, failures, releases and bounds', async () => {
    const { bus, registry, clock } = scriptedPressure()
    const cache = new BoundedCache<string, number>({ maxEntries: 4, bus, registry, clock })
    const told: unknown[] = []
    const leave = cache.on('removal', ({ key, cause }) => told.push([key, cause]))
    cache.on('loadFailed', ({ key }) => told.push(['failed', key]))
    cache.on('released', ({ entries, completed }) => told.push(['released', entries, completed]))
    cache.on('resized', ({ maxEntries, limitRatio, cause }) =>
      told.push(['resized', maxEntries, limitRatio, cause]),
    )
    for (const key of ['a', 'b', 'c', 'd', 'e']) cache.set(key, 1)
    await expect(cache.fetch('f', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    leave()
    cache.setLimitRatio(0.5)
    cache.setLimitRatio(0.5)
    await cache.release()
    cache.resize({ maxEntries: 8 })
    expect(told).toEqual([
      ['a', 'evicted'],
      ['failed', 'f'],
      ['resized', 4, 0.5, 'pressure'],
      ['released', 2, true],
      ['resized', 8, 0.5, 'caller'],
    ])
  })
})

test.each([0, 1.5, Number.NaN, '2'])('`maxLoads` of %j is refused', (maxLoads) => {
  const options = { maxEntries: 1, maxLoads: maxLoads as number, ...scriptedPressure() }
  expect(() => new BoundedCache(options)).toThrow('`maxLoads` must be a positive integer')
})
