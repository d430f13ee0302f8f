import { invalidArgument } from '@cultus/core'
import { bucketColumns, column } from './bucket-columns.ts'
import type { BucketRing } from './bucket-ring.ts'
import { bucketWidths, type HistoryResolution, historyResolutions } from './history-point.ts'

/**
 * The buckets of one resolution, column by column, oldest first; `null` stands for
 * what is not known.
 */
export interface BucketsJson {
  readonly capacity: number
  /** Whether older buckets have been overwritten. */
  readonly forgot: boolean
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>
}

/**
 * A history as JSON: what `MemoryHistory.toJSON()` returns and `MemoryHistory.fromJSON()` takes.
 */
export interface HistoryJson {
  readonly format: 'cultus.memory-history'
  readonly version: 1
  readonly seconds: BucketsJson
  readonly minutes: BucketsJson
  readonly hours: BucketsJson
}

/** The name of the format, and the only version there is. */
export const historyFormat = 'cultus.memory-history'
export const historyVersion = 1

/** The buckets of a ring as JSON. */
export function bucketsToJson(ring: BucketRing): BucketsJson {
  const columns = Object.fromEntries(
    bucketColumns.map((name) => [
      name,
      Array.from({ length: ring.size }, (_, index) => known(ring.get(index, column[name]))),
    ]),
  )
  return {
    capacity: ring.capacity,
    forgot: ring.forgot,
    columns,
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/**
 * Looks through what claims to be a history, down to the last number: it may come from a file or
 * from another version.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT`
 */
export function checkHistoryJson(value: unknown): HistoryJson {
  const json = record('json', value)
  if (json['format'] !== historyFormat)
    throw invalidArgument('json.format', `be '${historyFormat}'`, json['format'])
  if (json['version'] !== historyVersion)
    throw invalidArgument('json.version', `be ${historyVersion}`, json['version'])
  for (const resolution of historyResolutions) checkBuckets(resolution, json[resolution])
  return value as HistoryJson
}

function checkBuckets(resolution: HistoryResolution, value: unknown): void {
  const name = `json.${resolution}`
  const buckets = record(name, value)
  const columns = record(`${name}.columns`, buckets['columns'])
  if (typeof buckets['forgot'] !== 'boolean')
    throw invalidArgument(`${name}.forgot`, 'be true or false', buckets['forgot'])
  const times = columns['at']
  const length = Array.isArray(times) ? times.length : -1
  const capacity = Number(buckets['capacity'])
  if (length < 0 || length > capacity)
    throw invalidArgument(`${name}.columns.at`, `be an array of at most ${capacity} times`, times)
  for (const each of bucketColumns) {
    const values: unknown = columns[each]
    const sound = Array.isArray(values) && values.length === length && values.every(isEntry)
    if (!sound)
      throw invalidArgument(
        `${name}.columns.${each}`,
        `be an array of ${length} numbers or null`,
        values,
      )
  }
  checkTimes(`${name}.columns.at`, times as readonly unknown[], bucketWidths[resolution])
}

function checkTimes(name: string, times: readonly unknown[], width: number): void {
  let previous = Number.NEGATIVE_INFINITY
  for (const time of times) {
    if (typeof time !== 'number' || time % width !== 0 || time <= previous)
      throw invalidArgument(name, `ascend in multiples of ${width}`, time)
    previous = time
  }
}

function isEntry(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isFinite(value))
}

function record(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>
  throw invalidArgument(name, 'be an object', value)
}
