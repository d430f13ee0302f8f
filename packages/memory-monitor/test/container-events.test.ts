import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeClock } from '@cultus/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ContainerSource } from '../src/sources/container.ts'
import { GroupWatch } from '../src/sources/group-watch.ts'
import { openDescriptors, tree, v1Group, v2Group, write } from './cgroup-tree.ts'

const stat = 'inactive_file 0\n'
const cgroup = { 'proc/self/cgroup': '0::/\n' }
const events = (max: number, high: number, kills = 0): string =>
  `low 0\nhigh ${high}\nmax ${max}\noom ${kills}\noom_kill ${kills}\noom_group_kill 0\n`

function source(root: string): ContainerSource {
  const made = new ContainerSource(root, 1_000_000)
  onTestFinished(() => made.close())
  return made
}

describe('memory.high', () => {
  const read = (high: string, max = '500') => {
    const root = tree({ ...cgroup, ...v2Group('', max, 200, stat, { 'memory.high': high }) })
    return source(root).read(0)
  }

  test('is told where it is less than the limit', () => {
    expect(read('400\n')).toMatchObject({ limitBytes: 500, highBytes: 400 })
  })

  test.each(['max\n', '500\n', '501\n', '0\n', '', 'garbage\n', `${'9'.repeat(30)}\n`])(
    'of %j is none',
    (high) => {
      expect(read(high)).toEqual({ version: 'v2', path: '/', usedBytes: 200, limitBytes: 500 })
    },
  )

  test('without a limit stands against the memory of the machine', () => {
    expect(read('400\n', 'max')).toMatchObject({ limitBytes: 1_000_000, highBytes: 400 })
  })
})

describe('events', () => {
  test('are counted as the kernel does, and those since the last reading', () => {
    const root = tree({
      ...cgroup,
      ...v2Group('', '500', 200, stat, { 'memory.events': events(3, 5) }),
    })
    const container = source(root)
    expect(container.read(0)).toMatchObject({
      events: { max: 3, high: 5, oom: 0, oomKill: 0 },
      recentEvents: 0,
    })
    write(root, { 'sys/fs/cgroup/memory.events': events(7, 6, 1) })
    expect(container.read(1)).toMatchObject({
      events: { max: 7, high: 6, oom: 1, oomKill: 1 },
      recentEvents: 5,
    })
    expect(container.read(2)?.recentEvents).toBe(0)
    // The groups are looked up in between.
    write(root, { 'sys/fs/cgroup/memory.events': events(9, 6, 1) })
    expect(container.read(130_000)?.recentEvents).toBe(2)
    write(root, { 'sys/fs/cgroup/memory.events': events(0, 0) })
    expect(container.read(130_001)?.recentEvents).toBe(0)
  })

  test('of v1 are the times it came to its limit', () => {
    const root = tree({
      'proc/self/cgroup': '4:memory:/a\n',
      ...v1Group('a', '500', 200, 'total_inactive_file 0\n', { 'memory.failcnt': '8\n' }),
    })
    expect(source(root).read(0)).toMatchObject({ events: { max: 8 }, recentEvents: 0 })
  })

  test.each(['', 'garbage', 'high 1\n', '\u0000'])('of %j are none, and no failure', (content) => {
    const root = tree({ ...cgroup, ...v2Group('', '500', 200, stat, { 'memory.events': content }) })
    expect(source(root).read(0)).toEqual({
      version: 'v2',
      path: '/',
      usedBytes: 200,
      limitBytes: 500,
    })
  })
})

describe('stalls of the group', () => {
  const pressure = (total: number): string => `some avg10=0.00 total=${total}\nfull total=0\n`

  test('are those of the group that was read, and go on while the groups are looked up', () => {
    const root = tree({
      ...cgroup,
      ...v2Group('', '500', 200, stat, { 'memory.pressure': pressure(0) }),
    })
    const container = source(root)
    expect(container.stalls(0)).toBeUndefined()
    container.read(119_000)
    container.stalls(119_000)
    write(root, { 'sys/fs/cgroup/memory.pressure': pressure(600_000) })
    container.read(120_200)
    expect(container.stalls(120_200)?.someShare).toBe(0.5)
    container.read(240_100)
    write(root, { 'sys/fs/cgroup/memory.pressure': pressure(600_000) })
    expect(container.stalls(240_300)).toEqual({ scope: 'container', someShare: 0, fullShare: 0 })
  })
})

