import { BoundedCache } from '@cultus/bounded-cache'
import { LRUCache } from 'lru-cache'

/** What every subject can do. */
export interface Subject {
  get(key: string): object | undefined
  set(key: string, value: object): unknown
}

const hour = 3_600_000

/** A plain Map that drops its oldest key when it is full: the least that a bound costs. */
function boundedMap(maxEntries: number): Subject {
  const map = new Map<string, object>()
  const ring: string[] = []
  let oldest = 0
  return {
    get: (key) => map.get(key),
    set(key, value) {
      if (!map.has(key)) {
        if (ring.length < maxEntries) ring.push(key)
        else {
          map.delete(ring[oldest] ?? '')
          ring[oldest] = key
          oldest = (oldest + 1) % maxEntries
        }
      }
      map.set(key, value)
    },
  }
}

/**
 * A floor, the rival and us; the rival twice, which shows the noise, and both with a time to live.
 *
 * Since `lru-cache` backs our `lru` policy, the pair measures what bytes, statistics and a bound that can change
 * cost on top of it.
 */
export const subjects: Readonly<Record<string, (maxEntries: number) => Subject>> = {
  Map: boundedMap,
  'lru-cache': (max) => new LRUCache<string, object>({ max }),
  'lru-cache again': (max) => new LRUCache<string, object>({ max }),
  BoundedCache: (maxEntries) => new BoundedCache<string, object>({ maxEntries }),
  'lru-cache, ttl': (max) => new LRUCache<string, object>({ max, ttl: hour }),
  'BoundedCache, ttl': (maxEntries) => new BoundedCache<string, object>({ maxEntries, ttl: hour }),
}

/** A flat string of 21 characters: a concatenated one would cost twice its bytes. */
export function flatKey(index: number): string {
  return Buffer.from(`user:${`${index}`.padStart(16, '0')}`).toString('latin1')
}
