import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ContainerSource } from '../src/sources/container.ts'
import { openDescriptors, tree, v2Group, write } from './cgroup-tree.ts'

const host = 1_000_000
const group = v2Group('a', '500', 200)
const files: Readonly<Record<string, string | Uint8Array>> = {
  'proc/self/cgroup': '0::/a\n',
  ...group,
}

function source(root: string): ContainerSource {
  const made = new ContainerSource(root, host)
  onTestFinished(() => made.close())
  return made
}

/** Puts a directory in place of a file: it opens, and no read of it succeeds, not even for root. */
function block(root: string, path: string): void {
  rmSync(join(root, path))
  mkdirSync(join(root, path))
}

describe('a limit that cannot be read any more', () => {
  test('is a failure, at once and after every look for it', () => {
    const root = tree(files)
    const container = source(root)
    expect(container.read(0)?.usedBytes).toBe(200)
    write(root, { 'sys/fs/cgroup/a/memory.current': '' })
    for (const now of [1, 1_999, 119_999, 120_000, 122_000, 200_000])
      expect(() => container.read(now)).toThrow('memory limit of the control group /a')
  })

  test('is one whose file lost the field, though it was read there before', () => {
    const root = tree({ ...files, ...v2Group('a', '500', 200, 'anon 1234\ninactive_file 50\n') })
    const container = source(root)
    expect(container.read(0)?.usedBytes).toBe(150)
    write(root, { 'sys/fs/cgroup/a/memory.stat': 'anon 1234\n' })
    expect(() => container.read(1)).toThrow('memory limit')
  })

  test('is read again within two seconds of its return', () => {
    const root = tree(files)
    const container = source(root)
    container.read(0)
    rmSync(join(root, 'sys/fs/cgroup/a'), { recursive: true })
    expect(() => container.read(120_000)).toThrow('memory limit')
    write(root, v2Group('a', '500', 300))
    expect(() => container.read(121_999)).toThrow('memory limit')
    expect(container.read(122_000)).toMatchObject({ usedBytes: 300 })
  })

  test.each(['memory.max', 'memory.current', 'memory.stat'])(
    'is one whose %s cannot be read',
    (name) => {
      const root = tree(files)
      const container = source(root)
      container.read(0)
      block(root, `sys/fs/cgroup/a/${name}`)
      expect(() => container.read(120_000)).toThrow('memory limit')
    },
  )

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['garbage', '\u0000::\u0000'],
    ['ten million letters', 'x'.repeat(10_000_000)],
    ['ten million groups', `0::${'/a'.repeat(5_000_000)}`],
  ])('is one while the table of groups is %s', (_, content) => {
    const root = tree(files)
    const container = source(root)
    container.read(0)
    if (content === undefined) rmSync(join(root, 'proc/self/cgroup'))
    else write(root, { 'proc/self/cgroup': content })
    expect(() => container.read(120_000)).toThrow('memory limit')
    write(root, files)
    expect(container.read(122_000)?.usedBytes).toBe(200)
  })

  test('is not for an ancestor to make up for', () => {
    const root = tree({ ...files, ...v2Group('', '1000', 10) })
    const container = source(root)
    expect(container.read(0)?.path).toBe('/a')
    block(root, 'sys/fs/cgroup/a/memory.current')
    expect(() => container.read(120_000)).toThrow('group /a ')
  })

  test('counts as none after five minutes of looking, and not because the clock jumped', () => {
    const root = tree(files)
    const container = source(root)
    container.read(0)
    block(root, 'sys/fs/cgroup/a/memory.current')
    expect(() => container.read(120_000)).toThrow('memory limit')
    expect(() => container.read(3_600_000)).toThrow('memory limit')
    expect(() => container.read(0)).toThrow('memory limit')
    for (let look = 4; look <= 150; look++)
      expect(() => container.read(look * 2_000)).toThrow('memory limit')
    expect(container.read(302_000)).toBeUndefined()
  })
})

describe('a limit that is gone', () => {
  test('is one that was lifted', () => {
    const root = tree(files)
    const container = source(root)
    container.read(0)
    write(root, { 'sys/fs/cgroup/a/memory.max': 'max\n' })
    expect(() => container.read(1)).toThrow('memory limit')
    expect(container.read(120_000)).toBeUndefined()
  })

  test('is that of a group the process has left', () => {
    const root = tree(files)
    const container = source(root)
    container.read(0)
    write(root, { 'proc/self/cgroup': '0::/b\n', ...v2Group('b', '300', 100) })
    expect(container.read(1)).toMatchObject({ path: '/a' })
    expect(container.read(120_000)).toMatchObject({ path: '/b', limitBytes: 300 })
    write(root, { 'proc/self/cgroup': '0::/\n' })
    expect(container.read(240_000)).toBeUndefined()
  })
})

describe.runIf(existsSync('/proc/self/fd'))('descriptors', () => {
  test('are given back by close, and opened again by a later reading', () => {
    const root = tree({
      'proc/self/cgroup': '0::/a/b\n',
      ...v2Group('a/b', '500', 2, 'inactive_file 0\n', {
        'memory.high': '400\n',
        'memory.events': 'max 0\n',
        'memory.pressure': 'some total=0\n',
      }),
      ...v2Group('a', 'max', 1),
      'sys/fs/cgroup/memory.max': '500\n',
    })
    const before = openDescriptors()
    const container = new ContainerSource(root, host)
    for (const now of [0, 130_000, 260_000]) container.read(now)
    // Of groups without a limit, and of those with a file missing, none is kept.
    expect(openDescriptors()).toBe(before + 6)
    container.close()
    expect(openDescriptors()).toBe(before)
    expect(container.read(260_001)).toMatchObject({ usedBytes: 2 })
    container.close()
    expect(openDescriptors()).toBe(before)
  })

  test('do not pile up, whatever becomes of the files', () => {
    const names = ['proc/self/cgroup', ...Object.keys(group)]
    const damage = fc.record({
      name: fc.constantFrom(...names),
      how: fc.constantFrom('remove', 'block', 'garbage', 'empty', 'restore'),
      wait: fc.integer({ min: -150_000, max: 150_000 }),
    })
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 12 }), (steps) => {
        const root = tree(files)
        const before = openDescriptors()
        const container = new ContainerSource(root, host)
        let now = 0
        container.read(now)
        for (const { name, how, wait } of steps) {
          now += wait
          rmSync(join(root, name), { recursive: true, force: true })
          if (how === 'block') mkdirSync(join(root, name))
          if (how === 'garbage') write(root, { [name]: '\u0001 max 12x' })
          if (how === 'empty') write(root, { [name]: '' })
          if (how === 'restore') write(root, { [name]: files[name] ?? '' })
          let reading: unknown
          try {
            reading = container.read(now)
          } catch {
            reading = 'lost'
          }
          // What could not be read is never no limit.
          if (reading !== 'lost') expect(reading).toMatchObject({ limitBytes: 500 })
          expect(openDescriptors()).toBeLessThanOrEqual(before + 3)
        }
        container.close()
        expect(openDescriptors()).toBe(before)
        rmSync(root, { recursive: true })
      }),
      { numRuns: 60 },
    )
  })
})

test.runIf(process.platform === 'linux')('a pipe in place of a file holds nothing up', () => {
  const root = tree(files)
  const container = source(root)
  container.read(0)
  for (const path of ['proc/self/cgroup', 'sys/fs/cgroup/a/memory.stat']) {
    rmSync(join(root, path))
    execFileSync('mkfifo', [join(root, path)])
  }
  expect(() => container.read(120_000)).toThrow('memory limit')
})
