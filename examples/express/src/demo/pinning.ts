import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const canPin = availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** Who gets which core: the service one of its own, the load and the database share another. */
const coreOf = { service: 0, load: 1, database: 1 } as const

/** The command that runs another on the core of its role, where cores can be chosen. */
export function pinned(
  role: keyof typeof coreOf,
  command: string,
  args: string[],
): [string, string[]] {
  if (!canPin) return [command, args]
  return ['taskset', ['-c', String(coreOf[role]), command, ...args]]
}

/** One sentence on what was done. */
export const pinning: string = canPin
  ? 'service on core 0, load and database on core 1'
  : 'not pinned: no taskset or only one core'
