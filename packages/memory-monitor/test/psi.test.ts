import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HostSource } from '../src/sources/host.ts'
import { KeptFile } from '../src/sources/kept-file.ts'
import { StallMeter } from '../src/sources/psi.ts'
import { openDescriptors, tree, write } from './cgroup-tree.ts'

function pressure(some: number | string, full: number | string): string {
  const averages = 'avg10=12.34 avg60=0.00 avg300=0.00'
  return `some ${averages} total=${some}\nfull ${averages} total=${full}\n`
}

/** A meter of a file, and a way to write that. */
function set(content: string): { meter: StallMeter; put: (content: string) => void } {
  const root = tree({ file: content })
  const meter = new StallMeter(new KeptFile(join(root, 'file')), 'container')
  onTestFinished(() => meter.close())
  return { meter, put: (next) => write(root, { file: next }) }
}

describe('stalls', () => {
  test('are shares of the time since the reading before', () => {
    const { meter, put } = set(pressure(5_000_000, 1_000_000))
    expect(meter.read(10_000)).toBeUndefined()
    put(pressure(5_800_000, 1_200_000))
    expect(meter.read(12_000)).toEqual({ scope: 'container', someShare: 0.4, fullShare: 0.1 })
    expect(meter.read(13_000)).toEqual({ scope: 'container', someShare: 0, fullShare: 0 })
  })

  test('are taken over a second at least, and stand until the next', () => {
    const { meter, put } = set(pressure(0, 0))
    meter.read(0)
    put(pressure(500_000, 0))
    expect(meter.read(999)).toBeUndefined()
    expect(meter.read(1_000)?.someShare).toBe(0.5)
    put(pressure(900_000, 0))
    expect(meter.read(1_200)?.someShare).toBe(0.5)
  })

  test('of a kernel without `full` are of some tasks only', () => {
    const { meter, put } = set('some total=0\n')
    meter.read(0)
    put('some total=100000\n')
    expect(meter.read(1_000)).toEqual({ scope: 'container', someShare: 0.1, fullShare: 0 })
  })

  test.each(['', 'garbage', 'some avg10=1.00\n', 'full total=7\n', 'some total=-5\n'])(
    'are unknown where the file says %j, until it can be read twice again',
    (content) => {
      const { meter, put } = set(pressure(0, 0))
      meter.read(0)
      put(content)
      expect(meter.read(1_000)).toBeUndefined()
      put(pressure(9_000_000, 0))
      expect(meter.read(2_000)).toBeUndefined()
      put(pressure(9_100_000, 0))
      expect(meter.read(3_000)?.someShare).toBeCloseTo(0.1)
    },
  )

  test('are none over a time in which the total or the clock went back', () => {
    const { meter, put } = set(pressure(1_000_000, 0))
    meter.read(10_000)
    put(pressure(400_000, 0))
    expect(meter.read(11_000)).toBeUndefined()
    put(pressure(500_000, 0))
    expect(meter.read(12_000)?.someShare).toBeCloseTo(0.1)
    expect(meter.read(3_000)).toBeUndefined()
    put(pressure(600_000, 0))
    expect(meter.read(4_000)?.someShare).toBeCloseTo(0.1)
  })

  test('lie between none of the time and all of it, whatever the file and the clock say', () => {
    const step = fc.record({
      wait: fc.integer({ min: -5_000, max: 5_000 }),
      some: fc.nat(9_000_000),
      full: fc.nat(9_000_000),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { meter, put } = set(pressure(0, 0))
        let now = 0
        for (const { wait, some, full } of steps) {
          now += wait
          put(pressure(some, full))
          const { someShare = 0, fullShare = 0 } = meter.read(now) ?? {}
          for (const share of [someShare, fullShare]) {
            expect(share).toBeGreaterThanOrEqual(0)
            expect(share).toBeLessThanOrEqual(1)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the machine', () => {
  const meminfo = 'MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:   400 kB\nBuffers: 1 kB\n'

  function source(files: Record<string, string>): { host: HostSource; root: string } {
    const root = tree(files)
    const host = new HostSource(root)
    onTestFinished(() => host.close())
    return { host, root }
  }

  test('tells what it has and what is available', () => {
    const { host } = source({ 'proc/meminfo': meminfo })
    expect(host.read(0)).toEqual({ totalBytes: 1_024_000, availableBytes: 409_600 })
  })

  test('tells it anew once a second, and when the clock went back', () => {
    const { host, root } = source({ 'proc/meminfo': meminfo })
    const available = (kib: number): void =>
      write(root, { 'proc/meminfo': `MemTotal: 1000 kB\nMemAvailable: ${kib} kB\n` })
    host.read(5_000)
    available(1)
    expect(host.read(5_999)?.availableBytes).toBe(409_600)
    expect(host.read(6_000)?.availableBytes).toBe(1_024)
    available(2)
    expect(host.read(5_999)?.availableBytes).toBe(2_048)
  })

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['without the field, as before Linux 3.14', 'MemTotal: 1000 kB\nMemFree: 100 kB\n'],
    ['garbage', 'MemTotal: many\nMemAvailable: some\n'],
    ['of nothing', 'MemTotal: 0 kB\nMemAvailable: 0 kB\n'],
  ])('tells nothing where the table is %s', (_, content) => {
    const { host } = source(content === undefined ? {} : { 'proc/meminfo': content })
    expect(host.read(0)).toBeUndefined()
    expect(host.stalls(0)).toBeUndefined()
  })

  test('has no more available than it has', () => {
    const { host } = source({ 'proc/meminfo': 'MemTotal: 10 kB\nMemAvailable: 11 kB\n' })
    expect(host.read(0)).toEqual({ totalBytes: 10_240, availableBytes: 10_240 })
  })

  test('is looked for again every half minute where it was missing', () => {
    const { host, root } = source({})
    expect(host.read(0)).toBeUndefined()
    write(root, { 'proc/meminfo': meminfo, 'proc/pressure/memory': pressure(0, 0) })
    expect(host.read(29_000)).toBeUndefined()
    expect(host.read(30_000)).toBeDefined()
    host.stalls(30_000)
    expect(host.stalls(31_000)).toEqual({ scope: 'host', someShare: 0, fullShare: 0 })
  })

  test.runIf(existsSync('/proc/self/fd'))('leaves no file open', () => {
    const root = tree({ 'proc/meminfo': meminfo, 'proc/pressure/memory': pressure(0, 0) })
    const before = openDescriptors()
    const host = new HostSource(root)
    for (const now of [0, 40_000]) {
      host.read(now)
      host.stalls(now)
    }
    expect(openDescriptors()).toBe(before + 2)
    host.close()
    expect(openDescriptors()).toBe(before)
  })

  test.runIf(existsSync('/proc/pressure/memory'))('tells how long tasks of this one wait', () => {
    const host = new HostSource('/')
    onTestFinished(() => host.close())
    expect(host.stalls(0)).toBeUndefined()
    // All that was stalled since then, against an hour.
    const { scope, someShare = 1, fullShare = 1 } = host.stalls(3_600_000) ?? {}
    expect(scope).toBe('host')
    expect(someShare).toBeLessThan(0.1)
    expect(fullShare).toBeLessThanOrEqual(someShare)
  })

  test.runIf(existsSync('/proc/meminfo'))('tells of this one', () => {
    const host = new HostSource('/')
    onTestFinished(() => host.close())
    const { totalBytes = 0, availableBytes = 0 } = host.read(0) ?? {}
    expect(totalBytes).toBeGreaterThan(2 ** 27)
    expect(availableBytes).toBeGreaterThan(0)
    expect(availableBytes).toBeLessThanOrEqual(totalBytes)
  })
})
