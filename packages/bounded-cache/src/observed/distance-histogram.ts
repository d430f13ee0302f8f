/** Buckets in which a distance doubles: each is 9 % wide. */
const perOctave = 8
/** Up to 2 ** 50: a pebibyte, where the bytes of a cache cannot come to. */
const octaves = 50
const endlessBucket = -1

/** Counts of distances from 1, in buckets that are as wide as the distances are large. */
export class DistanceHistogram {
  readonly #counts = new Float64Array(perOctave * octaves)
  #endless = 0
  #sum = 0

  /** All counts, those of endless distances included. */
  get sum(): number {
    return this.#sum
  }

  /** The counts of endless distances. */
  get endless(): number {
    return this.#endless
  }

  get byteLength(): number {
    return this.#counts.byteLength
  }

  /** Adds a count to a distance, by its {@link bucketOf}. */
  add(bucket: number, count: number): void {
    this.#sum += count
    if (bucket === endlessBucket) this.#endless += count
    else this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
  }

  /** The counts of distances up to this one, those of its own bucket in proportion. */
  upTo(distance: number): number {
    if (!(distance >= 1)) return 0
    const last = bucketOf(distance)
    let sum = 0
    for (let bucket = 0; bucket < last; bucket++) sum += this.#counts[bucket] ?? 0
    // Distances are whole for the most part: what lies in a bucket is taken to lie on the whole numbers in it.
    const below = last === 0 ? 0 : Math.floor(edgeOf(last - 1))
    const inside = Math.floor(edgeOf(last)) - below
    const share = inside === 0 ? 1 : Math.min(1, (Math.floor(distance) - below) / inside)
    return sum + (this.#counts[last] ?? 0) * share
  }

  /** The upper edge of each bucket that counted something, ascending. */
  edges(): number[] {
    const edges: number[] = []
    for (const [bucket, count] of this.#counts.entries()) {
      if (count > 0) edges.push(edgeOf(bucket))
    }
    return edges
  }

  /** Multiplies every count. */
  scale(share: number): void {
    for (let bucket = 0; bucket < this.#counts.length; bucket++)
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) * share
    this.#endless *= share
    this.#sum *= share
  }

  clear(): void {
    this.#counts.fill(0)
    this.#endless = 0
    this.#sum = 0
  }
}

/**
 * The bucket of a distance; `Infinity` is one. Its upper edge is the distance or the next above: a cache serves what is
 * as far as its bound.
 */
export function bucketOf(distance: number): number {
  if (distance === Number.POSITIVE_INFINITY) return endlessBucket
  const bucket = Math.ceil(Math.log2(Math.max(1, distance)) * perOctave)
  return Math.min(perOctave * octaves - 1, bucket)
}

/** The upper edge of a bucket, which belongs to it. */
function edgeOf(bucket: number): number {
  return 2 ** (bucket / perOctave)
}
