import type { CacheEvents } from './events.ts'
import type { CacheChannels } from './observed/channel.ts'
import type { Removal, RemovalListeners } from './removal.ts'

/** All who may hear of the removals of a cache. */
export function removalListeners<K, V>(
  cache: string,
  onRemoval: ((removal: Removal<K, V>) => unknown) | undefined,
  events: CacheEvents<K, V>,
  channel: CacheChannels['removal'],
): RemovalListeners<K, V> {
  return {
    get heard() {
      return onRemoval !== undefined || events.hearsRemovals || channel.hasSubscribers
    },
    tell(removal) {
      const { key, cause } = removal
      if (channel.hasSubscribers) channel.publish({ cache, key, cause })
      events.tell('removal', () => removal)
      return onRemoval?.(removal)
    },
  }
}
