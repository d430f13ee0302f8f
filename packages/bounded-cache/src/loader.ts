import type { HostSignal } from './abort-signal.ts'
import type { SetOptions } from './set-options.ts'

/** What a loader is told beside the key. */
export interface LoadContext<V = unknown> {
  /**
   * Aborted when nobody waits for the load any more: its key was set meanwhile, the last caller gave up, or the cache
   * was disposed.
   */
  readonly signal: HostSignal
  /** The value that is held though its time is up, or that is to be replaced, as it was when the load began. */
  readonly stale: V | undefined
  /**
   * Says how the value is to be kept, where that is known only now, such as by a header of a response. What is not given
   * stays as `fetch` was told.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for options that `set` refuses.
   */
  keep(options: SetOptions): void
}

/** Makes the value for a key. */
export type Loader<K, V> = (key: K, context: LoadContext<V>) => V | PromiseLike<V>
