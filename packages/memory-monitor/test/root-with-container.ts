import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** The root of a file system on which this process is in the group `/app`, which uses so much of its limit. */
export function rootWithContainer(usedBytes: number, limitBytes: number): string {
  const root = mkdtempSync(join(tmpdir(), 'cultus-root-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const group = join(root, 'sys/fs/cgroup/app')
  mkdirSync(group, { recursive: true })
  mkdirSync(join(root, 'proc/self'), { recursive: true })
  writeFileSync(join(root, 'proc/self/cgroup'), '0::/app\n')
  writeFileSync(join(group, 'memory.max'), `${limitBytes}\n`)
  writeFileSync(join(group, 'memory.current'), `${usedBytes}\n`)
  writeFileSync(join(group, 'memory.stat'), 'anon 1\ninactive_file 0\nslab_reclaimable 0\n')
  return root
}
