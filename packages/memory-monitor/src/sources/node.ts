import { totalmem } from 'node:os'
import { type Clock, systemClock } from '@cultus/core'
import { busyShareMeter } from './busy-share.ts'
import { ContainerSource } from './container.ts'
import { GcSource } from './gc.ts'
import { HostSource } from './host.ts'
import { constrainedBytes, readProcess, toldConstraint } from './process.ts'
import type { MemorySources } from './sources.ts'
import { oldGenerationBytes } from './v8-heap.ts'

/** The sources of the running Node.js process; `root` is the root of the file system. */
export function nodeSources(root: string, clock: Clock = systemClock): MemorySources {
  const hostBytes = totalmem()
  const constrained = constrainedBytes(toldConstraint(), hostBytes)
  const container = new ContainerSource(root, hostBytes)
  const host = new HostSource(root)
  const gc = new GcSource()
  return {
    hostBytes,
    ...(constrained !== undefined && { constrainedBytes: constrained }),
    heap: oldGenerationBytes,
    process: readProcess,
    container: (now) => container.read(now),
    host: (now) => host.read(now),
    stalls: (now) => container.stalls(now) ?? host.stalls(now),
    busyShare: busyShareMeter(),
    start(onMajor, onEvent) {
      gc.start(onMajor)
      if (onEvent !== undefined) container.watch(onEvent, () => clock.now())
    },
    collect: () => gc.collect(),
    close() {
      gc.stop()
      container.close()
      host.close()
    },
  }
}
