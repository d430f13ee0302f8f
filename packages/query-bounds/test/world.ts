import { scriptedPressure } from '@cultus/core/testing'
import {
  hydrate,
  InfiniteQueryObserver,
  type Query,
  QueryClient,
  QueryObserver,
} from '@tanstack/query-core'
import { expect } from 'vitest'
import {
  type BoundQueriesOptions,
  boundQueries,
  type QueryBounds,
  type QueryCacheLike,
} from '../src/index.ts'
import { dehydrated } from './dehydrated.ts'
import { expectBound } from './expect-bound.ts'
import type { Op } from './fuzz-op.ts'
import { type Deferred, MutationTraffic, taken } from './mutation-traffic.ts'
import { pagesOf } from './pages-of.ts'
import { runTanStackOn, seesReads } from './tanstack-time.ts'
import { bytesOf, isUnused, type Truth, truthOf } from './truth.ts'

import { zombiesOf } from './zombies.ts'

export const grace = 1_000
const mostSettled = 4

function keyOf(key: number): readonly unknown[] {
  return ['item', key]
}

/** A client under its bound, with everything that can happen to it, and what must hold after each happening. */
export class World {
  readonly pressure = scriptedPressure()
  readonly client: QueryClient
  readonly bounds: QueryBounds
  readonly options: BoundQueriesOptions
  readonly faults: string[] = []
  readonly reasons = new Set<string>()
  readonly touched = new Map<string, number>()
  readonly evicted = new WeakSet<Query>()
  readonly removed = new WeakSet<Query>()
  readonly observers: QueryObserver[] = []
  readonly leaves: (() => void)[] = []
  readonly #fetches: Deferred[] = []
  readonly #mutations: MutationTraffic
  readonly #optimistic = new Set<string>()
  #writes = 0

