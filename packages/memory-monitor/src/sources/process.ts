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
