import { boundQueries } from '@cultus/query-bounds'
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { median } from '../../../verify/src/harness/median.ts'
import { rowOf } from './rows.ts'

const keys = Array.from({ length: 500 }, (_, key) => ['item', key])
/** A look-up takes nanoseconds, so each round does many. */
const lookups = 40
const warmUp = 40

/** How a client is bounded; the first is not. */
const variants: Readonly<Record<string, (client: QueryClient) => void>> = {
  plain: () => {},
  maxQueries: (client) => void boundQueries(client, { maxQueries: 5_000, name: 'queries' }),
  maxBytes: (client) => void boundQueries(client, { maxBytes: '512MiB', name: 'bytes' }),
}

/** What is timed, in the order it happens to a client; each returns how many operations it was. */
const operations: Readonly<Record<string, (client: QueryClient) => number>> = {
  'setQueryData, new key': (client) => {
    for (const key of keys) client.setQueryData(key, rowOf(1))
    return keys.length
  },
  'setQueryData, existing key': (client) => {
    for (const key of keys) client.setQueryData(key, rowOf(2))
    return keys.length
  },
  getQueryData: (client) => {
    for (const key of keys) client.getQueryData(key)
    return keys.length
  },
  'cache.get': (client) => {
    const cache = client.getQueryCache()
    const hashes = cache.getAll().map(({ queryHash }) => queryHash)
    for (let again = 0; again < lookups; again++) for (const hash of hashes) cache.get(hash)
    return lookups * hashes.length
  },
  'observer, mount and unmount': (client) => {
    for (const queryKey of keys) {
      new QueryObserver(client, { queryKey, staleTime: Number.POSITIVE_INFINITY }).subscribe(
        () => {},
      )()
    }
    return keys.length
  },
}

/** One operation under one way of bounding, against the plain client of the same rounds. */
export interface HookFigure {
  readonly operation: string
  readonly variant: string
  /** Nanoseconds of the plain client. */
  readonly plain: number
  /** Nanoseconds more, in the median of the paired rounds, and the 95 % interval of that median. */
  readonly more: number
  readonly interval: readonly [number, number]
}

/** Times every operation under every variant in interleaved rounds, each client as old as the others. */
export function measureHooks(rounds: number, progress: (share: number) => void): HookFigure[] {
  const names = Object.keys(variants)
  const clients = new Map(
    names.map((name) => {
      const client = new QueryClient()
      variants[name]?.(client)
      return [name, client]
    }),
  )
  const times = new Map<string, number[]>()
  for (let round = -warmUp; round < rounds; round++) {
    progress((round + warmUp) / (rounds + warmUp))
    const order = round % 2 === 0 ? names : names.toReversed()
    for (const name of order) {
      const client = clients.get(name)
      if (client === undefined) continue
      client.clear()
      for (const [operation, run] of Object.entries(operations)) {
        const startedAt = process.hrtime.bigint()
        const count = run(client)
        const time = Number(process.hrtime.bigint() - startedAt) / count
        const id = `${operation} ${name}`
        if (round >= 0) times.set(id, [...(times.get(id) ?? []), time])
      }
    }
  }
  return Object.keys(operations).flatMap((operation) => {
    const plain = times.get(`${operation} plain`) ?? []
    return names.slice(1).map((variant) => {
      const own = times.get(`${operation} ${variant}`) ?? []
      const more = own.map((time, round) => time - (plain[round] ?? Number.NaN))
      return {
        operation,
        variant,
        plain: median(plain),
        more: median(more),
        interval: medianInterval(more),
      }
    })
  })
}

/** The order statistics that enclose the median with 95 %, by the normal approximation of the binomial. */
function medianInterval(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((one, other) => one - other)
  const half = 0.98 * Math.sqrt(sorted.length)
  const middle = sorted.length / 2
  const at = (index: number): number =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(index)))] ?? Number.NaN
  return [at(middle - half - 1), at(middle + half)]
}
