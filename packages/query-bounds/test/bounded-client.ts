import { type ScriptedPressure, scriptedPressure } from '@cultus/core/testing'
import { QueryClient, type QueryClientConfig } from '@tanstack/query-core'
import { afterEach } from 'vitest'
import {
  type BoundQueriesOptions,
  boundQueries,
  type EvictionCause,
  type QueryBounds,
} from '../src/index.ts'
import { drained, runTanStackOn } from './tanstack-time.ts'

/** A bounded client of its own, on a clock and a bus that the test plays. */
export interface BoundedClient extends ScriptedPressure {
  readonly client: QueryClient
  readonly bounds: QueryBounds
  /** The cause of each eviction. */
  readonly causes: EvictionCause[]
  /** The last part of each key in the cache, oldest query first. */
  keys(): unknown[]
  /** Writes keys `from` to `to`, both included. */
  fill(from: number, to: number, data?: unknown): void
}

const attached: QueryBounds[] = []

// Sweeps take turns across all bounds, so one that a test leaves under way would delay the next test's.
afterEach(async () => {
  for (const bounds of attached.splice(0)) bounds.detach()
  runTanStackOn(undefined)
  await drained()
})

export function boundedClient(
  options: BoundQueriesOptions,
  config: QueryClientConfig = {},
): BoundedClient {
  const pressure = scriptedPressure()
  const { clock, bus, registry } = pressure
  runTanStackOn(clock)
  const client = new QueryClient({
    ...config,
    defaultOptions: { queries: { retry: false, gcTime: Number.POSITIVE_INFINITY } },
  })
  const bounds = boundQueries(client, { clock, bus, registry, ...options })
  attached.push(bounds)
  const causes: EvictionCause[] = []
  bounds.subscribe((event) => {
    if (event.type === 'evicted') causes.push(event.cause)
  })
  return {
    ...pressure,
    client,
    bounds,
    causes,
    keys: () =>
      client
        .getQueryCache()
        .getAll()
        .map((query) => query.queryKey.at(-1)),
    fill(from, to, data) {
      for (let key = from; key <= to; key++) client.setQueryData(['item', key], data ?? key)
    },
  }
}
