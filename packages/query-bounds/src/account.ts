/** Why a query was evicted. */
export type EvictionCause = 'bound' | 'pressure' | 'burst' | 'purge'

/**
 * What a part of the cache holds and what was done to it: of all of it, of a group, or of a key prefix within one.
 *
 * What is booked on one is booked on those above it too.
 */
export class Account {
  readonly name: string
  readonly parent: Account | undefined
  queries = 0
  bytes = 0
  /** Queries that may go, their grace aside. */
  evictable = 0
  evictableBytes = 0
  observed = 0
  /** Lookups that found data; booked here alone, since they are the hot path. */
  hits = 0
  misses = 0
  regrets = 0
  evictedBytes = 0
  trimmedPages = 0
  readonly evictions: Record<EvictionCause, number> = { bound: 0, pressure: 0, burst: 0, purge: 0 }

  constructor(name: string, parent: Account | undefined) {
    this.name = name
    this.parent = parent
  }

  /** Books a change of what is held. */
  hold(queries: number, bytes: number): void {
    for (let account: Account | undefined = this; account; account = account.parent) {
      account.queries += queries
      account.bytes += bytes
    }
  }

  /** Books a change of what may go. */
  idle(queries: number, bytes: number): void {
    for (let account: Account | undefined = this; account; account = account.parent) {
      account.evictable += queries
      account.evictableBytes += bytes
    }
  }

  observe(queries: number): void {
    for (let account: Account | undefined = this; account; account = account.parent) {
      account.observed += queries
    }
  }

  evict(cause: EvictionCause, bytes: number): void {
    for (let account: Account | undefined = this; account; account = account.parent) {
      account.evictions[cause] += 1
      account.evictedBytes += bytes
    }
  }

  count(what: 'misses' | 'regrets' | 'trimmedPages', by: number): void {
    for (let account: Account | undefined = this; account; account = account.parent) {
      account[what] += by
    }
  }
}
