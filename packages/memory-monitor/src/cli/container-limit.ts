import { totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { ContainerSource } from '../sources/container.ts'

/**
 * The limit of the control group that is nearest to ending this process, in bytes;
 * `undefined` without one.
 */
export function containerLimit(): number | undefined {
  const source = new ContainerSource('/', totalmem())
  try {
    return source.read(performance.now())?.limitBytes
  } finally {
    source.close()
  }
}
