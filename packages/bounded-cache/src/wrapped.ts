/**
 * A value that needs more than itself to be kept: one that expires, or `undefined`, which a policy takes for nothing.
 *
 * Other values are kept bare. That spares 48 bytes for each, and spares `get` the way through an object of its own,
 * which is a cache line that is seldom at hand.
 */
export class Wrapped<V> {
  readonly value: V
  /** When the value was set, in whole milliseconds since the cache was made; 0 where it does not expire. */
  readonly storedAt: number
  /** How long the value is served, in whole milliseconds; 0 for ever. */
  readonly ttl: number

  constructor(value: V, storedAt: number, ttl: number) {
    this.value = value
    this.storedAt = storedAt
    this.ttl = ttl
  }
}

/** A value as a policy holds it. */
export type Stored<V> = (V & (NonNullable<unknown> | null)) | Wrapped<V>

/** The value that was stored. */
export function unwrap<V>(stored: Stored<V>): V {
  return stored instanceof Wrapped ? stored.value : stored
}
