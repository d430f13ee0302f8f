import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ContainerSource } from '../../src/sources/container.ts'

const [group = '', limited = '', scratch = ''] = process.argv.slice(2)
const mib = 2 ** 20

/** What the kernel says of the group that is expected to be followed, by the simplest means there are. */
function kernel(): { usage: number; used: number } {
  const read = (name: string): string => readFileSync(join(limited, name), 'utf8')
  const v1 = limited.startsWith('/sys/fs/cgroup/memory/')
  const usage = Number(read(v1 ? 'memory.usage_in_bytes' : 'memory.current'))
  const fields = new Map(
    read('memory.stat')
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', value]) => [name, Number(value)]),
  )
  const reclaimable = v1
    ? fields.get('total_inactive_file')
    : (fields.get('inactive_file') ?? 0) + (fields.get('slab_reclaimable') ?? 0)
  return { usage, used: usage - (reclaimable ?? 0) }
}

function flood(): void {
  const file = openSync(scratch, 'w')
  const block = Buffer.alloc(4 * mib, 1)
  for (let written = 0; written < 160 * mib; written += block.length) {
    writeSync(file, block)
    // What is not written out yet cannot be taken back, and would stop the program here.
    fsyncSync(file)
  }
  closeSync(file)
}

const source = new ContainerSource('/', 2 ** 50)
writeFileSync(join(group, 'cgroup.procs'), String(process.pid))
const held = Buffer.alloc(48 * mib, 1)
source.read(0)
flood()
const before = kernel()
const reading = source.read(1)
const after = kernel()
writeSync(1, JSON.stringify({ before, reading, after, held: held.length }))
source.close()
