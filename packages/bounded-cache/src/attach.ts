import { followPressure, type MemoryConsumer } from '@cultus/core'
import type { ResolvedOptions } from './resolve-options.ts'

/** Registers a cache and lets it follow the bus if it is to; returns what undoes both. */
export function attach(
  cache: MemoryConsumer,
  options: Pick<ResolvedOptions<never, never>, 'registry' | 'bus' | 'clock' | 'followPressure'>,
): () => void {
  const { registry, bus, clock } = options
  const unregister = registry.register(cache)
  if (!options.followPressure) return unregister
  const unfollow = followPressure(cache, { bus, registry, clock })
  return () => {
    unfollow()
    unregister()
  }
}
