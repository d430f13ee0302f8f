import { type MeasuredCache, type Subject, subject, type Value } from './subject.ts'

/** What JavaScript has itself: the least that anything costs, and the least that a bound costs. */
export const floors: Readonly<Record<string, Subject>> = {
  Map: subject(undefined, () => new Map<string, Value>(), {
    bounds: ['entries', 'told'],
    evicts: false,
    note: 'unbounded: the floor',
  }),
  'Map + ring': subject(undefined, (_, { entries }) => ringed(entries), {
    note: 'evicts its oldest key: the least that a bound costs',
  }),
}

function ringed(maxEntries: number): MeasuredCache {
  const map = new Map<string, Value>()
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
          oldest = oldest + 1 < maxEntries ? oldest + 1 : 0
        }
      }
      map.set(key, value)
    },
  }
}
