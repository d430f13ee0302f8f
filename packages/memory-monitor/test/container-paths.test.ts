import { describe, expect, onTestFinished, test } from 'vitest'
import { ContainerSource } from '../src/sources/container.ts'
import { type Files, tree, v1Group, v1Unlimited, v2Group } from './cgroup-tree.ts'

const host = 1_000_000
const pod = '5d6a3f0e-0b1c-4c0d-9b5e-2f7a1e6c8d90'
const id = 'c0ffee'.repeat(10)
const systemdPod = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod.replaceAll('-', '_')}.slice`
const otherControllers = '12:cpu,cpuacct:/x\n11:cpuset:/\n1:name=systemd:/init.scope\n'

const v1Mounts = (root: string, mountPoint = '/sys/fs/cgroup/memory'): string =>
  `34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n` +
  `35 31 0:32 ${root} ${mountPoint} ro,nosuid master:17 - cgroup cgroup rw,memory\n`
const v2Mounts = (root: string): string =>
  `29 23 0:26 ${root} /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n`

/** A machine, and the group that is nearest to its limit there. */
interface Machine {
  readonly name: string
  readonly cgroup: string
  readonly mountinfo?: string
  readonly files: Files
  readonly found: { version: 'v1' | 'v2'; path: string; usedBytes: number; limitBytes: number }
}

const machines: readonly Machine[] = [
  {
    name: 'a service of systemd, v2',
    cgroup: '0::/system.slice/foo.service\n',
    mountinfo: v2Mounts('/'),
    files: {
      ...v2Group('system.slice/foo.service', '500', 300),
      ...v2Group('system.slice', 'max', 900),
    },
    found: { version: 'v2', path: '/system.slice/foo.service', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'a service of a user, under a slice with less room',
    cgroup: '0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service\n',
    mountinfo: v2Mounts('/'),
    files: {
      ...v2Group('user.slice/user-1000.slice/user@1000.service/app.slice/foo.service', '900', 300),
      ...v2Group('user.slice/user-1000.slice', '400', 350),
    },
    found: { version: 'v2', path: '/user.slice/user-1000.slice', usedBytes: 350, limitBytes: 400 },
  },
  {
    name: 'a service of systemd, v1',
    cgroup: `${otherControllers}4:memory:/system.slice/foo.service\n`,
    mountinfo: v1Mounts('/'),
    files: {
      ...v1Group('system.slice/foo.service', '500', 300),
      ...v1Group('system.slice', v1Unlimited, 900),
      ...v1Group('', v1Unlimited, 950),
    },
    found: { version: 'v1', path: '/system.slice/foo.service', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'Docker with a namespace, v2',
    cgroup: '0::/\n',
    mountinfo: v2Mounts('/'),
    files: v2Group('', '500', 300),
    found: { version: 'v2', path: '/', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'Docker without a namespace, v2',
    cgroup: `0::/system.slice/docker-${id}.scope\n`,
    mountinfo: v2Mounts(`/system.slice/docker-${id}.scope`),
    files: v2Group('', '500', 300),
    found: { version: 'v2', path: '/', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'Docker without a namespace, v1',
    cgroup: `${otherControllers}4:memory:/docker/${id}\n`,
    mountinfo: v1Mounts(`/docker/${id}`),
    files: v1Group('', '500', 300),
    found: { version: 'v1', path: '/', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'Kubernetes, burstable, cgroupfs driver, v1 without a namespace, seen from the host',
    cgroup: `4:memory:/kubepods/burstable/pod${pod}/${id}\n`,
    mountinfo: v1Mounts('/'),
    files: {
      ...v1Group(`kubepods/burstable/pod${pod}/${id}`, '500', 200),
      ...v1Group(`kubepods/burstable/pod${pod}`, '600', 550),
      ...v1Group('kubepods/burstable', v1Unlimited, 700),
      ...v1Group('kubepods', '800000', 900),
    },
    found: {
      version: 'v1',
      path: `/kubepods/burstable/pod${pod}`,
      usedBytes: 550,
      limitBytes: 600,
    },
  },
  {
    name: 'Kubernetes, guaranteed, cgroupfs driver, v1 in the container',
    cgroup: `${otherControllers}4:memory:/kubepods/pod${pod}/${id}\n`,
    mountinfo: v1Mounts(`/kubepods/pod${pod}/${id}`),
    files: v1Group('', '500', 300),
    found: { version: 'v1', path: '/', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'Kubernetes, burstable, systemd driver, v2 without a namespace',
    cgroup: `0::/${systemdPod}/cri-containerd-${id}.scope\n`,
    mountinfo: v2Mounts('/'),
    files: {
      ...v2Group(`${systemdPod}/cri-containerd-${id}.scope`, '500', 300),
      ...v2Group(systemdPod, '900', 310),
      ...v2Group('kubepods.slice/kubepods-burstable.slice', 'max', 700),
      ...v2Group('kubepods.slice', '900000', 800),
    },
    found: {
      version: 'v2',
      path: `/${systemdPod}/cri-containerd-${id}.scope`,
      usedBytes: 300,
      limitBytes: 500,
    },
  },
  {
    name: 'Kubernetes, systemd driver, v2 with a namespace',
    cgroup: '0::/\n',
    mountinfo: v2Mounts('/'),
    files: v2Group('', '500', 300),
    found: { version: 'v2', path: '/', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'Kubernetes, a neighbour of the group whose namespace this is',
    cgroup: `0::/../cri-containerd-${id}.scope\n`,
    mountinfo: v2Mounts('/'),
    files: v2Group('', '500', 300),
    found: { version: 'v2', path: '/', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'a hybrid machine, where v1 has the memory controller',
    cgroup: `9:name=systemd:/\n4:memory:/process_api/${id}\n0::/\n`,
    mountinfo: `${v1Mounts('/')}41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
    files: {
      ...v1Group(`process_api/${id}`, '500', 300),
      'sys/fs/cgroup/unified/memory.max': '10\n',
    },
    found: { version: 'v1', path: `/process_api/${id}`, usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'a hybrid machine, where v2 has the memory controller',
    cgroup: '3:pids:/\n1:name=systemd:/app\n0::/app\n',
    mountinfo:
      '34 31 0:31 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n' +
      '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n',
    files: {
      'sys/fs/cgroup/unified/app/memory.max': '500\n',
      'sys/fs/cgroup/unified/app/memory.current': '300\n',
      'sys/fs/cgroup/unified/app/memory.stat': 'inactive_file 0\n',
    },
    found: { version: 'v2', path: '/app', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'the hierarchy mounted twice, the second time with the group in it',
    cgroup: '4:memory:/docker/inner\n',
    mountinfo: `${v1Mounts('/other', '/mnt/other')}${v1Mounts('/docker')}`,
    files: v1Group('inner', '500', 300),
    found: { version: 'v1', path: '/inner', usedBytes: 300, limitBytes: 500 },
  },
  {
    name: 'files with carriage returns',
    cgroup: '0::/app\r\n',
    mountinfo: v2Mounts('/').replace('\n', '\r\n'),
    files: {
      'sys/fs/cgroup/app/memory.max': '500\r\n',
      'sys/fs/cgroup/app/memory.current': '300\r\n',
      'sys/fs/cgroup/app/memory.stat': 'anon 1\r\ninactive_file 50\r\n',
    },
    found: { version: 'v2', path: '/app', usedBytes: 250, limitBytes: 500 },
  },
  {
    name: 'four thousand mounts before the one',
    cgroup: '0::/app\n',
    mountinfo: `${'30 23 0:26 / /var/lib/x rw - overlay overlay rw\n'.repeat(4_000)}${v2Mounts('/')}`,
    files: v2Group('app', '500', 300),
    found: { version: 'v2', path: '/app', usedBytes: 300, limitBytes: 500 },
  },
]

function read(files: Files): ReturnType<ContainerSource['read']> {
  const container = new ContainerSource(tree(files), host)
  onTestFinished(() => container.close())
  return container.read(0)
}

describe('the group that is read', () => {
  test.each(machines)('on $name', ({ cgroup, mountinfo = '', files, found }) => {
    const given = { 'proc/self/cgroup': cgroup, 'proc/self/mountinfo': mountinfo, ...files }
    expect(read(given)).toEqual(found)
  })

  test('has as many ancestors as it likes, of which the nearest 32 count', () => {
    const path = Array.from({ length: 40 }, (_, depth) => `d${depth}`)
    const at = (depth: number): string => path.slice(0, depth).join('/')
    const cgroup = { 'proc/self/cgroup': `0::/${path.join('/')}\n` }
    expect(read({ ...cgroup, ...v2Group(at(9), '500', 300) })?.path).toBe(`/${at(9)}`)
    expect(read({ ...cgroup, ...v2Group(at(8), '500', 300) })).toBeUndefined()
  })
})
