import { QueryClient } from '@tanstack/query-core'
import NodeCache from 'node-cache'
import type { Store, Stores } from './stores.ts'

/** The caches teams write today: a `Map`, `node-cache` with a TTL, a `QueryClient` as it comes. */
export function plainStores(): Stores {
  return {
    quizzes: mapStore(),
    generated: nodeCacheStore(),
    objects: mapStore(),
    queries: new QueryClient(),
  }
}

function mapStore<V>(): Store<V> {
  const kept = new Map<string, V>()
  return {
    get: (key) => kept.get(key),
    async fetch(key, load) {
      const value = await load()
      kept.set(key, value)
      return value
    },
  }
}

function nodeCacheStore<V>(): Store<V> {
  const kept = new NodeCache({ stdTTL: 3_600, useClones: false })
  return {
    get: (key) => kept.get<V>(key),
    async fetch(key, load) {
      const value = await load()
      kept.set(key, value)
      return value
    },
  }
}
