/** What the cache keeps of one key: the value, what it is charged with, and how long it is served. */
export class Entry<K, V> {
  readonly key: K
  value: V
  /** Bytes the cache is charged with, key and bookkeeping included. */
  bytes: number
  /** When the value was set, in whole milliseconds since the cache was made; 0 where nothing expires. */
  storedAt: number
  /** How long the value is served, in whole milliseconds; 0 for ever. */
  ttl: number

  constructor(key: K, value: V, bytes: number, storedAt: number, ttl: number) {
    this.key = key
    this.value = value
    this.bytes = bytes
    this.storedAt = storedAt
    this.ttl = ttl
  }
}
