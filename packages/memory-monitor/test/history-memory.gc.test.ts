import { expect, test } from 'vitest'
import { MemoryHistory } from '../src/history/memory-history.ts'
import { sampleAt } from './history-model.ts'

const begin = Date.UTC(2026, 0, 1)

/** Bytes of the heap in use after everything that can go is gone. */
function used(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('a history that is full grows no further, whatever comes', { timeout: 60_000 }, () => {
  const history = new MemoryHistory()
  let at = begin
  const push = (count: number): void => {
    for (let index = 0; index < count; index++) {
      at += 200 + (index % 7) * 1_000
      history.push(
        sampleAt(at, { ratio: (index % 100) / 100, liveBytes: index, usedBytes: 2 * index }),
      )
    }
  }
  push(20_000)
  const before = used()
  push(100_000)
  // Less than eight bytes a sample: what the compiler leaves behind comes and goes.
  expect(used() - before).toBeLessThan(800_000)
  expect(history.points('seconds')).toHaveLength(600)
})

test('a history takes no more memory than it says, but for its raw samples', {
  timeout: 60_000,
}, () => {
  const filled = (): MemoryHistory => {
    const history = new MemoryHistory({ samples: 1 })
    for (let index = 0; index < 5_000; index++) history.push(sampleAt(begin + index * 60_000))
    return history
  }
  // The first leaves compiled code behind, and what else moves on the heap may hit any one of the others.
  filled()
  const kept: MemoryHistory[] = []
  const grown = Array.from({ length: 7 }, () => {
    const before = used()
    kept.push(filled())
    return used() - before
  }).sort((a, b) => a - b)
  const byteLength = kept[0]?.byteLength ?? 0
  expect(grown[3]).toBeLessThan(byteLength + 64 * 1_024)
  expect(grown[3]).toBeGreaterThan(byteLength / 2)
  expect(byteLength).toBe(552_000)
})
