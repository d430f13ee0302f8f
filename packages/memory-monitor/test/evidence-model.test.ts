import { basename } from 'node:path'
import type { ElevatedLevel } from '@cultus/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEvidenceName } from '../src/evidence/evidence-file.ts'
import type { EvidenceFileSystem } from '../src/evidence/file-system.ts'
import { type EvidenceSetup, set } from './evidence-setup.ts'

const bounds = {
  maxFiles: 3,
  maxBytes: 40_000,
  minFree: 1_000,
  minInterval: 60_000,
  timeout: 5_000,
}

/** A disk in memory that fails and hangs on demand. */
class FakeDisk implements EvidenceFileSystem {
  readonly sizes = new Map<string, number>([['notes.txt', 500]])
  state: 'well' | 'failing' | 'hanging' = 'well'
  free = 1_000_000

  mkdir(): Promise<unknown> {
    return this.#answer(() => undefined)
  }

  readdir(): Promise<readonly string[]> {
    return this.#answer(() => [...this.sizes.keys()])
  }

  stat(path: string): Promise<{ readonly size: number }> {
    return this.#answer(() => ({ size: this.#sizeOf(path) }))
  }

  statfs(): Promise<{ readonly bavail: number; readonly bsize: number }> {
    return this.#answer(() => ({ bavail: this.free, bsize: 1 }))
  }

  open(path: string): ReturnType<EvidenceFileSystem['open']> {
    return this.#answer(() => {
      this.sizes.set(basename(path), 0)
      return {
        writeFile: (content: unknown) =>
          this.#answer(() => {
            this.sizes.set(basename(path), (content as Buffer).length)
          }),
        close: () => this.#answer(() => undefined),
      }
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#answer(() => {
      this.sizes.set(basename(to), this.#sizeOf(from))
      this.sizes.delete(basename(from))
    })
  }

  unlink(path: string): Promise<void> {
    return this.#answer(() => {
      this.#sizeOf(path)
      this.sizes.delete(basename(path))
    })
  }

  #sizeOf(path: string): number {
    const size = this.sizes.get(basename(path))
    if (size === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
    return size
  }

  async #answer<T>(act: () => T): Promise<T> {
    if (this.state === 'hanging') return new Promise(() => {})
    await Promise.resolve()
    if (this.state === 'failing') throw new Error('EIO')
    return act()
  }
}

type Step =
  | { readonly kind: 'level'; readonly level: 'normal' | ElevatedLevel }
  | { readonly kind: 'advance' | 'jump'; readonly milliseconds: number }
  | { readonly kind: 'disk'; readonly state: FakeDisk['state'] }
  | { readonly kind: 'free'; readonly bytes: number }
  | { readonly kind: 'start' | 'stop' | 'collect' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('level' as const),
    level: fc.constantFrom('normal', 'warning', 'critical', 'emergency'),
  }),
  fc.record({ kind: fc.constant('advance' as const), milliseconds: fc.nat(90_000) }),
  fc.record({
    kind: fc.constant('jump' as const),
    milliseconds: fc.integer({ min: -90_000, max: 90_000 }),
  }),
  fc.record({
    kind: fc.constant('disk' as const),
    state: fc.constantFrom('well', 'failing', 'hanging'),
  }),
  fc.record({ kind: fc.constant('free' as const), bytes: fc.nat(20_000) }),
  fc.record({ kind: fc.constantFrom('start', 'stop', 'collect') }),
) as fc.Arbitrary<Step>

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

function check({ events, pressure }: EvidenceSetup, disk: FakeDisk): void {
  const ours = [...disk.sizes].filter(([name]) => parseEvidenceName(name) !== undefined)
  // What a broken disk did not let go of counts when it is well again.
  const whole = ours.filter(([name]) => !name.endsWith('.partial'))
  expect(whole.length).toBeLessThanOrEqual(bounds.maxFiles)
  expect(whole.reduce((sum, [, size]) => sum + size, 0)).toBeLessThanOrEqual(bounds.maxBytes)
  expect(disk.sizes.get('notes.txt')).toBe(500)
  // The collection under way, if any, and the bus.
  expect(pressure.clock.pendingTimers).toBeLessThanOrEqual(2)
  for (const { files, omitted } of events) expect(files.length + omitted.length).toBeGreaterThan(0)
}

test('whatever comes, the bounds hold, nothing escapes, and it collects again when all is well', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const disk = new FakeDisk()
      const it = set({ ...bounds, directory: '/evidence', fileSystem: disk })
      const { evidence, pressure } = it
      for (const one of steps) {
        if (one.kind === 'level') pressure.set(one.level)
        else if (one.kind === 'advance') pressure.clock.advance(one.milliseconds)
        else if (one.kind === 'jump') pressure.clock.jump(one.milliseconds)
        else if (one.kind === 'disk') disk.state = one.state
        else if (one.kind === 'free') disk.free = one.bytes
        else if (one.kind === 'collect') void evidence.collect('asked')
        else evidence[one.kind]()
        await settled()
        check(it, disk)
      }
      disk.state = 'well'
      disk.free = 1_000_000
      pressure.set('normal')
      evidence.start()
      await settled()
      // One under way is given up, one that waited for it is made; the next is due an interval later.
      // Files from before lie in the future by as much as the clock went back.
      for (let round = 0; round < 2; round++) {
        pressure.clock.advance(10_000_000)
        await settled()
      }
      const before = it.events.length
      pressure.set('emergency')
      await settled()
      expect(it.events.length).toBe(before + 1)
      expect(it.events.at(-1)?.files).toHaveLength(1)
      check(it, disk)
      evidence.stop()
      await settled()
      expect(pressure.clock.pendingTimers).toBe(1)
    }),
    { numRuns: 150 },
  )
})
