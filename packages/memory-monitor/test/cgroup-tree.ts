import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Files of a machine by their path. */
export type Files = Readonly<Record<string, string | Uint8Array>>

export const v2Mount = '29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw'
export const v1Mount = '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'
/** What v1 writes for no limit. */
export const v1Unlimited = '9223372036854771712'

/** Writes a tree of files, which is removed after the test. */
export function tree(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'cultus-cgroup-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  write(root, files)
  return root
}

export function write(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/** The files of a v2 group, and more of it by name. */
export function v2Group(
  path: string,
  max: string,
  current: number,
  stat = 'anon 1\ninactive_file 0\n',
  more: Files = {},
): Record<string, string | Uint8Array> {
  const directory = join('sys/fs/cgroup', path)
  const files: Record<string, string | Uint8Array> = {
    [join(directory, 'memory.max')]: `${max}\n`,
    [join(directory, 'memory.current')]: `${current}\n`,
    [join(directory, 'memory.stat')]: stat,
  }
  for (const [name, content] of Object.entries(more)) files[join(directory, name)] = content
  return files
}

/** The files of a v1 group, and more of it by name. */
export function v1Group(
  path: string,
  limit: string,
  usage: number,
  stat = 'total_inactive_file 0\n',
  more: Files = {},
): Record<string, string | Uint8Array> {
  const directory = join('sys/fs/cgroup/memory', path)
  const files: Record<string, string | Uint8Array> = {
    [join(directory, 'memory.limit_in_bytes')]: `${limit}\n`,
    [join(directory, 'memory.usage_in_bytes')]: `${usage}\n`,
    [join(directory, 'memory.stat')]: stat,
  }
  for (const [name, content] of Object.entries(more)) files[join(directory, name)] = content
  return files
}

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}
