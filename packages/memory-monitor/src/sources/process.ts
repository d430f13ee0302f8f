/** Memory of the whole process, in bytes. */
export interface ProcessReading {
  /** Resident memory. It seldom shrinks: allocators keep what was freed. */
  readonly rssBytes: number
  /** Memory outside the heap that objects in it hold, array buffers included. */
  readonly externalBytes: number
  readonly arrayBuffersBytes: number
}

/** Reads the memory of this process. */
export function readProcess(): ProcessReading {
  const { rss, external, arrayBuffers } = process.memoryUsage()
  return { rssBytes: rss, externalBytes: external, arrayBuffersBytes: arrayBuffers }
}

/**
 * The bound that `process.constrainedMemory()` tells, or `undefined` when what it tells is none.
 *
 * That is so for 0 (not known), about 2^63 and 2^64 (no limit), and all else that is not less
 * than the machine has.
 */
export function constrainedBytes(told: unknown, hostBytes: number): number | undefined {
  return typeof told === 'number' && told >= 1 && told < hostBytes ? told : undefined
}

/** What `process.constrainedMemory()` tells; runtimes without it tell nothing. */
export function toldConstraint(): unknown {
  try {
    return process.constrainedMemory?.()
  } catch {
    return undefined
  }
}
