import { freemem, totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { ContainerSource } from '../sources/container.ts'
import type { SnapshotFacts } from './head-room.ts'

/**
 * Reads the memory there is now, and leaves no file open.
 *
 * @throws Error when a control group has a limit that cannot be read: then there is no telling.
 */
export function readSnapshotFacts(): SnapshotFacts {
  const source = new ContainerSource('/', totalmem())
  try {
    const container = source.read(performance.now())
    return {
      heapBytes: getHeapStatistics().used_heap_size,
      freeBytes: freemem(),
      ...(container && { container }),
    }
  } finally {
    source.close()
  }
}
