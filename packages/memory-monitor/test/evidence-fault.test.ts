import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EvidenceCollector } from '../src/evidence/collector.ts'
import { parseEvidenceName } from '../src/evidence/evidence-file.ts'
import type { EvidenceFileSystem } from '../src/evidence/file-system.ts'
import type { EvidenceCollectorOptions } from '../src/evidence/options.ts'
import { fileSystemWith, set, temporaryDirectory } from './evidence-setup.ts'

const mib = 2 ** 20

describe('failures', () => {
  const failing = (code: string) => async (): Promise<never> => {
    throw Object.assign(new Error(`${code}: no`), { code })
  }

  test.each([
    ['a directory that cannot be made', fileSystemWith({ mkdir: failing('EACCES') })],
    ['a directory that cannot be listed', fileSystemWith({ readdir: failing('EIO') })],
    ['a directory that cannot be written', fileSystemWith({ open: failing('EACCES') })],
    ['a disk that does not tell its room', fileSystemWith({ statfs: failing('ENOSYS') })],
    ['a disk that fills up', fileSystemWith({ rename: failing('ENOSPC') })],
  ])('%s is told and harms nobody', async (_, fileSystem) => {
    const { evidence, events, files } = set({ fileSystem })
    evidence.on('omitted', () => {
      throw new Error('a listener that throws')
    })
    expect(await evidence.collect('asked')).toEqual([])
    expect(events[0]?.omitted).toEqual([
      { kind: 'report', reason: expect.stringContaining(': no') },
    ])
    expect(files()).toEqual([])
  })

  test('a directory that cannot be made is told at the start already', async () => {
    const { evidence } = set({ fileSystem: fileSystemWith({ mkdir: failing('EROFS') }) })
    const told = new Promise((resolve) => evidence.on('omitted', resolve))
    evidence.start()
    expect(await told).toEqual({ kind: 'collection', reason: 'EROFS: no' })
  })

  test('a full disk is left as it is', async () => {
    const statfs = async () => ({ bavail: 256 * mib, bsize: 1 })
    const { evidence, events, files } = set({ fileSystem: fileSystemWith({ statfs }) })
    expect(await evidence.collect('asked')).toEqual([])
    expect(events[0]?.omitted[0]?.reason).toMatch(/^the disk has 268435456 bytes free, and \d+/)
    expect(files()).toEqual([])
  })

  test('a file system that hangs is given up, and the next collection is not held up', async () => {
    let hangs = true
    const { readdir } = fileSystemWith()
    const fileSystem = fileSystemWith({
      readdir: (path) => (hangs ? new Promise(() => {}) : readdir(path)),
    })
    const { evidence, pressure, events } = set({ fileSystem, timeout: 5_000 })
    const collected = evidence.collect('asked')
    await expect.poll(() => pressure.clock.pendingTimers).toBe(1)
    pressure.clock.advance(5_000)
    expect(await collected).toEqual([])
    const reason = 'the collection took longer than 5000 ms'
    expect(events[0]?.omitted).toEqual([{ kind: 'collection', reason }])
    hangs = false
    expect(await evidence.collect('again')).toHaveLength(1)
    expect(pressure.clock.pendingTimers).toBe(0)
  })

  test.each(['before', 'after'])(
    'a collection that was given up %s its file was filled leaves none',
    async (when) => {
      let goOn = (): void => {}
      const waiting = new Promise<void>((resolve) => {
        goOn = resolve
      })
      const { statfs, open } = fileSystemWith()
      const slow: Partial<EvidenceFileSystem> =
        when === 'before'
          ? { statfs: (path) => waiting.then(() => statfs(path)) }
          : {
              async open(path, flags, mode) {
                const file = await open(path, flags, mode)
                return {
                  writeFile: (content: Buffer) => waiting.then(() => file.writeFile(content)),
                  close: () => file.close(),
                } as Awaited<ReturnType<EvidenceFileSystem['open']>>
              },
            }
      const { evidence, files } = set({ fileSystem: fileSystemWith(slow) })
      const collected = evidence.collect('asked')
      if (when === 'after') await expect.poll(files).toHaveLength(1)
      else await new Promise(setImmediate)
      evidence.stop()
      expect(await collected).toEqual([])
      goOn()
      await expect.poll(files).toEqual([])
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
      expect(files()).toEqual([])
    },
  )

  test('what is no reason is rejected', async () => {
    const { evidence } = set()
    // @ts-expect-error a reason is a text
    await expect(evidence.collect(7)).rejects.toThrow('`reason` must be a non-empty string, got 7')
  })
})

