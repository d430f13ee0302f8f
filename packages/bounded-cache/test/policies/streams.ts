/** Streams of keys that are the same in every run, and what simple caches make of them. */

/** Numbers from 0 to 1 that look random: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c. */
export function random(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Keys from 0 of which each is as popular as Zipf's law has it. */
export function zipf(length: number, keys: number, skew: number, seed: number): number[] {
  const sums = new Float64Array(keys)
  let sum = 0
  for (let key = 0; key < keys; key++) {
    sum += (key + 1) ** -skew
    sums[key] = sum
  }
  const next = random(seed)
  return Array.from({ length }, () => rank(sums, next() * sum))
}

/** The same keys again and again, in the same order. */
export function loop(length: number, keys: number, first = 0): number[] {
  return Array.from({ length }, (_, index) => first + (index % keys))
}

/** Keys of which each is used a few times, soon after one another, and then never more. */
export function drift(length: number, reach: number, seed: number, first = 0): number[] {
  const next = random(seed)
  return Array.from({ length }, (_, index) => {
    const age = Math.floor(-Math.log(1 - next()) * reach)
    return first + Math.max(0, Math.floor(index / 4) - age)
  })
}

/** Popular keys, with scans of keys that come but once. */
export function scanned(length: number, keys: number, seed: number): number[] {
  const popular = zipf(length, keys, 0.9, seed)
  return popular.map((key, index) => (index % 5_000 < 1_000 ? 1_000_000 + index : key))
}

/** How many requests an LRU cache of so many entries serves. */
export function lruHits(requests: readonly number[], capacity: number): number {
  const held = new Set<number>()
  let hits = 0
  for (const key of requests) {
    if (held.delete(key)) hits++
    else if (held.size === capacity) {
      const [oldest] = held
      held.delete(oldest ?? key)
    }
    held.add(key)
  }
  return hits
}

/** How many requests a cache serves that knows what comes and need not take in everything: Belady, 1966. */
export function optHits(requests: readonly number[], capacity: number): number {
  const nextUse = new Float64Array(requests.length)
  const seen = new Map<number, number>()
  for (let at = requests.length - 1; at >= 0; at--) {
    const key = requests[at] ?? 0
    nextUse[at] = seen.get(key) ?? Number.POSITIVE_INFINITY
    seen.set(key, at)
  }
  const held = new Map<number, number>()
  let hits = 0
  for (const [at, key] of requests.entries()) {
    if (held.has(key)) hits++
    held.set(key, nextUse[at] ?? 0)
    if (held.size <= capacity) continue
    let [furthest, latest] = [key, -1]
    for (const [other, use] of held) if (use > latest) [furthest, latest] = [other, use]
    held.delete(furthest)
  }
  return hits
}

function rank(sums: Float64Array, sum: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] ?? 0) < sum) low = middle + 1
    else high = middle
  }
  return low
}
