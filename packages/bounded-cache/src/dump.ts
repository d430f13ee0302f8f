import { CultusError, invalidArgument } from '@cultus/core'
import { tagsArgument } from './tags.ts'

/** What the first record of a dump says of it. */
export interface DumpHeader {
  readonly format: 'cultus-cache'
  readonly version: 1
  /** Wall-clock time when it was made, in milliseconds since 1970. */
  readonly date: number
}

/**
 * An entry in a dump. Times are counted back and forth from the date of its header.
 *
 * Only `key` and `value` are required, so that a dump can be written by hand to warm a cache up.
 */
export interface DumpedEntry<K, V> {
  readonly key: K
  readonly value: V
  /**
   * How much longer it is served, in milliseconds.
   *
   * @defaultValue the `ttl` of the cache that loads it
   */
  readonly expiresIn?: number
  /**
   * How long it has not been used, in milliseconds; of meaning where the cache has a `maxIdle`.
   *
   * @defaultValue 0
   */
  readonly idleFor?: number
  /**
   * The bytes of the value, for one that the cache cannot size. `dump` leaves it out: a value that went through a
   * serialisation may take other bytes than before.
   *
   * @defaultValue what the cache that loads it finds
   */
  readonly bytes?: number
  /**
   * What it costs to make the value again.
   *
   * @defaultValue 1
   */
  readonly cost?: number
  /**
   * Its tags.
   *
   * @defaultValue none
   */
  readonly tags?: readonly string[]
}

/** A record of a dump: the header comes first, then the entries, the next to be evicted first. */
export type DumpRecord<K, V> = DumpHeader | DumpedEntry<K, V>

/** What became of the entries of a dump. */
export interface LoadReport {
  /** Entries that the cache took in. Later ones may have evicted earlier ones. */
  readonly loaded: number
  /** Entries whose time was up. */
  readonly expired: number
  /** Entries whose key the cache held already, or was loading: what it has is newer. */
  readonly held: number
  /** Entries that were larger than one may be. */
  readonly refused: number
  /** Records that were no entry. */
  readonly invalid: number
}

/** The header of a dump made now; `date` is wall-clock time in milliseconds since 1970. */
export function dumpHeader(date: number): DumpHeader {
  return { format: 'cultus-cache', version: 1, date }
}

/** An entry of a dump as the cache takes it in, and the time that is left to it now. */
export interface LoadableEntry<K, V> {
  readonly key: K
  readonly value: V
  /** Milliseconds; `undefined` for the usual time of the cache. */
  readonly ttl: number | undefined
  /** Milliseconds since it was used. */
  readonly idleFor: number
  readonly bytes: number | undefined
  readonly cost: number
  readonly tags: readonly string[] | undefined
}

/**
 * Reads a dump: yields each entry, or why there is none.
 *
 * The header is read before this returns. What follows is read as it is asked for, and a record that is no entry is told of and
 * passed over: the common damage is a file that was cut off, and what a cache has lost can be made again.
 *
 * `date` is the wall-clock time now. Where the dump is from the future, a clock was wrong and nobody can tell how old its
 * entries are: those that expire count as expired.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` when it is no iterable that begins with a header of this version.
 */
export function readDump<K, V>(
  records: Iterable<DumpRecord<K, V>>,
  date: number,
): Iterable<LoadableEntry<K, V> | 'expired' | 'invalid'> {
  const iterator = iteratorOf(records)
  const first = iterator.next()
  const header = first.done === true ? undefined : headerOf(first.value)
  if (header === undefined) {
    iterator.return?.()
    throw invalidArgument('records', 'begin with the header of a dump, version 1', first.value)
  }
  return readEntries(iterator, date - header.date)
}

function* readEntries<K, V>(
  iterator: Iterator<unknown>,
  age: number,
): Generator<LoadableEntry<K, V> | 'expired' | 'invalid'> {
  for (const record of { [Symbol.iterator]: () => iterator }) yield readEntry<K, V>(record, age)
}

function readEntry<K, V>(
  record: unknown,
  age: number,
): LoadableEntry<K, V> | 'expired' | 'invalid' {
  if (!isEntry(record)) return 'invalid'
  const { key, value, expiresIn, idleFor = 0, bytes, cost = 1 } = record
  const tags = entryTags(record.tags)
  const isValid =
    (expiresIn === undefined || isTime(expiresIn)) &&
    isTime(idleFor) &&
    isSize(bytes) &&
    isCost(cost) &&
    tags !== 'invalid'
  if (!isValid) return 'invalid'
  const ttl = expiresIn === undefined ? undefined : timeLeft(expiresIn, age)
  // A cache serves for whole milliseconds.
  if (ttl !== undefined && ttl < 1) return 'expired'
  // Who has waited since the future has waited longer than anybody may.
  const idle = age >= 0 ? idleFor + age : Number.POSITIVE_INFINITY
  return { key: key as K, value: value as V, ttl, idleFor: idle, bytes, cost, tags }
}

function timeLeft(expiresIn: number, age: number): number {
  return age >= 0 ? expiresIn - age : 0
}

function iteratorOf(records: unknown): Iterator<unknown> {
  if (typeof records === 'object' && records !== null && Symbol.iterator in records)
    return (records as Iterable<unknown>)[Symbol.iterator]()
  throw invalidArgument('records', 'be an iterable', records)
}

function headerOf(record: unknown): DumpHeader | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  const { format, version, date } = record as Partial<DumpHeader>
  const isKnown = format === 'cultus-cache' && version === 1
  return isKnown && Number.isFinite(date) ? (record as DumpHeader) : undefined
}

/** A value that is `undefined` can be dumped, but JSON does not keep it. */
function isEntry(record: unknown): record is DumpedEntry<unknown, unknown> {
  return typeof record === 'object' && record !== null && 'key' in record && 'value' in record
}

function isTime(time: unknown): boolean {
  return typeof time === 'number' && time >= 0
}

function isSize(bytes: unknown): boolean {
  return bytes === undefined || (isTime(bytes) && Number.isFinite(bytes))
}

function isCost(cost: unknown): boolean {
  return typeof cost === 'number' && cost > 0 && Number.isFinite(cost)
}

function entryTags(tags: unknown): readonly string[] | undefined | 'invalid' {
  try {
    return tagsArgument(tags)
  } catch (error) {
    if (error instanceof CultusError) return 'invalid'
    throw error
  }
}
