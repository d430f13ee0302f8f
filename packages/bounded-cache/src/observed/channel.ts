import type { ReleaseReport } from '@cultus/core'
import type { RemovalCause } from '../removal.ts'

/** An entry that is not in a cache any more, or never came in. Its value is left out: listeners would keep it alive. */
export interface RemovalMessage {
  /** The name of the cache. */
  readonly cache: string
  readonly key: unknown
  readonly cause: RemovalCause
}

/** A load that came to an end. */
export interface LoadMessage {
  /** The name of the cache. */
  readonly cache: string
  readonly key: unknown
  readonly outcome: 'loaded' | 'failed'
  /** How long it took, in milliseconds. */
  readonly duration: number
}

/** A release that came to an end. */
export interface ReleaseMessage extends ReleaseReport {
  /** The name of the cache. */
  readonly cache: string
  /** How long it took, the turns of others included, in milliseconds. */
  readonly duration: number
}

/** A channel of `diagnostics_channel`, or one that nobody listens to. */
interface CacheChannel<T> {
  /** Ask before a message is made: without a subscriber nothing is to be done. */
  readonly hasSubscribers: boolean
  publish(message: T): void
}

/** Where those hear of caches who do not depend on Cultus. */
export interface CacheChannels {
  /** `cultus:cache:removal` */
  readonly removal: CacheChannel<RemovalMessage>
  /** `cultus:cache:load` */
  readonly load: CacheChannel<LoadMessage>
  /** `cultus:cache:release` */
  readonly release: CacheChannel<ReleaseMessage>
}

interface HostProcess {
  getBuiltinModule?(
    name: 'node:diagnostics_channel',
  ): { channel(name: string): CacheChannel<unknown> } | undefined
}

const silent: CacheChannel<unknown> = { hasSubscribers: false, publish: () => {} }

/**
 * The channels of this process; silent where the platform has none.
 *
 * They are the same for every caller, and are held for good by whoever asked: what is asked on each removal is a property.
 */
export function cacheChannels(): CacheChannels {
  return { removal: channel('removal'), load: channel('load'), release: channel('release') }
}

function channel(name: string): CacheChannel<unknown> {
  // Importing the module would make this package need Node.
  const host = (globalThis as { process?: HostProcess }).process
  return (
    host?.getBuiltinModule?.('node:diagnostics_channel')?.channel(`cultus:cache:${name}`) ?? silent
  )
}
