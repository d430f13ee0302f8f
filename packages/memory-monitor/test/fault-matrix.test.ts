import { existsSync } from 'node:fs'
import { levelRank, type PressureLevel, pressureLevels } from '@cultus/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { GroupWatch } from '../src/sources/group-watch.ts'
import { openDescriptors } from './cgroup-tree.ts'
import { damages, FaultyMachine, layouts, mib } from './fault-setup.ts'

const versions = ['v1', 'v2'] as const
const decisive = {
  v1: ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'memory.stat'],
  v2: ['memory.max', 'memory.current', 'memory.stat'],
} as const
const directory = { v1: 'sys/fs/cgroup/memory/app', v2: 'sys/fs/cgroup/app' } as const

beforeAll(() => {
  // The event loop keeps one descriptor for all watches of a process, from the first on.
  const watch = new GroupWatch(
    () => {},
    () => 0,
  )
  watch.follow(new Set([import.meta.filename]))
  watch.close()
})

/** Every pair of a file and a damage to it. */
function matrix(
  version: 'v1' | 'v2',
  paths: readonly string[],
): [version: 'v1' | 'v2', path: string, how: string][] {
  return paths.flatMap((path) =>
    Object.keys(damages).map((how): ['v1' | 'v2', string, string] => [version, path, how]),
  )
}

describe('a file the level hangs on', () => {
  const all = versions.flatMap((version) =>
    matrix(version, [
      'proc/self/cgroup',
      ...decisive[version].map((name) => `${directory[version]}/${name}`),
    ]),
  )

  test.each(all)('%s %s, %s: the level stays until it can be read', (version, path, how) => {
    const machine = new FaultyMachine(version, 97)
    const before = openDescriptors()
    const { bus, clock, monitor } = machine
    monitor.start()
    expect(bus.level).toBe('emergency')
    machine.damage(path, how)
    machine.lookUp()
    expect(bus.level).toBe('emergency')
    expect(monitor.snapshot().confidence).toBe('estimated')
    expect(monitor.snapshot().failures).toBeGreaterThan(0)
    machine.failing.add('heap').add('process')
    clock.advance(20_000)
    expect(bus.level).toBe('emergency')
    expect(bus.confidence).toBe('unknown')
    expect(monitor.snapshot()).toMatchObject({ level: 'emergency', confidence: 'unknown' })
    machine.failing.clear()
    machine.restore(20)
    machine.lookUp()
    expect(bus.level).toBe('normal')
    expect(monitor.snapshot()).toMatchObject({ container: { usedBytes: 20 * mib } })
    monitor.stop()
    expect(openDescriptors()).toBe(before)
  })

  test.each(all)(
    '%s %s, %s from the start: it is measured once it can be',
    (version, path, how) => {
      const machine = new FaultyMachine(version, 97)
      const { bus, clock, monitor } = machine
      machine.damage(path, how)
      monitor.start()
      clock.advance(5_000)
      expect(bus.level).toBe('normal')
      expect(monitor.snapshot().container).toBeUndefined()
      machine.restore(97)
      machine.lookUp()
      expect(bus.level).toBe('emergency')
    },
  )
})

describe('a file that only adds to what is known', () => {
  const all = versions.flatMap((version) =>
    matrix(
      version,
      Object.keys(layouts[version](0)).filter(
        (path) =>
          path !== 'proc/self/cgroup' && !decisive[version].some((name) => path.endsWith(name)),
      ),
    ),
  )

  test.each(all)('%s %s, %s: the level follows the container', (version, path, how) => {
    const machine = new FaultyMachine(version, 20)
    const { bus, monitor } = machine
    monitor.start()
    machine.damage(path, how)
    machine.lookUp()
    expect(monitor.snapshot().failures).toBe(0)
    machine.restore(97)
    machine.damage(path, how)
    machine.lookUp()
    expect(bus.level).toBe('emergency')
    machine.restore(20)
    machine.lookUp()
    expect(bus.level).toBe('normal')
    expect(monitor.snapshot().failures).toBe(0)
  })
})

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a heap and a process of %s bytes change nothing',
  (bytes) => {
    const machine = new FaultyMachine('v2', 90)
    const { bus, clock, monitor } = machine
    monitor.start()
    expect(bus.level).toBe('critical')
    machine.heapBytes = bytes
    machine.rssBytes = bytes
    clock.advance(10_000)
    const { level, ratio, upperRatio, heap, process, failures } = monitor.snapshot()
    expect(level).toBe('critical')
    for (const value of [ratio, upperRatio, heap.usedBytes, heap.liveBytes, process.rssBytes])
      expect(Number.isFinite(value) && value >= 0).toBe(true)
    expect(failures).toBeGreaterThan(0)
  },
)

