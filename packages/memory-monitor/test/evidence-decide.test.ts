import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diagnosticDirectory } from '../src/evidence/diagnostic-directory.ts'
import { evidenceName, parseEvidenceName } from '../src/evidence/evidence-file.ts'
import { snapshotFileBytes, snapshotRefusal } from '../src/evidence/head-room.ts'
import { factsNearLimit } from '../src/evidence/near-limit.ts'
import { makeRoom } from '../src/evidence/retention.ts'

const mib = 2 ** 20

describe('names', () => {
  const names = fc.record({
    kind: fc.constantFrom('report' as const, 'profile' as const, 'heap-snapshot' as const),
    at: fc.integer({ min: 0, max: Date.UTC(9999, 0, 1) }),
    pid: fc.nat(),
    threadId: fc.nat(),
    sequence: fc.nat(),
  })

  test('tell when, by whom and what, and are read back as they were', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(parseEvidenceName(evidenceName(name))).toEqual(name)
        expect(parseEvidenceName(`${evidenceName(name)}.partial`)).toEqual(name)
      }),
    )
  })

  test('sort by time', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(one.at < other.at)
        expect(evidenceName(one) < evidenceName(other)).toBe(true)
      }),
    )
  })

  test.each([
    'report.json',
    'Heap.20260101.000000.1.0.001.heapsnapshot',
    'cultus-20260101T000000000Z-p1-t0-0.report.json.bak',
    'cultus-20260101T000000000Z-p1-t0-0.txt',
    'my-cultus-20260101T000000000Z-p1-t0-0.report.json',
  ])('of other files are none of ours: %s', (name) => {
    expect(parseEvidenceName(name)).toBeUndefined()
  })
})

describe('making room', () => {
  const stored = fc
    .array(fc.record({ bytes: fc.nat(100), at: fc.nat(20), current: fc.boolean() }), {
      maxLength: 12,
    })
    .map((files) => files.map((file, index) => ({ ...file, name: `f${index}` })))

  test('leaves the bounds kept, or refuses and removes nothing', () => {
    const bounds = fc.record({
      maxFiles: fc.integer({ min: 1, max: 12 }),
      maxBytes: fc.integer({ min: 1, max: 600 }),
    })
    fc.assert(
      fc.property(stored, fc.nat(200), bounds, (files, incoming, { maxFiles, maxBytes }) => {
        const { remove, refusal, roomBytes } = makeRoom(files, incoming, { maxFiles, maxBytes })
        const kept = files.filter(({ name }) => !remove.includes(name))
        const bytes = kept.reduce((sum, file) => sum + file.bytes, 0)
        expect(files.some((file) => file.current && remove.includes(file.name))).toBe(false)
        if (refusal !== undefined) {
          expect(remove).toEqual([])
          const current = files.filter((file) => file.current)
          const least = current.reduce((sum, file) => sum + file.bytes, 0)
          expect(current.length >= maxFiles || least + incoming > maxBytes).toBe(true)
          return
        }
        expect(kept.length).toBeLessThan(maxFiles)
        expect(bytes + incoming).toBeLessThanOrEqual(maxBytes)
        expect(roomBytes).toBe(maxBytes - bytes)
        // The oldest go first, and none without need.
        const removed = files.filter(({ name }) => remove.includes(name))
        for (const gone of removed)
          for (const stays of kept)
            if (!stays.current) expect(gone.at).toBeLessThanOrEqual(stays.at)
        const last = removed.find(({ name }) => name === remove.at(-1))
        if (last !== undefined)
          expect(kept.length + 1 >= maxFiles || bytes + last.bytes + incoming > maxBytes).toBe(true)
      }),
    )
  })
})

describe('head-room for a snapshot', () => {
  const limits = { memoryFactor: 3, maxPause: 60_000 }

  test('is there when container and machine have the factor left', () => {
    const facts = {
      heapBytes: 100 * mib,
      freeBytes: 300 * mib,
      container: { usedBytes: 200 * mib, limitBytes: 500 * mib },
    }
    expect(snapshotRefusal(facts, limits)).toBeUndefined()
  })

  test.each([
    ['the container is short', { container: { usedBytes: 201 * mib, limitBytes: 500 * mib } }],
    ['the container is over', { container: { usedBytes: 600 * mib, limitBytes: 500 * mib } }],
    ['a reading is garbage', { container: { usedBytes: Number.NaN, limitBytes: 500 * mib } }],
    ['the machine is short', { freeBytes: 299 * mib }],
    ['the machine does not tell', { freeBytes: Number.NaN }],
  ])('is not there when %s', (_, facts) => {
    const roomy = { heapBytes: 100 * mib, freeBytes: 900 * mib }
    expect(snapshotRefusal({ ...roomy, ...facts }, limits)).toMatch(
      /^a snapshot of a heap of 100\.0 MiB may need 300\.0 MiB, and .* left/,
    )
  })

  test('is not there for a program that may not stop so long', () => {
    const facts = { heapBytes: 100 * mib, freeBytes: 900 * mib }
    expect(snapshotRefusal(facts, { memoryFactor: 3, maxPause: 11_999 })).toBe(
      'a snapshot of a heap of 100.0 MiB may stop the program for 12000 ms, and `maxPause` is 11999 ms',
    )
    expect(snapshotRefusal(facts, { memoryFactor: 3, maxPause: 12_000 })).toBeUndefined()
  })

  test('counts what the heap will have taken near its limit', () => {
    const container = { usedBytes: 60 * mib, limitBytes: 500 * mib }
    const facts = { heapBytes: 20 * mib, freeBytes: 900 * mib, container }
    expect(factsNearLimit(facts, 100 * mib)).toEqual({
      heapBytes: 100 * mib,
      freeBytes: 820 * mib,
      container: { usedBytes: 140 * mib, limitBytes: 500 * mib },
    })
    expect(factsNearLimit(facts, mib)).toEqual(facts)
  })

  test('is asked on disk too', () => {
    expect(snapshotFileBytes(100 * mib)).toBe(250 * mib)
  })
})

describe('the directory of V8', () => {
  test.each([
    [[], '', '.'],
    [['--diagnostic-dir=/a'], '--diagnostic-dir=/b', '/a'],
    [['--diagnostic-dir', '/a'], '', '/a'],
    [['--diagnostic_dir=/a'], '', '/a'],
    [[], '--max-old-space-size=96 --diagnostic-dir=/b', '/b'],
    [[], '"--diagnostic-dir=/a b" --no-warnings', '/a b'],
    [[], '--diagnostic-dir="/a b\\"c"', '/a b"c'],
    [[], '--diagnostic-dir "/a b"', '/a b'],
  ])('is found in %j and %j', (execArgv, nodeOptions, expected) => {
    expect(diagnosticDirectory(execArgv, nodeOptions)).toBe(resolve(expected))
  })
})
