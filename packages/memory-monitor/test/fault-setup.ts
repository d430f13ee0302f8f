import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PressureBus, type PressureLevel } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { onTestFinished } from 'vitest'
import { MemoryMonitor } from '../src/index.ts'
import { nodeSources } from '../src/sources/node.ts'
import type { MemorySources } from '../src/sources/sources.ts'
import { type Files, tree, v1Group, v2Group, write } from './cgroup-tree.ts'

export const mib = 2 ** 20
const pressure = 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 total=0\n'
const shared: Files = {
  'proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\n',
  'proc/pressure/memory': pressure,
}

/** The files of a machine whose container has a limit of 100 MiB and uses so much of it. */
export const layouts: Readonly<Record<'v1' | 'v2', (usedMib: number) => Files>> = {
  v2: (usedMib) => ({
    ...shared,
    'proc/self/cgroup': '0::/app\n',
    'proc/self/mountinfo': '29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
    ...v2Group('app', String(100 * mib), usedMib * mib, 'anon 1\ninactive_file 0\n', {
      'memory.high': 'max\n',
      'memory.events': 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n',
      'memory.pressure': pressure,
    }),
  }),
  v1: (usedMib) => ({
    ...shared,
    'proc/self/cgroup': '4:memory:/app\n0::/\n',
    'proc/self/mountinfo': '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    ...v1Group('app', String(100 * mib), usedMib * mib, 'total_inactive_file 0\n', {
      'memory.failcnt': '0\n',
    }),
  }),
}

/** What can happen to a file. */
export const damages: Readonly<Record<string, (path: string) => void>> = {
  missing: (path) => rmSync(path, { recursive: true, force: true }),
  // Opens, and no read of it succeeds, not even for root: stands for a file without leave to read.
  unreadable: (path) => {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path)
  },
  'a pipe': (path) => {
    rmSync(path, { recursive: true, force: true })
    execFileSync('mkfifo', [path])
  },
  empty: (path) => put(path, ''),
  garbage: (path) => put(path, '\u0000\u00ff max 12x\n::\n'),
  'ten megabytes': (path) => put(path, tenMegabytes),
}

const tenMegabytes = Buffer.alloc(10_000_000, '0::/x\n')

function put(path: string, content: string | Uint8Array): void {
  rmSync(path, { recursive: true, force: true })
  write('/', { [path]: content })
}

/** A monitor of a fixture tree, with a heap and a process at the command of a test. */
export class FaultyMachine {
  readonly clock = new FakeClock(1_000)
  readonly bus = new PressureBus({ clock: this.clock })
  readonly root: string
  readonly monitor: MemoryMonitor
  heapBytes = 10
  rssBytes = 10
  /** Readers that throw. */
  readonly failing = new Set<'heap' | 'process' | 'container'>()
  readonly #layout: (usedMib: number) => Files

  constructor(version: 'v1' | 'v2', usedMib: number) {
    this.#layout = layouts[version]
    this.root = tree(this.#layout(usedMib))
    const real = nodeSources(this.root, this.clock)
    const guarded = <T>(name: 'heap' | 'process' | 'container', read: () => T): T => {
      if (this.failing.has(name)) throw new Error(`${name} failed`)
      return read()
    }
    const sources: MemorySources = {
      ...real,
      heap: () => guarded('heap', () => this.heapBytes),
      process: () =>
        guarded('process', () => ({
          rssBytes: this.rssBytes,
          externalBytes: 0,
          arrayBuffersBytes: 0,
        })),
      container: (now) => guarded('container', () => real.container(now)),
      collect: () => undefined,
    }
    const { bus, clock } = this
    this.monitor = new MemoryMonitor({ deathPoint: 100, bus, clock, sources })
    onTestFinished(() => this.monitor.stop())
  }

  get level(): PressureLevel {
    return this.monitor.snapshot().level
  }

  damage(path: string, how: string): void {
    damages[how]?.(join(this.root, path))
  }

  /** Lets the groups be looked up, and half a minute pass. */
  lookUp(): void {
    this.clock.jump(120_000)
    this.clock.advance(30_000)
  }

  /** Puts every file back, and the container at so much of its 100 MiB. */
  restore(usedMib: number): void {
    const files = this.#layout(usedMib)
    for (const path of Object.keys(files))
      rmSync(join(this.root, path), { recursive: true, force: true })
    write(this.root, files)
  }
}
