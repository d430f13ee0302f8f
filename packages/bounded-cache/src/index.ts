export type { CallerSignal, HostSignal } from './abort-signal.ts'
export { BoundedCache } from './cache.ts'
export type { DumpedEntry, DumpHeader, DumpRecord, LoadReport } from './dump.ts'
export type {
  BoundedCacheEventName,
  BoundedCacheEvents,
  CacheRelease,
  CacheResize,
  LoadFailure,
} from './events.ts'
export type { LoadContext, Loader } from './loader.ts'
export type { BoundForecast, CacheRecommendation, RecommendOptions } from './observed/advice.ts'
export type { LoadMessage, ReleaseMessage, RemovalMessage } from './observed/channel.ts'
export type { EvictionsByCause } from './observed/eviction-counts.ts'
export type { HotSetStats } from './observed/hot-set.ts'
export type { WindowStats } from './observed/windows.ts'
export type { BoundedCacheOptions, CacheBounds } from './options.ts'
export type { Lists } from './policies/lists.ts'
export type { Policy, PolicyFactory, PolicyName, Slots } from './policies/policy.ts'
export type { Removal, RemovalCause } from './removal.ts'
export type { FetchOptions, SetOptions } from './set-options.ts'
export type { CacheStats } from './stats.ts'