  constructor(
    options: BoundQueriesOptions,
    gcTime: number,
    target: (client: QueryClient) => QueryCacheLike | QueryClient = (client) => client,
  ) {
    this.options = options
    runTanStackOn(this.pressure.clock)
    this.client = new QueryClient({
      defaultOptions: { queries: { gcTime, retry: false, networkMode: 'always' } },
    })
    this.#mutations = new MutationTraffic(this.client)
    const { bus, registry, clock } = this.pressure
    const cache = this.client.getQueryCache()
    this.bounds = boundQueries(target(this.client), {
      grace,
      mutations: { maxSettled: mostSettled },
      ...options,
      bus,
      registry,
      clock,
    })
    this.bounds.subscribe((event) => {
      if (event.type !== 'evicted') return
      const { query, bytes, cause } = event
      // A failed expectation would be isolated like any fault of a callback, so faults are collected.
      const gone = query as unknown as Query
      if (!isUnused(gone)) this.faults.push(`${gone.queryHash} was in use`)
      if (this.#isProtected(gone)) this.faults.push(`${gone.queryHash} was protected`)
      if (options.maxBytes !== undefined && bytes !== bytesOf(gone))
        this.faults.push(`${gone.queryHash} was counted wrong`)
      const age = clock.now() - (this.touched.get(gone.queryHash) ?? Number.NEGATIVE_INFINITY)
      if (cause !== 'burst' && age < grace) this.faults.push(`${gone.queryHash} was in its grace`)
      this.reasons.add(cause)
      this.evicted.add(gone)
    })
    this.client.getMutationCache().subscribe(() => {
      if (this.client.isMutating() === 0) this.#optimistic.clear()
    })
    cache.subscribe(({ type, query }) => {
      if (type === 'removed') {
        this.removed.add(query)
        // Told also of one whose key has a new query since.
        if (!cache.find({ queryKey: query.queryKey })) this.#optimistic.delete(query.queryHash)
      }
      if (type === 'added') {
        this.removed.delete(query)
        this.evicted.delete(query)
      }
    })
  }

  run(op: Op): void {
    switch (op.do) {
      case 'set':
        this.#write(op.key)
        break
      case 'read':
        if (seesReads) this.#touch(op.key)
        this.client.getQueryData(keyOf(op.key))
        break
      case 'fetch':
        this.client.fetchQuery({ queryKey: keyOf(op.key), queryFn: this.#fetch }).catch(() => {})
        break
      case 'cancel':
        void this.client.cancelQueries({ queryKey: keyOf(op.key) })
        break
      case 'observe':
        this.observers.push(this.#observer(op.key))
        break
      case 'invalidate':
        void this.client.invalidateQueries(op.key % 2 === 0 ? {} : { queryKey: keyOf(op.key) })
        break
      case 'remove':
        this.client.removeQueries({ queryKey: keyOf(op.key) })
        break
      case 'resolve':
        taken(this.#fetches, op.at)?.resolve(this.#data(op.at))
        break
      case 'reject':
        taken(this.#fetches, op.at)?.reject(new Error('refused'))
        break
      case 'subscribe': {
        const observer = this.observers[op.at % this.observers.length]
        if (observer) this.leaves.push(observer.subscribe(() => {}))
        break
      }
      case 'leave':
        taken(this.leaves, op.at)?.()
        break
      case 'move': {
        const observer = this.observers[op.at % this.observers.length]
        observer?.setOptions({ ...this.#settings(op.key), enabled: op.at % 3 !== 0 })
        break
      }
      case 'hydrate':
        hydrate(this.client, {
          queries: op.keys.map((key) => dehydrated(keyOf(key), this.#data(key))),
        })
        // Afterwards: the first of many may make an old one go before its own turn comes.
        for (const key of op.keys) this.#touch(key)
        break
      case 'level':
        this.pressure.set(op.level)
        break
      case 'resize':
        this.bounds.resize({ maxQueries: op.maxQueries })
        break
      case 'release':
        // Two who set the ratio would be one too many.
        if (this.options.followPressure !== false) break
        this.bounds.setLimitRatio(op.ratio)
        void this.bounds.release()
        break
      case 'fetchPages':
        void this.client
          .fetchInfiniteQuery({
            ...pagesOf(op.key, (page) => this.#data(page)),
            pages: 1 + (op.key % 4),
          })
          .catch(() => {})
        break
      case 'observePages': {
        const observer = new InfiniteQueryObserver(
          this.client,
          pagesOf(op.key, (page) => this.#data(page)),
        )
        this.leaves.push(observer.subscribe(() => {}))
        void observer.fetchNextPage().catch(() => {})
        break
      }
      case 'mutate':
      case 'optimism':
        this.leaves.push(
          this.#mutations.run(op.key % 2 === 0, () => op.do === 'optimism' && this.#write(op.key)),
        )
        break
      case 'settleMutation':
        this.#mutations.settle(op.at, op.fails)
        break
      case 'advance':
        this.pressure.clock.advance(op.time)
    }
  }

  /** What must hold at every instant. */
  checkLedger(): void {
    expect(this.bounds.stats()).toMatchObject(this.truth())
  }

  /** What must hold once everything that was put off has run. */
  check(): void {
    this.checkLedger()
    expect(this.faults).toEqual([])
    expect(this.zombies()).toEqual([])
  }

  zombies(): string[] {
    return zombiesOf(
      this.observers,
      this.client.getQueryCache(),
      (query) => !this.removed.has(query) || this.evicted.has(query),
    )
  }

  /** What must hold once nothing has been touched for the grace. */
  checkBound(): void {
    const idle = this.client
      .getQueryCache()
      .getAll()
      .filter((query) => this.#mayGo(query))
    expectBound(this.bounds.stats(), {
      minInactive: this.options.minInactive ?? 16,
      idleBytes: idle.reduce((sum, query) => sum + bytesOf(query), 0),
    })
  }

  /** What must hold of mutations once the bounds have been released down to. */
  checkMutations(): void {
    const { limitRatio, mutations } = this.bounds.stats()
    expect(mutations?.settled).toBeLessThanOrEqual(mostSettled * limitRatio)
  }

  truth(): Truth {
    return truthOf(this.client.getQueryCache(), this.#isProtected)
  }

  /** Leaves the client, and checks that nothing of the bound is left on it. */
  end(): void {
    const cache = this.client.getQueryCache()
    for (const leave of this.leaves) leave()
    this.bounds.detach()
    this.client.clear()
    expect(Object.hasOwn(cache, 'get')).toBe(false)
    expect(this.pressure.registry.consumers).toEqual([])
  }

  readonly #isProtected = (query: Query): boolean => {
    return this.options.protect?.(query) === true || this.#optimistic.has(query.queryHash)
  }

  #mayGo(query: Query): boolean {
    return isUnused(query) && !this.#isProtected(query)
  }

  readonly #fetch = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      this.#fetches.push({ resolve, reject })
    })

  #settings(key: number): { queryKey: readonly unknown[]; queryFn: () => Promise<unknown> } {
    return { queryKey: keyOf(key), queryFn: this.#fetch }
  }

  #observer(key: number): QueryObserver {
    return new QueryObserver(this.client, { ...this.#settings(key), enabled: key % 5 !== 0 })
  }

  #write(key: number): void {
    this.#touch(key)
    const queryKey = keyOf(key)
    if (this.client.isMutating() > 0) this.#optimistic.add(JSON.stringify(queryKey))
    this.client.setQueryData(queryKey, this.#data(key))
  }

  #touch(key: number): void {
    this.touched.set(JSON.stringify(keyOf(key)), this.pressure.clock.now())
  }

  #data(seed: number): unknown {
    this.#writes += 1
    return { rows: Array.from({ length: seed % 7 }, (_, row) => ({ row, write: this.#writes })) }
  }
}
