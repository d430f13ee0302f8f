import { boundQueries } from '@cultus/query-bounds'
import { dehydrate, QueryClient } from '@tanstack/query-core'
import { median } from '../../../verify/src/harness/median.ts'
import { rowOf } from './rows.ts'

/** How long it took to evict most of a cache. */
export interface ReleaseFigure {
  /** Milliseconds from the call to its end, in the median. */
  readonly total: number
  /** Milliseconds of the longest turn of the event loop. */
  readonly longest: number
  /** Milliseconds to remove as many from an unbounded cache, in one loop. */
  readonly floor: number
  /** Milliseconds of one removal. */
  readonly single: number
}

function filled(count: number, persisted: boolean): QueryClient {
  const client = new QueryClient({
    defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } },
  })
  for (let key = 0; key < count; key++) client.setQueryData(['item', key], rowOf(key))
  // What `persistQueryClient` does at each event, before its throttle.
  if (persisted) client.getQueryCache().subscribe(() => void dehydrate(client))
  return client
}

/** Shrinks a cache from `from` queries to `to`, several times. */
export async function measureRelease(
  from: number,
  to: number,
  persisted: boolean,
  rounds: number,
): Promise<ReleaseFigure> {
  const totals: number[] = []
  const floors: number[] = []
  const longest: number[] = []
  const singles: number[] = []
  for (let round = 0; round < rounds; round++) {
    const client = filled(from, persisted)
    const bounds = boundQueries(client, { maxQueries: from, grace: 0, minInactive: 0 })
    const turns = watchTurns()
    const startedAt = performance.now()
    // Who manages memory asks first what there is.
    bounds.usage()
    bounds.setLimitRatio(to / from)
    await bounds.release()
    totals.push(performance.now() - startedAt)
    longest.push(turns())
    bounds.detach()

    const plain = filled(from, persisted)
    const cache = plain.getQueryCache()
    const queries = cache.getAll().slice(0, persisted ? 20 : from - to)
    const floorAt = performance.now()
    for (const query of queries) cache.remove(query)
    const floor = performance.now() - floorAt
    floors.push((floor / queries.length) * (from - to))
    singles.push(floor / queries.length)
  }
  return {
    total: median(totals),
    longest: median(longest),
    floor: median(floors),
    single: median(singles),
  }
}

/** Tells the longest time between two turns of the event loop since it was called. */
function watchTurns(): () => number {
  let longest = 0
  let watching = true
  let last = performance.now()
  const look = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (watching) setImmediate(look)
  }
  setImmediate(look)
  return () => {
    watching = false
    return longest
  }
}
