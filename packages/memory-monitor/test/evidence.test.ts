import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MemoryConsumer } from '@cultus/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { EvidenceEvent } from '../src/evidence/collector.ts'
import { HeapProfiler } from '../src/evidence/heap-profiler.ts'
import { set, temporaryDirectory } from './evidence-setup.ts'

const mib = 2 ** 20

const reportOf = ({ files }: EvidenceEvent): Record<string, unknown> =>
  JSON.parse(readFileSync(files.find(({ kind }) => kind === 'report')?.path ?? '', 'utf8'))

/** A consumer that says it holds so much. */
function holder(name: string, usage: () => number): MemoryConsumer {
  return {
    name,
    kind: 'cache',
    usage: () => ({ bytes: usage(), entries: 1, hits: 0, misses: 0, evictions: 0 }),
    setLimitRatio() {},
    release: async () => ({ bytes: 0, entries: 0, slices: 0, completed: true }),
  }
}

describe('by level', () => {
  test('writes nothing below the level, one report at it, and only into the directory', async () => {
    const { evidence, pressure, directory, files, next } = set()
    evidence.start()
    for (const level of ['normal', 'warning', 'critical'] as const) pressure.set(level)
    await Promise.resolve()
    expect(files()).toEqual([])
    const collected = next()
    pressure.set('emergency', { reason: 'the heap is full' })
    const event = await collected
    expect(files()).toEqual([expect.stringMatching(/^cultus-20260101T0.*-0\.report\.json$/)])
    expect(event.reason).toBe('emergency: the heap is full')
    expect(event.files.map(({ path }) => path)).toEqual([join(directory, files()[0] ?? '')])
  })

  test('collects at once when started at the level, and once per interval', async () => {
    const { evidence, pressure, events, next } = set({ minInterval: 60_000, maxFiles: 100 })
    pressure.set('emergency')
    let collected = next()
    evidence.start()
    evidence.start()
    await collected
    for (const level of ['normal', 'emergency', 'critical', 'emergency'] as const)
      pressure.set(level)
    expect(events).toHaveLength(1)
    pressure.clock.advance(60_000)
    collected = next()
    pressure.set('normal')
    pressure.set('emergency')
    await collected
    expect(events).toHaveLength(2)
  })

  test('heeds the evidence of a process before it', async () => {
    const first = set()
    await first.evidence.collect('the first life')
    const second = set({ directory: first.directory, minInterval: 60_000 })
    second.evidence.start()
    second.pressure.set('emergency')
    // One by hand waits for that by level, which ends without a file.
    expect(await second.evidence.collect('by hand')).toHaveLength(1)
    expect(second.events.map(({ reason }) => reason)).toEqual(['by hand'])
  })

  test('waits on when the clock goes back, and no longer than the interval', async () => {
    const { evidence, pressure, events, next } = set({ minInterval: 60_000 })
    evidence.start()
    let collected = next()
    pressure.set('emergency')
    await collected
    pressure.clock.jump(-3_600_000)
    pressure.set('normal')
    pressure.set('emergency')
    expect(events).toHaveLength(1)
    pressure.clock.advance(60_000)
    collected = next()
    pressure.set('normal')
    pressure.set('emergency')
    await collected
    expect(events).toHaveLength(2)
  })
})

describe('the report', () => {
  test('holds pressure, the monitor, the heap, and the consumers by what they hold', async () => {
    const monitor = {
      snapshot: () => ({ level: 'emergency' }),
      history: () => ({ samples: () => Array.from({ length: 1_000 }, (_, at) => ({ at })) }),
      forecast: () => ({ expected: 7 }),
    }
    const { evidence, pressure, events } = set({ monitor })
    pressure.set('emergency')
    for (const [name, bytes] of [
      ['small', 1],
      ['large', 9],
      ['middle', 5],
    ] as const)
      pressure.registry.register(holder(name, () => bytes))
    await evidence.collect('asked')
    const [event] = events
    if (event === undefined) throw new Error('nothing was collected')
    const report = reportOf(event)
    expect(report).toMatchObject({
      format: 'cultus-evidence-1',
      reason: 'asked',
      at: '2026-01-01T00:00:00.000Z',
      process: { pid: process.pid, threadId: 0, node: process.version },
      pressure: { level: 'emergency' },
      snapshot: { level: 'emergency' },
      forecast: { expected: 7 },
      heap: { heap_size_limit: expect.any(Number) },
      collection: { complete: true, files: [], omitted: [] },
    })
    expect((report['consumers'] as { label: string }[]).map(({ label }) => label)).toEqual([
      'large',
      'middle',
      'small',
    ])
    expect(report['history']).toHaveLength(600)
    expect((report['history'] as unknown[]).at(-1)).toEqual({ at: 999 })
  })

  test('is written though parts of it fail', async () => {
    const circular: Record<string, unknown> = {}
    circular['itself'] = circular
    const monitor = {
      snapshot: () => {
        throw new Error('broken')
      },
      history: () => ({ samples: () => [circular] }),
      forecast: () => 1n,
    }
    const { evidence, pressure, events } = set({ monitor })
    pressure.registry.register(
      holder('bad', () => {
        throw new Error('no usage')
      }),
    )
    pressure.registry.register(holder('odd', () => Number.NaN))
    await evidence.collect('asked')
    const [event] = events
    if (event === undefined) throw new Error('nothing was collected')
    expect(reportOf(event)).toMatchObject({
      snapshot: { failed: 'broken' },
      history: { failed: expect.any(String) },
      forecast: { failed: expect.any(String) },
      consumers: [{ label: 'odd' }],
    })
  })

  test('is for its owner alone', async () => {
    const directory = join(temporaryDirectory(), 'of', 'its', 'own')
    const { evidence } = set({ directory })
    const [file] = await evidence.collect('asked')
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(file?.path ?? '').mode & 0o777).toBe(0o600)
    expect(statSync(file?.path ?? '').size).toBe(file?.bytes)
  })
})

