import { type MeasuredCache, type Subject, subject, type Value, valueSize } from './subject.ts'

interface BoundedCacheModule {
  readonly BoundedCache: new (
    options: object,
  ) => MeasuredCache & { readonly bytes: number; dispose(): void }
}

/** The policies of `BoundedCache`. */
export const policies = ['lru', 'sieve', 's3-fifo', 'w-tinylfu', 'adaptive', 'gdsf'] as const

/** The policy that a cache has unless it is told another. */
export const defaultPolicy = 'adaptive'

/** The policies that are measured with estimated sizes too: what an estimate takes hangs on no policy. */
const estimated: readonly string[] = ['sieve', defaultPolicy]

/** `BoundedCache` with each policy: statistics on, registered, and following the pressure of the process. */
export const ours: Readonly<Record<string, Subject>> = Object.fromEntries(
  policies.map((policy) => [policy, bounded(policy)]),
)

function bounded(policy: string): Subject {
  return subject<BoundedCacheModule>(
    '@cultus/bounded-cache',
    (module, { entries, kind, ttl }) => {
      const settings = {
        policy,
        ...(kind === 'told' && { sizeOf: ({ size }: Value) => size }),
        ...(ttl !== undefined && { ttl }),
      }
      const bound =
        kind === 'entries'
          ? { maxEntries: entries }
          : { maxBytes: Math.ceil(entries * bytesOfOne(module, settings)) }
      return new module.BoundedCache({ ...settings, ...bound })
    },
    {
      bounds: ['entries', 'told', ...(estimated.includes(policy) ? (['estimated'] as const) : [])],
      ttl: 'possible',
    },
  )
}

/** What one entry is charged with, found by asking: key and bookkeeping count too. */
function bytesOfOne({ BoundedCache }: BoundedCacheModule, settings: object): number {
  const cache = new BoundedCache({ ...settings, maxBytes: 2 ** 20 })
  cache.set('user:0000000000000000', { id: 0, size: valueSize })
  const { bytes } = cache
  cache.dispose()
  return bytes
}
