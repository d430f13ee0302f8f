import type { BoundKind } from '../caches/subject.ts'

/** What a child measures. */
export interface ChildSetting {
  readonly subject: string
  readonly kind: BoundKind
  readonly ttl: boolean
  readonly entries: number
}

/** Bytes for each entry that fits: heap and what is outside of it, after collection, keys and values left out. */
export interface Weighed {
  /** When as many entries as fit were set, once each. */
  readonly filled: number
  /** When twice as many others came after them; `undefined` where nothing is evicted, or where it took too long. */
  readonly turnedOver: number | undefined
}
