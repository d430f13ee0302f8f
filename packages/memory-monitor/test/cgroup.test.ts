import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ancestry, parseMembership, parseMount } from '../src/sources/cgroup.ts'

describe('the group of a process', () => {
  test.each([
    ['v2', '0::/kubepods/pod1/c1\n', { version: 'v2', path: '/kubepods/pod1/c1' }],
    ['v1', '5:cpu,cpuacct:/x\n4:memory:/docker/abc\n', { version: 'v1', path: '/docker/abc' }],
    [
      'hybrid, where the controller decides',
      '9:name=systemd:/\n4:memory:/app\n1:cpu:/\n0::/unified\n',
      { version: 'v1', path: '/app' },
    ],
    ['a name with a colon', '0::/a:b\n', { version: 'v2', path: '/a:b' }],
  ])('is read from %s', (_, text, membership) => {
    expect(parseMembership(text)).toEqual(membership)
  })

  test.each(['', 'x', '0::', '4:memory', '3:memoryx:/a'])('is none in %j', (text) => {
    expect(parseMembership(text)).toBeUndefined()
  })
})

describe('the mount of a hierarchy', () => {
  const mounts = [
    '30 23 0:27 / /sys rw,relatime - sysfs sysfs rw',
    '34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
    '35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime shared:9 master:2 - cgroup cgroup rw,memory',
    '41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw - cgroup2 cgroup2 rw',
  ].join('\n')

  test('is found by its type and controller, with its root', () => {
    expect(parseMount(mounts, 'v1')).toEqual({
      root: '/docker/abc',
      mountPoint: '/sys/fs/cgroup/memory',
    })
    expect(parseMount(mounts, 'v2')).toEqual({ root: '/', mountPoint: '/sys/fs/cgroup/uni fied' })
  })

  test('is none in anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMount(text, 'v1')).toBeUndefined()
        expect(parseMount(text, 'v2')).toBeUndefined()
      }),
    )
  })
})

describe('ancestry', () => {
  test.each([
    ['/', '/', ['']],
    ['/a/b', '/', ['a/b', 'a', '']],
    ['/docker/abc', '/docker/abc', ['']],
    ['/docker/abc/inner', '/docker/abc', ['inner', '']],
    // Outside what the mount shows, as without a namespace of its own.
    ['/docker/abcd', '/docker/abc', ['']],
    ['/../sibling', '/', ['']],
  ])('of %s under a mount of %s is %j', (path, root, directories) => {
    expect(ancestry(path, root)).toEqual(directories)
  })
})
