import { writeFileSync } from 'node:fs'
import { zipfIndexes } from '../zipf.ts'

/** The skew of the mixed load: that of many services, and the one that others publish. */
const skew = 0.99

/** Writes the requests of the mixed load into a file, four bytes each: Zipf over five times as many keys as fit. */
export function writeMixedRequests(
  path: string,
  entries: number,
  count: number,
  seed: number,
): void {
  writeFileSync(path, new Uint8Array(zipfIndexes(count, 5 * entries, skew, seed).buffer))
}
