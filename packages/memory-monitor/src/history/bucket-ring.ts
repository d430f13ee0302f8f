import { bucketColumns, column } from './bucket-columns.ts'

const stride = bucketColumns.length
/** Columns that begin as unknown; all others begin at 0. */
const unknownAtFirst: readonly number[] = [
  column.ratioMin,
  column.ratioMax,
  column.upperMax,
  column.liveMax,
  column.used,
  column.rss,
  column.external,
  column.container,
]

/**
 * The last so many buckets of one width, in the order of their times, in one
 * array that never grows.
 *
 * A bucket is there only when something was measured in it. When time goes back, the buckets that
 * have not begun any more are forgotten: they were stamped by a clock that was wrong.
 */
export class BucketRing {
  readonly width: number
  readonly capacity: number
  readonly #values: Float64Array
  #newest = -1
  #size = 0
  #forgot = false

  constructor(width: number, capacity: number) {
    this.width = width
    this.capacity = capacity
    this.#values = new Float64Array(capacity * stride)
  }

  /** How many buckets there are. */
  get size(): number {
    return this.#size
  }

  /** Whether the ring has overwritten a bucket, so that there was a past which it does not know. */
  get forgot(): boolean {
    return this.#forgot
  }

  /** Bytes of memory, taken once. */
  get byteLength(): number {
    return this.#values.byteLength
  }

  /** A value of the bucket at `index`, 0 being the oldest. */
  get(index: number, offset: number): number {
    const slot = (this.#newest - this.#size + 1 + index + this.capacity) % this.capacity
    return this.#values[slot * stride + offset] ?? Number.NaN
  }

  /** Makes the bucket of a time the newest, and an empty one where there was none. */
  open(time: number): void {
    const at = Math.floor(time / this.width) * this.width
    while (this.#size > 0 && this.newest(column.at) > at) this.#forgetNewest()
    if (this.#size > 0 && this.newest(column.at) === at) return
    this.#begin()
    this.set(column.at, at)
  }

  /** A value of the newest bucket. */
  newest(offset: number): number {
    return this.#values[this.#newest * stride + offset] ?? Number.NaN
  }

  /** Sets a value of the newest bucket. */
  set(offset: number, value: number): void {
    this.#values[this.#newest * stride + offset] = value
  }

  /** Adds to a value of the newest bucket. */
  add(offset: number, value: number): void {
    this.set(offset, this.newest(offset) + value)
  }

  /** Raises a value of the newest bucket to `value` at the least. */
  raise(offset: number, value: number): void {
    const present = this.newest(offset)
    if (!(present >= value)) this.set(offset, value)
  }

  /** Lowers a value of the newest bucket to `value` at the most. */
  lower(offset: number, value: number): void {
    const present = this.newest(offset)
    if (!(present <= value)) this.set(offset, value)
  }

  /**
   * Appends a bucket as it was once read, column by column; the caller sees to the order of times.
   */
  append(bucket: (offset: number) => number): void {
    this.#begin()
    for (let offset = 0; offset < stride; offset++) this.set(offset, bucket(offset))
  }

  /** Says of buckets that were appended that there was a past before them. */
  markForgot(): void {
    this.#forgot = true
  }

  #begin(): void {
    this.#newest = (this.#newest + 1) % this.capacity
    if (this.#size === this.capacity) this.#forgot = true
    else this.#size++
    const start = this.#newest * stride
    this.#values.fill(0, start, start + stride)
    for (const offset of unknownAtFirst) this.set(offset, Number.NaN)
  }

  #forgetNewest(): void {
    this.#size--
    this.#newest = (this.#newest - 1 + this.capacity) % this.capacity
  }
}