test('when nothing can be read from the start, the level is normal and unknown', () => {
  const machine = new FaultyMachine('v2', 97)
  const { bus, clock, monitor } = machine
  machine.failing.add('heap').add('process').add('container')
  monitor.start()
  clock.advance(30_000)
  expect(monitor.snapshot()).toMatchObject({ level: 'normal', confidence: 'unknown', at: 0 })
  expect(bus.level).toBe('normal')
  machine.failing.clear()
  clock.advance(1_000)
  expect(bus.level).toBe('emergency')
})

interface World {
  readonly machine: FaultyMachine
  damaged: boolean
  usedMib: number
}

type Step = (world: World) => void

const path = fc.constantFrom(
  'proc/self/cgroup',
  ...decisive.v2.map((name) => `${directory.v2}/${name}`),
)
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(path, fc.constantFrom('missing', 'unreadable', 'empty', 'garbage')).map(
    ([name, how]): Step =>
      (world) => {
        world.damaged = true
        world.machine.damage(name, how)
      },
  ),
  fc.nat(100).map(
    (usedMib): Step =>
      (world) => {
        world.damaged = false
        world.usedMib = usedMib
        world.machine.restore(usedMib)
        world.machine.lookUp()
      },
  ),
  fc.nat(10_000).map(
    (milliseconds): Step =>
      ({ machine }) =>
        machine.clock.advance(milliseconds),
  ),
  fc.integer({ min: -10_000, max: 3_600_000 }).map(
    (milliseconds): Step =>
      ({ machine }) =>
        machine.clock.jump(milliseconds),
  ),
  fc.constantFrom<'heap' | 'process' | 'container'>('heap', 'process', 'container').map(
    (name): Step =>
      ({ machine }) => {
        machine.failing.add(name)
      },
  ),
  fc.constant<Step>(({ machine }) => {
    machine.failing.clear()
    machine.lookUp()
  }),
  fc.constant<Step>(({ machine }) => machine.monitor.tick()),
)

function levelOf(usedMib: number): PressureLevel {
  const [normal, warning, critical, emergency] = pressureLevels
  if (usedMib >= 95) return emergency
  if (usedMib >= 85) return critical
  return usedMib >= 70 ? warning : normal
}

test.runIf(existsSync('/proc/self/fd'))(
  'the level never falls for want of a reading, and nothing escapes or stays open',
  { timeout: 60_000 },
  () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warning.mockRestore())
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 12 }), (run) => {
        const machine = new FaultyMachine('v2', 97)
        const before = openDescriptors()
        const { bus, clock, monitor } = machine
        monitor.on('sample', () => {
          throw new Error('a listener that throws')
        })
        bus.subscribe('level', () => {
          throw new Error('another')
        })
        monitor.start()
        const world: World = { machine, damaged: false, usedMib: 97 }
        for (const step of run) {
          step(world)
          const known = machine.failing.has('container') ? 0 : levelRank(levelOf(world.usedMib))
          expect(levelRank(machine.level)).toBeGreaterThanOrEqual(known)
          expect(openDescriptors()).toBeLessThan(before + 12)
        }
        machine.failing.clear()
        machine.restore(20)
        machine.lookUp()
        clock.advance(60_000)
        expect(bus.level).toBe('normal')
        monitor.stop()
        expect(openDescriptors()).toBe(before)
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 40 },
    )
  },
)
