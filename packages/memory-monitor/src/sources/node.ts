import { totalmem } from 'node:os'
import { ContainerSource } from './container.ts'
import { GcSource } from './gc.ts'
import { readProcess } from './process.ts'
import type { MemorySources } from './sources.ts'
import { oldGenerationBytes } from './v8-heap.ts'

/** The sources of the running Node.js process; `root` is the root of the file system. */
export function nodeSources(root: string): MemorySources {
  const hostBytes = totalmem()
  const container = new ContainerSource(root, hostBytes)
  const gc = new GcSource()
  return {
    hostBytes,
    heap: oldGenerationBytes,
    process: readProcess,
    container: (now) => container.read(now),
    start: (onMajor) => gc.start(onMajor),
    collect: () => gc.collect(),
    close() {
      gc.stop()
      container.close()
    },
  }
}
