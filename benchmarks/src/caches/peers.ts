import { type MeasuredCache, type Subject, subject, type Value, valueSize } from './subject.ts'

interface LruCacheModule {
  readonly LRUCache: new (options: object) => MeasuredCache
}

interface TransitoryBuilder {
  maxSize(size: number): TransitoryBuilder
  expireAfterWrite(milliseconds: number): TransitoryBuilder
  build(): {
    getIfPresent(key: string): Value | null
    set(key: string, value: Value): unknown
  }
}

const hour = 3_600_000

function lruCache(): Subject {
  return subject<LruCacheModule>(
    'lru-cache',
    ({ LRUCache }, { entries, kind, ttl }) =>
      new LRUCache({
        ...(kind === 'entries'
          ? { max: entries }
          : { maxSize: entries * valueSize, sizeCalculation: ({ size }: Value) => size }),
        ...(ttl !== undefined && { ttl }),
      }),
    { bounds: ['entries', 'told'], ttl: 'possible' },
  )
}

/** Caches of other packages, each made and called as its own manual says. */
export const peers: Readonly<Record<string, Subject>> = {
  'lru-cache': lruCache(),
  'lru-cache again': { ...lruCache(), ttl: 'never', note: 'the same once more: the noise' },
  'tiny-lru': subject<{ lru: (max: number, ttl?: number) => MeasuredCache }>(
    'tiny-lru',
    ({ lru }, { entries, ttl }) => lru(entries, ttl),
    { ttl: 'possible' },
  ),
  'quick-lru': subject<{ default: new (options: object) => MeasuredCache }>(
    'quick-lru',
    ({ default: QuickLru }, { entries, ttl }) =>
      new QuickLru({ maxSize: entries, ...(ttl !== undefined && { maxAge: ttl }) }),
    { ttl: 'possible', note: 'holds up to twice the entries' },
  ),
  'mnemonist LRUMap': subject<{ LRUMapWithDelete: new (capacity: number) => MeasuredCache }>(
    'mnemonist',
    ({ LRUMapWithDelete }, { entries }) => new LRUMapWithDelete(entries),
  ),
  'mnemonist LRUCache': subject<{ LRUCacheWithDelete: new (capacity: number) => MeasuredCache }>(
    'mnemonist',
    ({ LRUCacheWithDelete }, { entries }) => new LRUCacheWithDelete(entries),
  ),
  'lru.min': subject<{ createLRU: (options: object) => MeasuredCache }>(
    'lru.min',
    ({ createLRU }, { entries }) => createLRU({ max: entries }),
  ),
  flru: subject<{ default: (max: number) => MeasuredCache }>(
    'flru',
    ({ default: flru }, { entries }) => flru(entries),
    { note: 'holds up to twice the entries' },
  ),
  'node-cache': subject<{ default: new (options: object) => MeasuredCache & { close(): void } }>(
    'node-cache',
    ({ default: NodeCache }, { entries, ttl = 0 }) => {
      // One more than fits: it refuses to overwrite once it is full.
      const settings = { maxKeys: entries + 1, useClones: false, checkperiod: 0 }
      const cache = new NodeCache({ ...settings, stdTTL: ttl / 1_000 })
      return {
        get: (key) => cache.get(key),
        set: (key, value) => cache.set(key, value),
        dispose: () => cache.close(),
      }
    },
    { ttl: 'possible', evicts: false, note: 'takes in nothing more once it is full' },
  ),
  '@isaacs/ttlcache': subject<{
    TTLCache: new (options: object) => MeasuredCache & { clear(): void }
  }>(
    '@isaacs/ttlcache',
    ({ TTLCache }, { entries, ttl = hour }) => {
      const cache = new TTLCache({ max: entries, ttl })
      return {
        get: (key) => cache.get(key),
        set: (key, value) => cache.set(key, value),
        dispose: () => cache.clear(),
      }
    },
    { ttl: 'always', note: 'evicts what expires soonest; always with a time to live' },
  ),
  transitory: subject<{ newCache: () => TransitoryBuilder }>(
    'transitory',
    ({ newCache }, { entries, ttl }) => {
      const bounded = newCache().maxSize(entries)
      const cache = (ttl === undefined ? bounded : bounded.expireAfterWrite(ttl)).build()
      return {
        get: (key) => cache.getIfPresent(key) ?? undefined,
        set: (key, value) => cache.set(key, value),
      }
    },
    { ttl: 'possible', note: 'may hold a hundredth more' },
  ),
  cacheable: subject<{ CacheableMemory: new (options: object) => MeasuredCache }>(
    'cacheable',
    ({ CacheableMemory }, { entries, ttl }) =>
      new CacheableMemory({
        lruSize: entries,
        useClone: false,
        checkInterval: 0,
        ...(ttl !== undefined && { ttl }),
      }),
    { ttl: 'possible' },
  ),
}