describe('bounds', () => {
  test('hold after every collection, and files of others are left alone', {
    timeout: 60_000,
  }, async () => {
    const step = fc.record({ level: fc.boolean(), wait: fc.nat(120_000), oversized: fc.boolean() })
    const bounds = fc.record({
      maxFiles: fc.integer({ min: 1, max: 4 }),
      maxBytes: fc.integer({ min: 20_000, max: 60_000 }),
    })
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(step, { maxLength: 6 }), async (bound, steps) => {
        const directory = temporaryDirectory()
        const foreign = ['notes.txt', 'Heap.20260101.000000.1.0.001.heapsnapshot']
        for (const name of foreign) writeFileSync(join(directory, name), 'x'.repeat(1_000))
        for (const { level, wait, oversized } of steps) {
          const monitor = { snapshot: () => 'x'.repeat(oversized ? 100_000 : 10) }
          const { evidence, pressure, files } = set({
            directory,
            monitor,
            minInterval: 60_000,
            ...bound,
          })
          pressure.clock.advance(wait)
          if (level) pressure.set('emergency')
          evidence.start()
          const written = await evidence.collect('asked')
          evidence.stop()
          expect(written).toHaveLength(oversized ? 0 : 1)
          const ours = files().filter((name) => parseEvidenceName(name) !== undefined)
          const bytes = ours.map((name) => statSync(join(directory, name)).size)
          expect(ours.length).toBeLessThanOrEqual(bound.maxFiles)
          expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bound.maxBytes)
          expect(files()).toEqual(expect.arrayContaining(foreign))
          expect(files().filter((name) => name.endsWith('.partial'))).toEqual([])
        }
      }),
      { numRuns: 25 },
    )
  })

  test('one file too many is refused rather than the report of the same collection removed', async () => {
    const { evidence, events } = set({ heapSnapshot: 'explicit', maxFiles: 1 })
    const files = await evidence.collect('asked')
    expect(files.map(({ kind }) => kind)).toEqual(['report'])
    expect(events[0]?.omitted[0]?.reason).toContain('`maxFiles` (1) leaves no room')
  })
})

describe('off', () => {
  test('leaves no timer and no listener, and no level sets it off', async () => {
    const { evidence, pressure, files } = set({ profile: { from: 'start' } })
    expect(files()).toEqual([])
    evidence.start()
    expect(evidence.running).toBe(true)
    evidence[Symbol.dispose]()
    expect(evidence.running).toBe(false)
    pressure.set('emergency')
    await new Promise(setImmediate)
    expect(files()).toEqual([])
    // That of the bus, which has a source.
    expect(pressure.clock.pendingTimers).toBe(1)
  })

  test('in the turn in which the level came, nothing is collected, and the next start collects', async () => {
    const { evidence, pressure, events, files, next } = set()
    evidence.start()
    pressure.set('emergency')
    evidence.stop()
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
    expect([files(), events]).toEqual([[], []])
    expect(pressure.clock.pendingTimers).toBe(1)
    pressure.set('normal')
    evidence.start()
    pressure.set('emergency')
    evidence.stop()
    const collected = next()
    evidence.start()
    expect((await collected).files).toHaveLength(1)
    expect(files()).toHaveLength(1)
  })

  test('in the turn in which somebody asked, nothing is collected', async () => {
    const { evidence, files } = set()
    const collected = evidence.collect('asked')
    evidence.stop()
    expect(await collected).toEqual([])
    expect(files()).toEqual([])
  })
})

describe('options', () => {
  const make = (options: Partial<EvidenceCollectorOptions>) => () =>
    new EvidenceCollector({ directory: '/nowhere', ...options })

  test.each<[Partial<Record<keyof EvidenceCollectorOptions, unknown>>, string]>([
    [{ directory: '' }, '`directory` must be a non-empty string, got ""'],
    [{ level: 'normal' }, '`level` must be one of warning, critical, emergency, got "normal"'],
    [{ report: 1 }, '`report` must be true or false, got 1'],
    [{ profile: 'yes' }, '`profile` must be true, false or settings, got "yes"'],
    [{ profile: { from: 'normal' } }, '`profile.from` must be one of start, warning'],
    [{ profile: { interval: 0 } }, '`profile.interval` must be a positive number of bytes'],
    [{ heapSnapshot: true }, "`heapSnapshot` must be false, 'explicit' or 'near-limit', got true"],
    [{ heapSnapshot: { mode: 'explicit', memoryFactor: 0 } }, '`heapSnapshot.memoryFactor` must'],
    [{ heapSnapshot: { mode: 'explicit', count: 0 } }, '`heapSnapshot.count` must be a positive'],
    [{ heapSnapshot: 'near-limit' }, '`directory` must be the `--diagnostic-dir` of the process'],
    [{ maxFiles: 0 }, '`maxFiles` must be a positive integer, got 0'],
    [{ maxBytes: 'much' }, '`maxBytes` must be a positive number of bytes'],
    [{ minInterval: -1 }, '`minInterval` must be a number from 0 to'],
    [{ timeout: 0 }, '`timeout` must be a number from 1 to'],
    [{ monitor: {} }, '`monitor` must have a method `snapshot`, got an object'],
  ])('%j are refused', (options, message) => {
    expect(make(options as Partial<EvidenceCollectorOptions>)).toThrow(message)
    expect(existsSync('/nowhere')).toBe(false)
  })

  test.each([[undefined], [null], [5]])('%j are refused, for they name no directory', (options) => {
    expect(() => new EvidenceCollector(options as never)).toThrow(
      expect.objectContaining({
        code: 'CULTUS_INVALID_OPTION',
        message: `\`options\` must be an object, got ${options}`,
      }),
    )
  })
})
