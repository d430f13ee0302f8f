import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atEnd } from './at-end.ts'

/** A memory control group of the kernel, made for one run. */
export interface MemoryGroup {
  readonly version: 'v1' | 'v2'
  /** A process joins by writing its id here. */
  readonly procs: string
  /** Bytes used now, page cache included. */
  usage(): number
  /** How often the kernel ended a process of it, where it tells. */
  kills(): number | undefined
  /** Gives the group back; what still runs in it makes that fail in silence. */
  remove(): void
}

let made = 0

/** Makes a real memory control group inside that of this process, or returns `undefined` where it may not. */
export function createMemoryGroup(limitBytes: number): MemoryGroup | undefined {
  const own = ownGroup()
  if (own === undefined) return undefined
  const { version, folder } = own
  const path = join(folder, `cultus-${process.pid}-${made++}`)
  const limit = version === 'v1' ? 'memory.limit_in_bytes' : 'memory.max'
  const usage = version === 'v1' ? 'memory.usage_in_bytes' : 'memory.current'
  const events = version === 'v1' ? 'memory.oom_control' : 'memory.events'
  try {
    if (made === 1) sweep(folder)
    mkdirSync(path)
  } catch {
    return undefined
  }
  const forget = atEnd(() => removeWhenEmpty(path))
  const remove = (): void => {
    removeGroup(path)
    if (!existsSync(path)) forget()
  }
  try {
    writeFileSync(join(path, limit), `${limitBytes}`)
  } catch {
    remove()
    return undefined
  }
  return {
    version,
    procs: join(path, 'cgroup.procs'),
    usage: () => Number(readFileSync(join(path, usage), 'utf8')),
    kills() {
      const line = /^oom_kill (\d+)$/m.exec(readFileSync(join(path, events), 'utf8'))
      return line === null ? undefined : Number(line[1])
    },
    remove,
  }
}

function removeGroup(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Gone already, or not empty yet.
  }
}

/** Removes a group whose process was killed and keeps it for a moment; blocks for it, as this process ends too. */
function removeWhenEmpty(path: string): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4))
  for (let attempt = 0; attempt < 50 && existsSync(path); attempt++) {
    removeGroup(path)
    if (existsSync(path)) Atomics.wait(nothing, 0, 0, 20)
  }
}

/** Removes the empty groups of commands that were interrupted. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = /^cultus-(\d+)-\d+$/.exec(name)?.[1]
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeGroup(join(folder, name))
  }
}

function ownGroup(): { readonly version: 'v1' | 'v2'; readonly folder: string } | undefined {
  try {
    const text = readFileSync('/proc/self/cgroup', 'utf8')
    const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(text)
    if (v1 !== null) return { version: 'v1', folder: join('/sys/fs/cgroup/memory', v1[1] ?? '/') }
    const v2 = /^0::(.*)$/m.exec(text)
    return v2 === null ? undefined : { version: 'v2', folder: join('/sys/fs/cgroup', v2[1] ?? '/') }
  } catch {
    return undefined
  }
}
