import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { MajorCollection } from '../src/sources/collection.ts'
import { GcSource } from '../src/sources/gc.ts'

const source = new GcSource()
afterEach(() => source.stop())

/** Objects that hold about `mebibytes` of the heap. */
const fill = (mebibytes: number): number[][] =>
  Array.from({ length: mebibytes * 1_024 }, (_, index) => new Array<number>(120).fill(index))

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}

describe('a forced collection', () => {
  test('shows what is held, and what was garbage', () => {
    const held = fill(16)
    const forced = source.collect()
    expect(forced?.usedAfter).toBeGreaterThan(14 * 2 ** 20)
    held.length = 0
    const after = source.collect()
    expect(after?.usedBefore).toBeGreaterThan((after?.usedAfter ?? 0) + 12 * 2 ** 20)
    expect(after?.busy).toBeGreaterThan(0)
    expect(after?.youngBytes).toBeGreaterThan(0)
  })
})

describe('hearing of collections', () => {
  test('tells of a major one, once, with its times', async () => {
    const heard: MajorCollection[] = []
    source.start((collection) => heard.push(collection))
    globalThis.gc?.()
    await turns(20)
    expect(heard).toHaveLength(1)
    expect(heard[0]?.lateness).toBeGreaterThanOrEqual(0)
    expect(heard[0]?.quiet).toBeGreaterThanOrEqual(0)
    expect(heard[0]?.busy).toBeGreaterThan(0)
    // At least a page of it, and no more than Node.js lets it grow.
    expect(heard[0]?.youngBytes).toBeGreaterThan(2 ** 17)
    expect(heard[0]?.youngBytes).toBeLessThanOrEqual(2 ** 28)
  })

  test('does not tell of minor ones, nor of its own', async () => {
    const heard = vi.fn()
    source.start(heard)
    globalThis.gc?.({ type: 'minor', execution: 'sync' })
    source.collect()
    await turns(20)
    expect(heard).not.toHaveBeenCalled()
  })

  test('ends with stop', async () => {
    const heard = vi.fn()
    source.start(heard)
    source.stop()
    globalThis.gc?.()
    await turns(20)
    expect(heard).not.toHaveBeenCalled()
  })
})
