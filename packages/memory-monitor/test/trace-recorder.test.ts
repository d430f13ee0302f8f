import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PressureBus, type PressureLevel } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { MemoryMonitor } from '../src/index.ts'
import {
  endOf,
  parseTrace,
  readTrace,
  recordedTransitions,
  type TraceEnd,
  type TraceEvent,
  TraceRecorder,
  type TraceRecorderOptions,
} from '../src/trace/index.ts'
import { FakeSources } from './fake-sources.ts'

/** A recorder of a heap of 100 bytes, and the file it writes. */
function set(options: Partial<TraceRecorderOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'cultus-recorder-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'trace.jsonl')
  const clock = new FakeClock(5_000)
  const sources = new FakeSources()
  const recorder = new TraceRecorder({ path, clock, sources, deathPoint: 100, ...options })
  onTestFinished(() => recorder.stop())
  return { clock, sources, recorder, path }
}

function ofType<T extends TraceEvent['type']>(events: readonly TraceEvent[], type: T) {
  return events.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type)
}

describe('recorder', () => {
  test('writes down the heap, the process, the container and every major collection', () => {
    const { clock, sources, recorder, path } = set({ workload: 'W1', parameters: { rate: 2 } })
    sources.contain(30)
    sources.rss = 77
    recorder.start()
    clock.advance(1_000)
    sources.garbage = 40
    clock.advance(100)
    sources.major({ lateness: 0.26, quiet: 900, busy: 12 })
    recorder.mark('relieved')
    recorder.held(9)
    recorder.load(5, 4)
    recorder.stop()
    const { header, events, torn } = readTrace(path)
    expect(header).toMatchObject({
      deathPointBytes: 100,
      containerLimitBytes: 100,
      hostBytes: 1_000,
      workload: 'W1',
      parameters: { rate: 2 },
      node: process.versions.node,
    })
    expect(torn).toBe(false)
    expect(ofType(events, 'heap').map(({ t, used }) => [t, used])).toEqual([
      ...Array.from({ length: 11 }, (_, index) => [index * 100, 10]),
      [1_100, 50],
    ])
    expect(ofType(events, 'process').map(({ t, rss }) => [t, rss])).toEqual([
      [0, 77],
      [1_000, 77],
    ])
    expect(ofType(events, 'container')).toHaveLength(2)
    expect(ofType(events, 'gc')).toEqual([
      { t: 1_100, type: 'gc', kind: 'major', lateness: 0.3, quiet: 900, busy: 12, usedAfter: 10 },
    ])
    expect(events.slice(-4)).toEqual([
      { t: 1_100, type: 'mark', name: 'relieved' },
      { t: 1_100, type: 'held', bytes: 9 },
      { t: 1_100, type: 'load', offered: 5, served: 4 },
      { t: 1_100, type: 'end', how: 'survived' },
    ])
  })

  test('writes down what a monitor says, and listens no more once it has ended', () => {
    const clock = new FakeClock()
    const watched = new FakeSources()
    const bus = new PressureBus({ clock })
    const monitor = new MemoryMonitor({ name: 'm', deathPoint: 100, clock, bus, sources: watched })
    onTestFinished(() => monitor.stop())
    const { recorder, path } = set({ monitor, clock })
    recorder.start()
    monitor.start()
    watched.live = 90
    watched.major()
    recorder.stop()
    watched.live = 99
    watched.major()
    expect(recordedTransitions(readTrace(path), 'm').map(({ to }) => to)).toEqual(['critical'])
  })

  test('leaves nothing behind, and begins anew', () => {
    const { clock, sources, recorder, path } = set()
    expect(recorder.running).toBe(false)
    recorder.start().start()
    expect({ running: recorder.running, timers: clock.pendingTimers }).toEqual({
      running: true,
      timers: 1,
    })
    recorder[Symbol.dispose]()
    expect({ running: recorder.running, timers: clock.pendingTimers }).toEqual({
      running: false,
      timers: 0,
    })
    expect({ started: sources.started, opened: sources.opened }).toEqual({
      started: false,
      opened: 0,
    })
    const first = readFileSync(path, 'utf8')
    recorder.mark('late')
    recorder.stop()
    expect(readFileSync(path, 'utf8')).toBe(first)
    recorder.start()
    clock.advance(50)
    recorder.stop('killed')
    expect(endOf(readTrace(path))).toEqual({ t: 50, type: 'end', how: 'killed' })
  })

  test('ends by itself at its size, with a trace that can be read', () => {
    const { clock, sources, recorder, path } = set({ maxBytes: 2_000 })
    recorder.start()
    clock.advance(60_000)
    expect(recorder.running).toBe(false)
    expect({ timers: clock.pendingTimers, started: sources.started }).toEqual({
      timers: 0,
      started: false,
    })
    expect(readFileSync(path).length).toBeLessThanOrEqual(2_000)
    expect(readTrace(path).events.length).toBeGreaterThan(10)
  })

  test('keeps lines in memory only when asked to, and for no longer than ten intervals', () => {
    const { clock, recorder, path } = set({ buffered: true })
    recorder.start()
    const size = () => readFileSync(path).length
    const atStart = size()
    clock.advance(900)
    expect(size()).toBe(atStart)
    clock.advance(100)
    expect(size()).toBe(recorder.bytes)
    const direct = set()
    direct.recorder.start()
    direct.clock.advance(300)
    expect(readFileSync(direct.path).length).toBe(direct.recorder.bytes)
  })

  test('ends with a warning, and no error, when the file cannot be written any more', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const full = '/dev/full'
    if (!existsSync(full)) return
    const { clock, sources, recorder } = set({ path: full })
    recorder.start()
    clock.advance(1_000)
    expect({ running: recorder.running, timers: clock.pendingTimers }).toEqual({
      running: false,
      timers: 0,
    })
    expect(sources.started).toBe(false)
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('cannot be written'), {
      type: 'CultusWarning',
      code: 'CULTUS_W_TRACE_LOST',
    })
  })

  test('throws what the file system says when the file cannot be created', () => {
    const { recorder, clock, sources } = set({ path: '/nowhere/at/all.jsonl' })
    expect(() => recorder.start()).toThrow('ENOENT')
    expect({ running: recorder.running, timers: clock.pendingTimers }).toEqual({
      running: false,
      timers: 0,
    })
    expect(sources.started).toBe(false)
  })

  test('refuses settings that mean nothing', () => {
    const refused = (options: object) => () =>
      new TraceRecorder({ path: 'x', ...options } as TraceRecorderOptions)
    expect(refused({ path: '' })).toThrow('`path` must be a non-empty string, got ""')
    expect(refused({ interval: 0 })).toThrow('`interval` must be a number from 1 to 3600000')
    expect(refused({ buffered: 1 })).toThrow('`buffered` must be true or false, got 1')
    expect(refused({ maxBytes: -1 })).toThrow('`maxBytes` must be')
    expect(refused({ workload: '' })).toThrow('`workload` must be')
  })

  test('refuses to record what could not be read back', () => {
    const { recorder, path } = set()
    recorder.start()
    const refused = (call: () => void) => {
      expect(call).toThrow(expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' }))
    }
    refused(() => recorder.held(Number.NaN))
    refused(() => recorder.load(-1, 0))
    refused(() => recorder.mark(''))
    refused(() => recorder.level('x', 'high' as PressureLevel))
    refused(() => recorder.stop('bored' as TraceEnd))
    expect(() => set({ parameters: { rate: Number.NaN } })).toThrow('`parameters` must be')
    expect(() => set({ seed: Number.NaN })).toThrow('`seed` must be a number, got NaN')
    recorder.stop()
    expect(readTrace(path).events.map(({ type }) => type)).toEqual(['heap', 'process', 'end'])
  })

  test('leaves out a reading that is none', () => {
    const { clock, sources, recorder, path } = set()
    sources.live = Number.NaN
    sources.rss = -1
    recorder.start()
    clock.advance(1_000)
    sources.major()
    recorder.stop()
    expect(readTrace(path).events.map(({ type }) => type)).toEqual(['end'])
  })

  test('writes a trace that can be read, whatever fails and however the clock jumps', () => {
    type World = ReturnType<typeof set>
    const source = fc.constantFrom<'heap' | 'process' | 'container'>('heap', 'process', 'container')
    const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
      fc.nat(3_000).map((time) => (world: World) => world.clock.advance(time)),
      fc.integer({ min: -9_000, max: 9_000 }).map((time) => (world: World) => {
        world.clock.jump(time)
      }),
      source.map((name) => (world: World) => {
        world.sources.failing.add(name)
      }),
      fc.constant((world: World) => world.sources.failing.clear()),
      fc.nat(300).map((late) => (world: World) => world.sources.major({ lateness: late })),
      fc.nat(100).map((bytes) => (world: World) => world.recorder.held(bytes)),
      fc.constant((world: World) => world.recorder.stop()),
      fc.constant((world: World) => {
        world.recorder.start()
      }),
    )
    const world = set({ maxBytes: 4_000 })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (run) => {
        world.sources.failing.clear()
        world.recorder.start()
        for (const each of run) {
          each(world)
          expect(world.clock.pendingTimers).toBe(world.recorder.running ? 1 : 0)
          expect(world.sources.started).toBe(world.recorder.running)
          expect(parseTrace(readFileSync(world.path, 'utf8')).torn).toBe(false)
        }
        world.recorder.stop()
      }),
      { numRuns: 150 },
    )
  })
})

