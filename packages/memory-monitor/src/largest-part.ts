import { mebibytes } from './signal.ts'
import type { ProcessReading } from './sources/process.ts'

/** What a container is filled with, as far as it is known. */
export interface ContainerContents {
  readonly process: ProcessReading
  /** Heap bytes in use, garbage included. */
  readonly heapBytes: number
}

/**
 * Names who holds the largest part of the memory that a container uses, as the end of a sentence.
 *
 * The parts are estimates: pages are shared, and a buffer that was never written
 * to is not resident.
 */
export function largestPart(usedBytes: number, { process, heapBytes }: ContainerContents): string {
  const { rssBytes, externalBytes, arrayBuffersBytes } = process
  const parts: readonly (readonly [bytes: number, holder: string])[] = [
    [heapBytes, 'the heap'],
    [arrayBuffersBytes, 'buffers outside the heap'],
    [externalBytes - arrayBuffersBytes, 'native objects outside the heap'],
    [
      rssBytes - heapBytes - externalBytes,
      'native code, threads and what allocators keep of this process',
    ],
    [usedBytes - rssBytes, 'other processes'],
  ]
  let [bytes, holder] = [0, '']
  for (const part of parts) if (part[0] > bytes) [bytes, holder] = part
  return bytes > 0 ? `; the largest part of it, ${mebibytes(bytes)}, is in ${holder}` : ''
}
