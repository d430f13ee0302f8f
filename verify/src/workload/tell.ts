import { writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

/**
 * Writes one JSON line with the time of this process. Synchronous, past every stream: what is still in a
 * buffer dies with the process, and the streams of a worker thread go through the main thread.
 */
export function tell(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
  const t = Math.round(performance.now() * 10) / 10
  let rest = Buffer.from(`${JSON.stringify({ type, t, ...fields })}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      // A full pipe is waited for; one that nobody reads ends the program.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(3)
    }
  }
}
