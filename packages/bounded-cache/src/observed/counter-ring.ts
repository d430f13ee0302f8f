/** Counts of the last while, in buckets of time of the same width; the oldest is used again for the newest. */
export class CounterRing {
  readonly #width: number
  readonly #buckets: number
  readonly #fields: number
  readonly #counts: Float64Array
  /** Which bucket of all time each cell holds. */
  readonly #held: Float64Array

  /** `width` in milliseconds; `fields` is how many counts are kept side by side. */
  constructor(width: number, buckets: number, fields: number) {
    this.#width = width
    this.#buckets = buckets
    this.#fields = fields
    this.#counts = new Float64Array(buckets * fields)
    this.#held = new Float64Array(buckets).fill(-1)
  }

  get byteLength(): number {
    return this.#counts.byteLength + this.#held.byteLength
  }

  /** When the oldest bucket begins that is still held at a time. */
  start(now: number): number {
    return Math.max(0, (Math.floor(now / this.#width) - this.#buckets + 1) * this.#width)
  }

  /** Spreads counts evenly over the time from `from` to `to`; what lies before the oldest bucket is left out. */
  add(from: number, to: number, counts: ArrayLike<number>): void {
    const width = this.#width
    const last = Math.floor(to / width)
    const first = Math.max(Math.floor(from / width), last - this.#buckets + 1)
    for (let bucket = first; bucket <= last; bucket++) {
      const inside = Math.min(to, (bucket + 1) * width) - Math.max(from, bucket * width)
      this.#addTo(bucket, to > from ? inside / (to - from) : 1, counts)
    }
  }

  /** The sum of one count over the buckets that are held at a time. */
  sum(field: number, now: number): number {
    const oldest = Math.floor(now / this.#width) - this.#buckets + 1
    let sum = 0
    for (let cell = 0; cell < this.#buckets; cell++) {
      if ((this.#held[cell] ?? -1) >= oldest) sum += this.#counts[cell * this.#fields + field] ?? 0
    }
    return sum
  }

  #addTo(bucket: number, share: number, counts: ArrayLike<number>): void {
    const cell = bucket % this.#buckets
    const start = cell * this.#fields
    if (this.#held[cell] !== bucket) {
      this.#held[cell] = bucket
      this.#counts.fill(0, start, start + this.#fields)
    }
    for (let field = 0; field < this.#fields; field++)
      this.#counts[start + field] =
        (this.#counts[start + field] ?? 0) + share * (counts[field] ?? 0)
  }
}
