import { invalidArgument } from '@cultus/core'
import type { CallerSignal } from './abort-signal.ts'
import { tagsArgument } from './tags.ts'

/** What is known of one value when it is set. */
export interface SetOptions {
  /**
   * How long it is served, in milliseconds, rounded down to a whole one; under 1 it is not kept at all.
   *
   * @defaultValue the `ttl` of the cache, or none where `expiresAt` is given
   */
  readonly ttl?: number
  /**
   * When it ends to be served, in milliseconds since 1970 by the wall clock or as a `Date`; where `ttl` is over sooner, then.
   *
   * @defaultValue none
   */
  readonly expiresAt?: number | Date
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
   * @defaultValue 1; where the policy goes by it, for what `fetch` has loaded the milliseconds that the load took
   */
  readonly cost?: number
  /**
   * Names by which `deleteTag` removes it together with others.
   *
   * @defaultValue none
   */
  readonly tags?: readonly string[]
}

/** What is known of a value that `fetch` loads, and of the caller. */
export interface FetchOptions extends SetOptions {
  /**
   * Ends the wait of this caller, who is rejected with its reason. A load that nobody waits for any more is aborted.
   *
   * @defaultValue none
   */
  readonly signal?: CallerSignal
  /**
   * Loads though there is a value that could be served; a load that is under way is joined.
   *
   * @defaultValue false
   */
  readonly forceRefresh?: boolean
}

/** What is known of an entry, as the store takes it. */
export interface EntryFacts {
  /** Whole milliseconds; 0 for ever, -1 not at all. */
  readonly ttl: number
  /** Wall-clock milliseconds. */
  readonly expiresAt: number | undefined
  readonly bytes: number | undefined
  /** `undefined` where nobody said. */
  readonly cost: number | undefined
  readonly tags: readonly string[] | undefined
  /** Milliseconds since it was used. */
  readonly idleFor: number
}

/** The facts of an entry of which nothing is told but what holds for the whole cache. */
export function usualFacts(ttl: number): EntryFacts {
  return {
    ttl: wholeTtl(ttl),
    expiresAt: undefined,
    bytes: undefined,
    cost: undefined,
    tags: undefined,
    idleFor: 0,
  }
}

/**
 * What the options say of an entry, and for the rest what is usual.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `ttl` or `expiresAt` is no time, `cost` not a positive number, or
 * `tags` no array of names.
 */
export function factsOf(options: SetOptions | undefined, usual: EntryFacts): EntryFacts {
  if (options === undefined) return usual
  const { ttl, bytes = usual.bytes, cost = usual.cost } = options
  if (ttl !== undefined && !(typeof ttl === 'number' && !Number.isNaN(ttl)))
    throw invalidArgument('ttl', 'be a number of milliseconds', ttl)
  if (cost !== undefined && !isCost(cost))
    throw invalidArgument('cost', 'be a positive number', cost)
  const expiresAt = timeOf(options.expiresAt)
  const isTimed = ttl !== undefined || expiresAt !== undefined
  return {
    ttl: isTimed ? wholeTtl(ttl ?? Number.POSITIVE_INFINITY) : usual.ttl,
    expiresAt: isTimed ? expiresAt : usual.expiresAt,
    bytes,
    cost,
    tags: options.tags === undefined ? usual.tags : tagsArgument(options.tags),
    idleFor: 0,
  }
}

/** A time to live in whole milliseconds: 0 for ever, -1 not at all. */
export function wholeTtl(ttl: number): number {
  if (ttl === Number.POSITIVE_INFINITY) return 0
  return ttl < 1 ? -1 : Math.floor(ttl)
}

/** The facts of an entry that is put in at a time of the wall clock: whichever of its ends comes first counts. */
export function factsAt(facts: EntryFacts, date: number): EntryFacts {
  const { ttl, expiresAt } = facts
  if (expiresAt === undefined || ttl < 0) return facts
  const left = wholeTtl(expiresAt - date)
  const isSooner = left !== 0 && (ttl === 0 || left < ttl)
  return isSooner ? { ...facts, ttl: left } : facts
}

function timeOf(time: number | Date | undefined): number | undefined {
  if (time === undefined) return undefined
  const at = time instanceof Date ? time.getTime() : time
  if (typeof at === 'number' && !Number.isNaN(at)) return at
  throw invalidArgument('expiresAt', 'be a Date or milliseconds since 1970', time)
}

function isCost(cost: unknown): boolean {
  return typeof cost === 'number' && cost > 0 && cost < Number.POSITIVE_INFINITY
}
