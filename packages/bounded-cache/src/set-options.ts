import { invalidArgument } from '@cultus/core'

/** What is known of one value when it is set. */
export interface SetOptions {
  /**
   * How long it is served, in milliseconds, rounded down to a whole one; under 1 it is not kept at all.
   *
   * @defaultValue the `ttl` of the cache
   */
  readonly ttl?: number
  /**
   * The bytes of the value, where the caller knows them. The key and the bookkeeping are added to it.
   *
   * @defaultValue what `sizeOf` returns
   */
  readonly bytes?: number
  /**
   * What it costs to make the value again, in a unit of the caller such as milliseconds; more than 0. The policy
   * `gdsf` goes by it.
   *
   * @defaultValue 1
   */
  readonly cost?: number
}

/** What is known of an entry, as the store takes it. */
export interface EntryFacts {
  /** Whole milliseconds; 0 for ever, -1 not at all. */
  readonly ttl: number
  readonly bytes: number | undefined
  readonly cost: number
}

/** The facts of an entry of which nothing is told but what holds for the whole cache. */
export function usualFacts(ttl: number): EntryFacts {
  return { ttl: wholeTtl(ttl), bytes: undefined, cost: 1 }
}

/**
 * What the options say of an entry.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `ttl` is not a number, or `cost` not a positive one.
 */
export function factsOf(options: SetOptions | undefined, usual: EntryFacts): EntryFacts {
  if (options === undefined) return usual
  const { ttl, bytes, cost = 1 } = options
  if (ttl !== undefined && !(typeof ttl === 'number' && !Number.isNaN(ttl)))
    throw invalidArgument('ttl', 'be a number of milliseconds', ttl)
  if (!(typeof cost === 'number' && cost > 0 && cost < Number.POSITIVE_INFINITY))
    throw invalidArgument('cost', 'be a positive number', cost)
  return { ttl: ttl === undefined ? usual.ttl : wholeTtl(ttl), bytes, cost }
}

function wholeTtl(ttl: number): number {
  if (ttl === Number.POSITIVE_INFINITY) return 0
  return ttl < 1 ? -1 : Math.floor(ttl)
}
