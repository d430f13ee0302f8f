import { mebibytes, type Signal } from './signal.ts'
import type { ContainerReading } from './sources/container.ts'
import type { ProcessReading } from './sources/process.ts'

/** What the container says: a fact, since the kernel ends the process by these very numbers. */
export function containerSignal({ usedBytes, limitBytes }: ContainerReading): Signal {
  const ratio = usedBytes / limitBytes
  return {
    name: 'container',
    ratio,
    lower: ratio,
    upper: ratio,
    confidence: 'confirmed',
    reason: `the container uses ${mebibytes(usedBytes)} of the ${mebibytes(limitBytes)} it may`,
  }
}

/**
 * What resident memory says where no container has a limit.
 *
 * It is a high-water mark: allocators keep what was freed. So it has no least value, and what has none
 * raises the level to `warning` and no further.
 */
export function processSignal({ rssBytes }: ProcessReading, hostBytes: number): Signal {
  const ratio = rssBytes / hostBytes
  return {
    name: 'process',
    ratio,
    lower: 0,
    upper: ratio,
    confidence: 'estimated',
    reason: `the process holds ${mebibytes(rssBytes)} of the ${mebibytes(hostBytes)} of this machine`,
  }
}
