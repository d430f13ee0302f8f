import type { PressureLevel } from '@cultus/core'
import type { HeapDeathPoint } from '../death-point.ts'

/** What the child of a self-test tells, one JSON line each. */
export type ChildMessage =
  /** The death point it found for itself, before it filled anything. */
  | { readonly deathPoint: HeapDeathPoint }
  /**
   * What the machine or its control group has left, where that is less than the heap would take.
   */
  | { readonly shortBytes: number }
  /** Old-generation bytes in use. */
  | { readonly usedBytes: number }
  /** A level that was published. */
  | { readonly level: PressureLevel }

/** Reads a line of the child; `undefined` for what it did not write, or wrote half. */
export function parseMessage(line: string): ChildMessage | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? (parsed as ChildMessage) : undefined
  } catch {
    return undefined
  }
}
