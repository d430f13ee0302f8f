import { getHeapSpaceStatistics } from 'node:v8'

/** The young generation, which has room of its own, and what is part of the binary. */
const outsideOldGeneration: ReadonlySet<string> = new Set([
  'new_space',
  'new_large_object_space',
  'read_only_space',
])

/** Bytes of the old generation in use now, garbage included: what V8 holds against its cap. */
export function oldGenerationBytes(): number {
  let bytes = 0
  for (const space of getHeapSpaceStatistics()) {
    if (!outsideOldGeneration.has(space.space_name)) bytes += space.space_used_size
  }
  return bytes
}
