import { setHeapSnapshotNearHeapLimit } from 'node:v8'
import { heapDeathPoint } from '../death-point.ts'
import { type SnapshotFacts, snapshotRefusal } from './head-room.ts'

/** The memory there will be when the heap is full, if nothing else changes; pure. */
export function factsNearLimit(facts: SnapshotFacts, deathPointBytes: number): SnapshotFacts {
  const growth = Math.max(0, deathPointBytes - facts.heapBytes)
  const { container } = facts
  return {
    heapBytes: facts.heapBytes + growth,
    freeBytes: facts.freeBytes - growth,
    ...(container && { container: { ...container, usedBytes: container.usedBytes + growth } }),
  }
}

/**
 * Has V8 write up to `count` snapshots just before it gives up, or returns why that must not be.
 * It cannot be undone.
 *
 * How long a snapshot stops the program does not matter there: the process is at its end.
 */
export function armNearLimit(
  facts: SnapshotFacts,
  { memoryFactor, count }: { readonly memoryFactor: number; readonly count: number },
): string | undefined {
  const full = factsNearLimit(facts, heapDeathPoint().bytes)
  const refusal = snapshotRefusal(full, { memoryFactor, maxPause: Number.POSITIVE_INFINITY })
  if (refusal === undefined) setHeapSnapshotNearHeapLimit(count)
  return refusal
}
