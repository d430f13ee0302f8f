import { BoundedCache, type PolicyName } from '@cultus/bounded-cache'
import { ConsumerRegistry, CultusError, isCultusError, PressureBus } from '@cultus/core'
import { estimateBytes } from '@cultus/core/sizing'
import { boundOf, type Cache, type CacheKey, ReadThrough, type SubjectSetting } from './cache.ts'
import type { Subject } from './subject.ts'

/** What a policy may be called; those that the package does not know are left out. */
const candidates = ['adaptive', 'lru', 'sieve', 's3-fifo', 'w-tinylfu', 'gdsf'] as const
/** Those that never look at the hash of a key, which depends on a seed that each cache draws for itself. */
const hashless = ['lru', 'sieve']

/** The most bytes that `BoundedCache` believes of one value. */
const mostValueBytes = 2 ** 40
const mostBytes = Number.MAX_SAFE_INTEGER

/** The policies of `BoundedCache`. */
export function productPolicies(): readonly string[] {
  return candidates.filter(isPolicy)
}

/** `BoundedCache` with one of its policies, or `undefined` where it has none of that name. */
export function productSubject(name: string): Subject | undefined {
  if (!isPolicy(name)) return undefined
  return {
    name,
    what: `\`BoundedCache\` with \`policy: '${name}'\``,
    weighs: true,
    varies: !hashless.includes(name),
    make: (setting) => new ReadThrough(makeCache(name, setting), setting),
  }
}

function isPolicy(name: string): boolean {
  try {
    bounded(name, { maxEntries: 1 }).dispose()
    return true
  } catch (error) {
    if (isCultusError(error)) return false
    throw error
  }
}

/** A cache that pressure does not reach. */
function bounded(
  name: string,
  bounds: { readonly maxEntries?: number; readonly maxBytes?: number },
): BoundedCache<CacheKey, CacheKey> {
  return new BoundedCache<CacheKey, CacheKey>({
    ...bounds,
    policy: name as PolicyName,
    maxEntryShare: 1,
    followPressure: false,
    bus: new PressureBus(),
    registry: new ConsumerRegistry(),
  })
}

function makeCache(name: string, setting: SubjectSetting): Cache {
  return setting.bound === 'entries' ? byEntries(name, setting) : byBytes(name, setting)
}

function byEntries(name: string, setting: SubjectSetting): Cache {
  const { maxEntries = 1 } = boundOf(setting)
  const cache = bounded(name, { maxEntries })
  return {
    get: (key) => cache.get(key),
    set: setting.hasCosts
      ? (key, value, { cost }) =>
          cache.set(key, value, { bytes: 1, ...(cost !== undefined && { cost }) })
      : (key, value) => cache.set(key, value),
    dispose: () => cache.dispose(),
  }
}

/**
 * A cache that charges each key exactly its size, as all others do.
 *
 * `BoundedCache` charges keys and bookkeeping too, for which traces of sizes have no room. So all sizes and the
 * bound are multiplied by the least power of two that makes the smallest size larger than that overhead, and the
 * overhead is taken off each size.
 */
function byBytes(name: string, setting: SubjectSetting): Cache {
  const { weights, capacity } = setting
  const overhead = overheadOf(name)
  const least = overhead + longestKey(setting)
  const smallest = weights.reduce((min, size) => Math.min(min, size), Number.POSITIVE_INFINITY)
  const largest = weights.reduce((max, size) => Math.max(max, size), 0)
  const scale = 2 ** Math.max(0, Math.ceil(Math.log2(least / smallest)))
  if (largest * scale > mostValueBytes || capacity * scale > mostBytes) {
    throw new CultusError(
      'CULTUS_INVALID_ARGUMENT',
      `\`sizes\` must lie closer together, got ${smallest} to ${largest} bytes, and a bound of ${capacity}`,
    )
  }
  const cache = bounded(name, { maxBytes: capacity * scale })
  return {
    get: (key) => cache.get(key),
    set: (key, value, { bytes = 1, cost }) =>
      cache.set(key, value, {
        bytes: bytes * scale - overhead - estimateBytes(key),
        ...(cost !== undefined && { cost }),
      }),
    dispose: () => cache.dispose(),
  }
}

function longestKey({ texts, weights }: SubjectSetting): number {
  const key = texts?.at(-1) ?? weights.length
  return estimateBytes(key)
}

/** What an entry is charged beside its key and its value, found by asking for it. */
function overheadOf(name: string): number {
  const cache = bounded(name, { maxBytes: 2 ** 20 })
  cache.set(0, 0, { bytes: 0 })
  const { bytes } = cache.stats()
  cache.dispose()
  return bytes - estimateBytes(0)
}
