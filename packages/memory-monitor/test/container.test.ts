import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ContainerSource } from '../src/sources/container.ts'

const host = 1_000_000
const v2Mount = '29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw'
const v1Mount = '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'

/** Writes a tree of files, which is removed after the test. */
function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'cultus-cgroup-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  write(root, files)
  return root
}

function write(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

function v2Group(path: string, max: string, current: number, stat = 'anon 1\ninactive_file 0\n') {
  const directory = join('sys/fs/cgroup', path)
  return {
    [join(directory, 'memory.max')]: `${max}\n`,
    [join(directory, 'memory.current')]: `${current}\n`,
    [join(directory, 'memory.stat')]: stat,
  }
}

function v1Group(path: string, limit: string, usage: number, stat = 'total_inactive_file 0\n') {
  const directory = join('sys/fs/cgroup/memory', path)
  return {
    [join(directory, 'memory.limit_in_bytes')]: `${limit}\n`,
    [join(directory, 'memory.usage_in_bytes')]: `${usage}\n`,
    [join(directory, 'memory.stat')]: stat,
  }
}

function source(root: string): ContainerSource {
  const made = new ContainerSource(root, host)
  onTestFinished(() => made.close())
  return made
}

describe('cgroup v2', () => {
  test('leaves out page cache and slab that the kernel can take back', () => {
    const stat = 'anon 50\nfile 40\nslab_reclaimable 20\nactive_file 5\ninactive_file 30\n'
    const root = tree({
      'proc/self/cgroup': '0::/\n',
      'proc/self/mountinfo': v2Mount,
      ...v2Group('', '500', 200, stat),
    })
    expect(source(root).read(0)).toEqual({
      version: 'v2',
      path: '/',
      usedBytes: 150,
      limitBytes: 500,
    })
  })

  test('reads a field on the first line, and none that only ends like it', () => {
    const stat = 'inactive_file 10\ntotal_inactive_file 99\nxslab_reclaimable 99\n'
    const root = tree({ 'proc/self/cgroup': '0::/\n', ...v2Group('', '500', 200, stat) })
    expect(source(root).read(0)?.usedBytes).toBe(190)
  })

  test('follows the group itself where its ancestors have more room', () => {
    const root = tree({
      'proc/self/cgroup': '0::/pod1/c1\n',
      ...v2Group('pod1/c1', '400', 300),
      ...v2Group('pod1', '500', 310),
    })
    expect(source(root).read(0)).toMatchObject({ path: '/pod1/c1', usedBytes: 300 })
  })

  test('follows the ancestor nearest to its limit, usage and limit as a pair', () => {
    const root = tree({
      'proc/self/cgroup': '0::/pods/pod1/c1\n',
      'proc/self/mountinfo': v2Mount,
      ...v2Group('pods/pod1/c1', '400', 100),
      ...v2Group('pods/pod1', '500', 450),
      ...v2Group('pods', 'max', 900),
    })
    expect(source(root).read(0)).toEqual({
      version: 'v2',
      path: '/pods/pod1',
      usedBytes: 450,
      limitBytes: 500,
    })
  })

  test('uses the mount itself where the path is not under it', () => {
    const root = tree({
      'proc/self/cgroup': '0::/docker/abc\n',
      'proc/self/mountinfo': v2Mount,
      ...v2Group('', '500', 200),
    })
    expect(source(root).read(0)).toMatchObject({ path: '/', usedBytes: 200 })
  })

  test('finds the usual mount where the table of mounts cannot be read', () => {
    const root = tree({ 'proc/self/cgroup': '0::/a\n', ...v2Group('a', '500', 200) })
    expect(source(root).read(0)).toMatchObject({ path: '/a', usedBytes: 200 })
  })

  test('sees usage and limit change', () => {
    const root = tree({ 'proc/self/cgroup': '0::/\n', ...v2Group('', '500', 1_000) })
    const container = source(root)
    expect(container.read(0)).toMatchObject({ usedBytes: 1_000, limitBytes: 500 })
    write(root, v2Group('', '600', 7))
    expect(container.read(1)).toMatchObject({ usedBytes: 7, limitBytes: 600 })
  })
})

describe('cgroup v1', () => {
  test('counts descendants, in a tree of ancestors', () => {
    const stat = 'inactive_file 1\ntotal_cache 70\ntotal_inactive_file 60\n'
    const root = tree({
      'proc/self/cgroup': '4:memory:/docker/abc\n1:cpu:/\n',
      'proc/self/mountinfo': v1Mount,
      ...v1Group('docker/abc', '500', 200, stat),
      ...v1Group('', '9223372036854771712', 900),
    })
    expect(source(root).read(0)).toEqual({
      version: 'v1',
      path: '/docker/abc',
      usedBytes: 140,
      limitBytes: 500,
    })
  })

  test('is the one in force on a hybrid host', () => {
    const root = tree({
      'proc/self/cgroup': '4:memory:/app\n0::/\n',
      'proc/self/mountinfo': `${v1Mount}\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`,
      ...v1Group('app', '500', 200),
      'sys/fs/cgroup/unified/memory.max': '300\n',
    })
    expect(source(root).read(0)).toMatchObject({ version: 'v1', limitBytes: 500 })
  })

  test('strips the root of the mount in a container without a namespace of its own', () => {
    const root = tree({
      'proc/self/cgroup': '4:memory:/docker/abc/inner\n',
      'proc/self/mountinfo': v1Mount.replace(' / ', ' /docker/abc '),
      ...v1Group('inner', '500', 200),
    })
    expect(source(root).read(0)).toMatchObject({ path: '/inner', limitBytes: 500 })
  })
})

describe('no limit', () => {
  test.each([
    ['max', 'max'],
    ['what v1 writes for none', '9223372036854771712'],
    ['2^64', '18446744073709551615'],
    ['more than the machine has', '1000001'],
    ['as much as the machine has', '1000000'],
    ['zero', '0'],
    ['garbage', 'lots'],
    ['a number with garbage', '500x'],
    ['nothing', ''],
  ])('is %s', (_, max) => {
    const root = tree({ 'proc/self/cgroup': '0::/\n', ...v2Group('', max, 200) })
    expect(source(root).read(0)).toBeUndefined()
  })

  test('is a machine without control groups', () => {
    expect(source(tree({})).read(0)).toBeUndefined()
  })

  test('is a group with a file missing or without the field', () => {
    const group = v2Group('', '500', 200)
    for (const path of Object.keys(group)) {
      const { [path]: _, ...rest } = group
      expect(source(tree({ 'proc/self/cgroup': '0::/\n', ...rest })).read(0)).toBeUndefined()
    }
    const root = tree({ 'proc/self/cgroup': '0::/\n', ...v2Group('', '500', 200, 'anon 7\n') })
    expect(source(root).read(0)).toBeUndefined()
  })

  test('is garbage in every file, and never an error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 5, maxLength: 5 }),
        ([cgroup, mounts, max, current, stat]) => {
          const empty = new Uint8Array()
          const root = tree({
            'proc/self/cgroup': new TextEncoder().encode(`0::/\n${cgroup}`),
            'proc/self/mountinfo': mounts ?? empty,
            'sys/fs/cgroup/memory.max': max ?? empty,
            'sys/fs/cgroup/memory.current': current ?? empty,
            'sys/fs/cgroup/memory.stat': stat ?? empty,
          })
          expect(source(root).read(0)).toBeUndefined()
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('a group that went away', () => {
  const group = v2Group('a', '500', 200)
  const files = { 'proc/self/cgroup': '0::/a\n', ...group }

  test('is a failure until the groups are looked up again', () => {
    const root = tree(files)
    const container = source(root)
    expect(container.read(0)?.usedBytes).toBe(200)
    write(root, { ...group, 'sys/fs/cgroup/a/memory.current': '' })
    expect(() => container.read(29_999)).toThrow('memory limit')
    expect(container.read(30_000)).toBeUndefined()
  })

  test('is one whose file lost the field, though it was read there before', () => {
    const root = tree({ ...files, ...v2Group('a', '500', 200, 'anon 1234\ninactive_file 50\n') })
    const container = source(root)
    expect(container.read(0)?.usedBytes).toBe(150)
    write(root, { 'sys/fs/cgroup/a/memory.stat': 'anon 1234\n' })
    expect(() => container.read(1)).toThrow('memory limit')
  })

  test('is looked up again where the process is now', () => {
    const root = tree(files)
    const container = source(root)
    container.read(0)
    write(root, { 'proc/self/cgroup': '0::/b\n', ...v2Group('b', '300', 100) })
    expect(container.read(1)).toMatchObject({ path: '/a' })
    expect(container.read(30_000)).toMatchObject({ path: '/b', limitBytes: 300 })
  })
})

test.runIf(existsSync('/proc/self/fd'))(
  'close gives every file back, and a later reading opens them again',
  () => {
    const root = tree({
      'proc/self/cgroup': '0::/a/b\n',
      ...v2Group('a/b', '500', 2),
      ...v2Group('a', 'max', 1),
      'sys/fs/cgroup/memory.max': '500\n',
    })
    const open = (): number => readdirSync('/proc/self/fd').length
    const before = open()
    const container = new ContainerSource(root, host)
    for (const now of [0, 40_000, 80_000]) container.read(now)
    // Three of each complete group; of one that is not, none.
    expect(open()).toBe(before + 6)
    container.close()
    expect(open()).toBe(before)
    expect(container.read(80_001)).toMatchObject({ usedBytes: 2 })
    container.close()
  },
)
