import type { BoundKind } from '../caches/subject.ts'

/** What a child measures, and how. */
export interface ChildSetting {
  readonly subject: string
  readonly kind: BoundKind
  readonly ttl: boolean
  readonly entries: number
  readonly seed: number
  /** Whether keys are looked up by the strings under which they were set, or by others, as keys of requests are. */
  readonly keys: KeyObjects
  /** The file of the requests of the mixed load. */
  readonly requests: string
  /** How many of them come before those that are measured: a cache that has run for a while knows its load. */
  readonly warming: number
  /** Operations of a pass, unless its time is up first. */
  readonly passLength: number
  /** The time of a pass, in milliseconds. */
  readonly passTime: number
}

export type KeyObjects = 'same' | 'fresh'

/** What is measured, in this order. */
export const operations = ['get-hit', 'get-miss', 'overwrite', 'set + evict', 'mixed'] as const

export type Operation = (typeof operations)[number]

/** Operations that need room to be made for something new. */
export const evicting: readonly Operation[] = ['set + evict', 'mixed']

/** What the parent asks for. */
export type Request =
  | { readonly type: 'hello' }
  | { readonly type: 'prepare'; readonly operation: Operation }
  | { readonly type: 'pass' }

/** What one pass showed. */
export interface Pass {
  /** Nanoseconds for each operation. */
  readonly nanoseconds: number
  readonly done: number
  /** Reads that found something. */
  readonly hits: number
}

/** Passes before those that count, by which the code gets compiled. */
export const warmingPasses = 2
