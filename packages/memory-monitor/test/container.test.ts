import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ContainerSource } from '../src/sources/container.ts'
import { tree, v1Group, v1Mount, v1Unlimited, v2Group, v2Mount, write } from './cgroup-tree.ts'

const host = 1_000_000

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

  test('follows at each reading whichever is nearest to its limit then', () => {
    const root = tree({
      'proc/self/cgroup': '0::/pod1/c1\n',
      ...v2Group('pod1/c1', '400', 300),
      ...v2Group('pod1', '500', 310),
    })
    const container = source(root)
    expect(container.read(0)).toMatchObject({ path: '/pod1/c1' })
    // A neighbour in the same pod fills it.
    write(root, v2Group('pod1', '500', 490))
    expect(container.read(1)).toMatchObject({ path: '/pod1', usedBytes: 490 })
  })

  test('follows the fullest of any number of groups, the outer of two equally full', () => {
    const group = fc.record({
      limit: fc.integer({ min: 1, max: 999_999 }),
      usage: fc.nat(1_000_000),
      cache: fc.nat(1_000_000),
    })
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), (groups) => {
        const names = groups.map((_, depth) =>
          'abcd'
            .slice(0, depth + 1)
            .split('')
            .join('/'),
        )
        const files = groups.map(({ limit, usage, cache }, depth) =>
          v2Group(names[depth] ?? '', String(limit), usage, `inactive_file ${cache}\n`),
        )
        const root = tree(Object.assign({ 'proc/self/cgroup': `0::/${names.at(-1)}\n` }, ...files))
        const used = groups.map(({ usage, cache }) => Math.max(0, usage - cache))
        const full = groups.map(({ limit }, depth) => (used[depth] ?? 0) / limit)
        const fullest = full.indexOf(Math.max(...full))
        expect(source(root).read(0)).toMatchObject({
          path: `/${names[fullest]}`,
          usedBytes: used[fullest],
          limitBytes: groups[fullest]?.limit,
        })
      }),
      { numRuns: 60 },
    )
  })

  test('believes no usage beyond what the machine has', () => {
    const root = tree({ 'proc/self/cgroup': '0::/\n', ...v2Group('', '500', 1_000_001) })
    expect(source(root).read(0)?.usedBytes).toBe(host)
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
      ...v1Group('', v1Unlimited, 900),
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
    ['what v1 writes for none', v1Unlimited],
    ['2^64', '18446744073709551615'],
    ['more than the machine has', '1000001'],
    ['as much as the machine has', '1000000'],
    ['zero', '0'],
    ['below zero', '-1'],
    ['a fraction', '500.5'],
    ['a number of a thousand digits', '5'.repeat(1_000)],
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