describe('the profile', () => {
  test('is taken on the way up, and written at the level without a collection', async () => {
    // V8 collects garbage whenever it tells a profile.
    const told = vi.spyOn(HeapProfiler.prototype, 'profile')
    onTestFinished(() => told.mockRestore())
    const { evidence, pressure, next } = set({ report: false, profile: { duration: 100 } })
    evidence.start()
    pressure.set('warning')
    await new Promise(setImmediate)
    pressure.set('critical')
    pressure.clock.advance(100)
    await new Promise(setImmediate)
    expect(told).toHaveBeenCalledTimes(1)
    const collected = next()
    pressure.set('emergency')
    const { files, omitted } = await collected
    expect(told).toHaveBeenCalledTimes(1)
    expect(omitted).toEqual([])
    expect(files.map(({ kind }) => kind)).toEqual(['profile'])
    const { head, samples } = JSON.parse(readFileSync(files[0]?.path ?? '', 'utf8'))
    expect(head.callFrame.functionName).toBe('(root)')
    expect(samples).toBeInstanceOf(Array)
  })

  test('is sampled first where the level came at a leap, and the report does not wait for it', async () => {
    const { evidence, pressure, files, next } = set({ profile: { duration: 100 } })
    evidence.start()
    const collected = next()
    pressure.set('emergency')
    await expect.poll(() => files().filter((name) => name.endsWith('.json'))).toHaveLength(1)
    // Those of the bus, of the collection and of the sampling.
    await expect.poll(() => pressure.clock.pendingTimers).toBe(3)
    expect(files()).toHaveLength(1)
    pressure.clock.advance(100)
    expect((await collected).files.map(({ kind }) => kind)).toEqual(['report', 'profile'])
  })

  test('leaves no timer behind when the collector stops while it is made', async () => {
    const { evidence, pressure, events } = set({ profile: true })
    const files = evidence.collect('asked')
    await expect.poll(() => pressure.clock.pendingTimers).toBe(2)
    evidence.stop()
    expect((await files).map(({ kind }) => kind)).toEqual(['report'])
    expect(pressure.clock.pendingTimers).toBe(0)
    expect(events).toHaveLength(1)
  })
})

describe('the heap snapshot', () => {
  test('is refused without memory for it, removes nothing, and the reason is in the report', async () => {
    const facts = { heapBytes: 100 * mib, freeBytes: 9_000 * mib }
    const container = { usedBytes: 600 * mib, limitBytes: 1_000 * mib }
    const { evidence, directory, events, files } = set({
      heapSnapshot: 'explicit',
      maxFiles: 2,
      facts: () => ({ ...facts, container }),
    })
    const old = 'cultus-20200101T000000000Z-p1-t0-0.report.json'
    writeFileSync(join(directory, old), '{}')
    await evidence.collect('asked')
    const [event] = events
    if (event === undefined) throw new Error('nothing was collected')
    const reason =
      'a snapshot of a heap of 100.0 MiB may need 1800.0 MiB, and 400.0 MiB are left in the container of 1000.0 MiB'
    expect(event.omitted).toEqual([{ kind: 'heap-snapshot', reason }])
    expect(reportOf(event)['collection']).toEqual({
      complete: true,
      files: [],
      omitted: event.omitted,
    })
    expect(files()).toContain(old)
  })

  test('is refused where memory cannot be read', async () => {
    const facts = () => {
      throw new Error('unreadable')
    }
    const { evidence, events } = set({ heapSnapshot: 'explicit', facts })
    await evidence.collect('asked')
    expect(events[0]?.omitted).toEqual([{ kind: 'heap-snapshot', reason: 'unreadable' }])
  })

  test('that turns out too large is removed again', async () => {
    const facts = () => ({ heapBytes: 1, freeBytes: 1_000 * mib })
    const { evidence, events, files } = set({
      heapSnapshot: 'explicit',
      maxBytes: '100 kB',
      facts,
    })
    await evidence.collect('asked')
    expect(files()).toEqual([expect.stringMatching(/report\.json$/)])
    expect(events[0]?.omitted[0]?.reason).toMatch(/^it has \d+ bytes, and `maxBytes` leaves \d+$/)
  })
})