describe('a process that dies', () => {
  const program = join(import.meta.dirname, 'children', 'recording.ts')

  function record(...more: string[]) {
    const directory = mkdtempSync(join(tmpdir(), 'cultus-recorder-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'trace.jsonl')
    const flags = ['--max-old-space-size=48', '--conditions=@cultus/source', '--import', 'tsx']
    const child = spawnSync(process.execPath, [...flags, program, path, ...more], {
      cwd: import.meta.dirname,
      timeout: 60_000,
    })
    expect(readdirSync(directory)).toEqual(['trace.jsonl'])
    return { child, trace: readTrace(path) }
  }

  test('leaves a trace up to its last moments', { timeout: 60_000 }, () => {
    const { child, trace } = record()
    expect(String(child.stderr)).toMatch(/heap limit/i)
    expect(endOf(trace)).toBeUndefined()
    expect(trace.header.deathPointBytes).toBe(48 * 2 ** 20)
    const heaps = ofType(trace.events, 'heap')
    expect(ofType(trace.events, 'gc').length).toBeGreaterThan(1)
    expect((heaps.at(-1)?.used ?? 0) / trace.header.deathPointBytes).toBeGreaterThan(0.7)
    expect(heaps.at(-1)?.heapUsed).toBeGreaterThan(0)
    const last = trace.events.at(-1)
    expect(last?.t).toBeGreaterThan(0)
  })
})
