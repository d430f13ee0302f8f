import type { RunHeader } from '../src/caches/run-header.ts'

/** The header of a run on a machine that is not there. */
export const runHeader: RunHeader = {
  processor: 'x',
  cores: 2,
  gibibytes: 4,
  platform: 'any',
  seed: 7,
  versions: { 'lru-cache': '11.0.0' },
}