describe.runIf(process.platform === 'linux')('a watch', () => {
  /** A watch of one file, which has been written `times` times until the calls have come. */
  function set() {
    const clock = new FakeClock(1_000)
    const root = tree({ events: '0' })
    const onEvent = vi.fn()
    const watch = new GroupWatch(onEvent, () => clock.now())
    onTestFinished(() => watch.close())
    const path = join(root, 'events')
    watch.follow(new Set([path]))
    return { clock, path, onEvent, watch }
  }

  test('calls when a file changes, and again only after 250 ms', async () => {
    const { clock, path, onEvent } = set()
    writeFileSync(path, '1')
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(1))
    clock.advance(249)
    writeFileSync(path, '2')
    // Every event of the second writing comes before any of the third.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(onEvent).toHaveBeenCalledTimes(1)
    clock.advance(1)
    writeFileSync(path, '3')
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(2))
  })

  test('goes on after a call that threw, and after a clock that went back', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warning.mockRestore())
    const { clock, path, onEvent } = set()
    onEvent.mockImplementation(() => {
      throw new Error('mine')
    })
    writeFileSync(path, '1')
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(1))
    clock.jump(-500)
    writeFileSync(path, '2')
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(2))
  })

  test('of a missing file is none, and of one that was replaced a new one', async () => {
    const { clock, path, onEvent, watch } = set()
    watch.follow(new Set([path, `${path}-missing`]))
    rmSync(path)
    await new Promise((resolve) => setTimeout(resolve, 50))
    clock.advance(1_000)
    onEvent.mockClear()
    writeFileSync(path, '1')
    watch.follow(new Set([path]))
    writeFileSync(path, '2')
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalled())
  })

  test('that is closed calls no more and leaves no descriptor', async () => {
    const { path, onEvent, watch } = set()
    // The event loop keeps one descriptor for all watches of the process, from the first on.
    const before = openDescriptors()
    watch.close()
    expect(openDescriptors()).toBeLessThanOrEqual(before)
    writeFileSync(path, '1')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(onEvent).not.toHaveBeenCalled()
  })

  test('comes with the reading of a container, and goes when that is closed', async () => {
    const root = tree({
      ...cgroup,
      ...v2Group('', '500', 200, stat, { 'memory.events': events(0, 0) }),
    })
    const onEvent = vi.fn()
    const container = source(root)
    const clock = new FakeClock()
    container.watch(onEvent, () => clock.now())
    container.read(0)
    write(root, { 'sys/fs/cgroup/memory.events': events(1, 0) })
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(1))
    container.close()
    clock.advance(1_000)
    write(root, { 'sys/fs/cgroup/memory.events': events(2, 0) })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(onEvent).toHaveBeenCalledTimes(1)
  })
})

/** A v2 hierarchy in which this process may make groups; that of a hybrid machine has no memory files. */
const unified = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) =>
  existsSync(join(path, 'cgroup.controllers')),
)
const probe = unified && join(unified, `cultus-test-${process.pid}`)
const mayMake = ((): boolean => {
  try {
    if (probe === undefined) return false
    mkdirSync(probe)
    rmdirSync(probe)
    return true
  } catch {
    return false
  }
})()

describe('a real v2 group (needs a writable cgroup2 mount, else skipped)', () => {
  test.runIf(mayMake)('announces a change of its events to the watch', async () => {
    const directory = probe ?? ''
    mkdirSync(directory)
    onTestFinished(() => rmdirSync(directory))
    const onEvent = vi.fn()
    const watch = new GroupWatch(onEvent, () => 0)
    onTestFinished(() => watch.close())
    // Announced by the same means as memory.events, and there without the memory controller too.
    watch.follow(new Set([join(directory, 'cgroup.events')]))
    const frozen = join(directory, 'cgroup.freeze')
    writeFileSync(frozen, '1')
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalled())
    expect(readFileSync(join(directory, 'cgroup.events'), 'utf8')).toContain('frozen 1')
  })
})
