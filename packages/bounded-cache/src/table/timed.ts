/** A value that is served for a time, and when that began; in whole milliseconds. */
export class Timed<V> {
  readonly value: V
  readonly storedAt: number
  readonly endsAt: number
  /** The round of the sweep that last saw it. */
  seenIn = 0

  constructor(value: V, storedAt: number, endsAt: number) {
    this.value = value
    this.storedAt = storedAt
    this.endsAt = endsAt
  }
}

/**
 * A value as a table without arrays of its own holds it. Bare, where it does not expire: that spares 48 bytes, and
 * spares `get` the way through an object, which is a cache line that is seldom at hand.
 */
export type MaybeTimed<V> = V | Timed<V>

/** The value itself. */
export function given<V>(held: MaybeTimed<V>): V {
  return held instanceof Timed ? held.value : held
}

/**
 * Whether a value must not be served at `now`.
 *
 * One that was stored later than that was stored by a clock that has gone back since, and nobody can tell how old it
 * is: better to load it again than to serve it for as long as the clock was wrong.
 */
export function isExpired(held: MaybeTimed<unknown>, now: number): boolean {
  // So that a clock that tells no number has everything expire.
  return held instanceof Timed && !(now < held.endsAt && now >= held.storedAt)
}
