import type { PressureLevel } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import {
  type DehydratedState,
  hydrate,
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
import { runTanStackOn } from './tanstack-time.ts'
import { bytesOf, isUnused, type Truth, truthOf } from './truth.ts'

/** One thing that can happen to a client. */
export type Op =
  | {
      readonly do: 'set' | 'read' | 'fetch' | 'cancel' | 'observe' | 'invalidate' | 'remove'
      readonly key: number
    }
  | { readonly do: 'resolve' | 'reject' | 'subscribe' | 'leave'; readonly at: number }
  | { readonly do: 'move'; readonly at: number; readonly key: number }
  | { readonly do: 'hydrate'; readonly keys: readonly number[] }
  | { readonly do: 'level'; readonly level: PressureLevel }
  | { readonly do: 'advance'; readonly time: number }

interface Deferred {
  resolve(value: unknown): void
  reject(error: Error): void
}

export const grace = 1_000

const emptyState = {
  data: undefined,
  dataUpdateCount: 1,
  dataUpdatedAt: 0,
  error: null,
  errorUpdateCount: 0,
  errorUpdatedAt: 0,
  fetchFailureCount: 0,
  fetchFailureReason: null,
  fetchMeta: null,
  isInvalidated: false,
  fetchStatus: 'idle',
} as const

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
  #writes = 0

  constructor(
    options: BoundQueriesOptions,
    gcTime: number,
    target: (client: QueryClient) => QueryCacheLike = (client) => client.getQueryCache(),
  ) {
    this.options = options
    runTanStackOn(this.pressure.clock)
    this.client = new QueryClient({
      defaultOptions: { queries: { gcTime, retry: false, networkMode: 'always' } },
    })
    const { bus, registry, clock } = this.pressure
    const cache = this.client.getQueryCache()
    this.bounds = boundQueries(target(this.client), {
      grace,
      ...options,
      bus,
      registry,
      clock,
      onEvict: ({ query, bytes, reason }) => {
        // A failed expectation would be isolated like any fault of a callback, so faults are collected.
        const gone = query as unknown as Query
        if (!isUnused(gone)) this.faults.push(`${gone.queryHash} was in use`)
        if (this.#isProtected(gone)) this.faults.push(`${gone.queryHash} was protected`)
        if (bytes !== bytesOf(gone)) this.faults.push(`${gone.queryHash} was counted wrong`)
        const age = clock.now() - (this.touched.get(gone.queryHash) ?? Number.NEGATIVE_INFINITY)
        if (reason !== 'burst' && age < grace)
          this.faults.push(`${gone.queryHash} was in its grace`)
        this.reasons.add(reason)
        this.evicted.add(gone)
      },
    })
    cache.subscribe(({ type, query }) => {
      if (type === 'removed') this.removed.add(query)
      if (type === 'added') {
        this.removed.delete(query)
        this.evicted.delete(query)
      }
    })
  }

  run(op: Op): void {
    switch (op.do) {
      case 'set':
        this.#touch(op.key)
        this.client.setQueryData(keyOf(op.key), this.#data(op.key))
        break
      case 'read':
        this.#touch(op.key)
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
        this.#fetches.splice(op.at % (this.#fetches.length || 1), 1)[0]?.resolve(this.#data(op.at))
        break
      case 'reject':
        this.#fetches
          .splice(op.at % (this.#fetches.length || 1), 1)[0]
          ?.reject(new Error('refused'))
        break
      case 'subscribe': {
        const observer = this.observers[op.at % this.observers.length]
        if (observer) this.leaves.push(observer.subscribe(() => {}))
        break
      }
      case 'leave':
        this.leaves.splice(op.at % (this.leaves.length || 1), 1)[0]?.()
        break
      case 'move': {
        const observer = this.observers[op.at % this.observers.length]
        observer?.setOptions({ ...this.#settings(op.key), enabled: op.at % 3 !== 0 })
        break
      }
      case 'hydrate':
        hydrate(this.client, { queries: op.keys.map((key) => this.#dehydrated(key)) })
        // Afterwards: the first of many may make an old one go before its own turn comes.
        for (const key of op.keys) this.#touch(key)
        break
      case 'level':
        this.pressure.set(op.level)
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

  /** The keys of observers that show a query which is not in the cache, though the application did not remove it. */
  zombies(): string[] {
    const cache = this.client.getQueryCache()
    return this.observers
      .filter((observer) => observer.hasListeners())
      .map((observer) => observer.getCurrentQuery())
      .filter((query) => !this.removed.has(query) || this.evicted.has(query))
      .filter((query) => cache.find({ queryKey: query.queryKey }) !== query)
      .map((query) => query.queryHash)
  }

  /** What must hold once nothing has been touched for the grace. */
  checkBound(): void {
    const { queries, bytes, evictable } = this.truth()
    const { limitRatio, maxQueries = Number.POSITIVE_INFINITY, maxBytes } = this.bounds.stats()
    const limit = Math.floor(maxQueries * limitRatio)
    const spare = Math.min(this.options.minInactive ?? 16, limit)
    expect(queries).toBeLessThanOrEqual(Math.max(limit, queries - evictable + spare))
    const byteLimit = Math.floor((maxBytes ?? Number.POSITIVE_INFINITY) * limitRatio)
    const idle = this.client
      .getQueryCache()
      .getAll()
      .filter((query) => this.#mayGo(query))
    const idleBytes = idle.reduce((sum, query) => sum + bytesOf(query), 0)
    expect(bytes).toBeLessThanOrEqual(Math.max(byteLimit, bytes - idleBytes + byteLimit / 8))
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

  readonly #isProtected = (query: Query): boolean => this.options.protect?.(query) === true

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

  #dehydrated(key: number): DehydratedState['queries'][number] {
    const queryKey = keyOf(key)
    const state = { data: this.#data(key), dataUpdatedAt: Date.now(), status: 'success' as const }
    return {
      queryKey,
      queryHash: JSON.stringify(queryKey),
      dehydratedAt: Date.now(),
      state: { ...emptyState, ...state },
    }
  }

  #touch(key: number): void {
    this.touched.set(JSON.stringify(keyOf(key)), this.pressure.clock.now())
  }

  #data(seed: number): unknown {
    this.#writes += 1
    return { rows: Array.from({ length: seed % 7 }, (_, row) => ({ row, write: this.#writes })) }
  }
}
