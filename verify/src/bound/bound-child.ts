/**
 * Runs in a process of its own: fills a cache far beyond its bound with values of one shape, replaces them, deletes
 * them, lets them expire, and tells after each what collections leave of the heap. The last line tells what they leave
 * once the cache is gone. It is bundled, and wants `--expose-gc`.
 */
import { BoundedCache, type PolicyName } from '@cultus/bounded-cache'
import { estimateBytes } from '@cultus/core/sizing'
import { type FakeClock, scriptedPressure } from '@cultus/core/testing'
import { seededRandom } from '../harness/random.ts'
import { heldBytes } from '../sizing/held-bytes.ts'
import { flatText, type Make, shapes } from '../sizing/shapes.ts'
import { tell } from '../workload/tell.ts'

/** What it is told to do. */
export interface BoundArguments {
  readonly policy: PolicyName
  readonly shape: string
  readonly maxBytes: number
  readonly seed: number
}

type Key = string | number
type Cache = BoundedCache<Key, unknown>

/** So that values of a megabyte come in under a bound of eight: they are the ones that could break it. */
const maxEntryShare = 0.5
/** How often all that a cache holds is overtaken before it is measured. */
const turnovers = 2
const ttl = 60_000

/** Short and long ones, numbers, and one in five that comes in pieces, as a template leaves it. */
function keyOf(index: number): Key {
  switch (index % 5) {
    case 0:
      return index
    case 1:
      return flatText(`${index}`.padStart(8, '0'))
    case 2:
      return flatText(`user:${index}`.padEnd(20, '.'))
    case 3:
      return `tenant:${index % 97}:user:${index}:profile`
    default:
      return flatText(`https://example.com/items/${index}`.padEnd(120, '/page'))
  }
}

/** Sets new keys until the cache was overtaken so often; one `get` in four, of what may be held. */
function overtake(cache: Cache, make: Make, random: () => number, next: number, ttls: boolean) {
  const { evictions } = cache.stats()
  let index = next
  for (let gone = 0; gone < turnovers * Math.max(8, cache.size); index++) {
    const options = ttls && index % 3 !== 0 ? { ttl } : undefined
    if (!cache.set(keyOf(index), make(index), options)) throw new Error(`${index} was refused`)
    if (index % 4 === 0) cache.get(keyOf(index - Math.floor(random() * 2 * cache.size)))
    gone = cache.stats().evictions - evictions
  }
  return index
}

/** What keys and values take by themselves, without what the cache takes to keep them. */
function contentsOf(cache: Cache): number {
  let bytes = 0
  cache.forEach((value, key) => {
    bytes += estimateBytes(key) + estimateBytes(value)
  })
  return bytes
}

function measure(phase: string, cache: Cache): void {
  const { size: entries, bytes: charged } = cache
  const contents = contentsOf(cache)
  tell('phase', { phase, held: heldBytes(), charged, contents, entries })
}

/** In a function of its own, so that nothing is left of the cache when it returns. */
function live({ policy, maxBytes, seed }: BoundArguments, make: Make): void {
  const { bus, registry, clock } = scriptedPressure()
  const options = { policy, maxBytes, maxEntryShare, bus, registry, clock }
  const cache: Cache = new BoundedCache<Key, unknown>(options)
  const random = seededRandom(seed)
  let next = overtake(cache, make, random, 0, false)
  measure('filled', cache)
  const keys = [...cache.keys()]
  for (const [at, key] of keys.entries()) if (at % 2 === 0) cache.set(key, true)
  // Each grows in its place.
  for (const key of keys) cache.set(key, make(next++))
  keys.length = 0
  measure('replaced', cache)
  next = overtake(cache, make, random, next, true)
  measure('some with ttl', cache)
  for (const [at, key] of [...cache.keys()].entries()) if (at % 2 === 0) cache.delete(key)
  measure('half deleted', cache)
  next = expire(cache, clock, make, next)
  measure('expired', cache)
  overtake(cache, make, random, next, true)
  measure('filled again', cache)
  cache.dispose()
}

/** Lets pass the time of all that has one, and sets as many new ones as find it. */
function expire(cache: Cache, clock: FakeClock, make: Make, next: number): number {
  clock.advance(ttl)
  const last = next + Math.ceil(cache.size / 2)
  for (let index = next; index < last; index++) cache.set(keyOf(index), make(index))
  return last
}

const given = JSON.parse(process.argv[2] ?? '') as BoundArguments
const make = shapes[given.shape]
if (make === undefined) throw new Error(`no shape ${given.shape}`)
live(given, make)
tell('empty', { held: heldBytes() })
