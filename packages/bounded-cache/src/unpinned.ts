import { copyPooled, flatCopy } from '@cultus/core/sizing'

/** Longer texts are left as they are: what they pin is at most a few times what they take. */
const longestCopied = 1_024

/**
 * The same key, without what it is cut from or put together of: a key of 31 characters that was sliced from a request
 * body keeps all of the body.
 */
export function unpinnedKey<K>(key: K): K {
  return typeof key === 'string' && key.length <= longestCopied
    ? (flatCopy(key) as K & string)
    : key
}

/** The same value, likewise; a small `Buffer` leaves the pool it was cut from. */
export function unpinnedValue<V>(value: V): V {
  if (typeof value === 'string') return unpinnedKey(value)
  return ArrayBuffer.isView(value) ? (copyPooled(value) as V & ArrayBufferView) : value
}
