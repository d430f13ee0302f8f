import { expect, test } from 'vitest'
import { Adaptive } from '../../src/policies/adaptive.ts'
import { boundedTable } from './bounded-table.ts'

/** Bytes of the heap and of arrays outside of it, after a full collection. */
function heldBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('holds no keys of entries that were taken out before there was need to evict one', () => {
  const { table } = boundedTable((slots) => new Adaptive(slots), Number.POSITIVE_INFINITY)
  const turn = (from: number) => {
    for (let key = from; key < from + 100_000; key++) {
      table.set(key, key, 1, 0, 1)
      table.take(key - 1_000)
    }
  }
  turn(0)
  const before = heldBytes()
  turn(100_000)
  turn(200_000)
  // A thousand entries are held all the time; a shadow that kept all keys would hold megabytes.
  expect(heldBytes() - before).toBeLessThan(2_000_000)
  expect(table.size).toBe(1_000)
})
