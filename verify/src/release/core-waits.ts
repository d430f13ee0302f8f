import { closeSync, openSync, readSync } from 'node:fs'

/** Tells how long the main thread has waited for a core so far. */
export interface CoreWaits {
  /** Milliseconds. */
  read(): number
  close(): void
}

/** What Linux tells of that in `/proc/self/schedstat`; `undefined` elsewhere. */
export function coreWaits(): CoreWaits | undefined {
  try {
    const file = openSync('/proc/self/schedstat', 'r')
    const buffer = Buffer.alloc(100)
    const read = (): number => {
      const length = readSync(file, buffer, 0, buffer.length, 0)
      // Running, waiting, in nanoseconds; then how often it ran.
      return Number(buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6
    }
    if (!Number.isFinite(read())) throw new Error('no second number')
    return { read, close: () => closeSync(file) }
  } catch {
    return undefined
  }
}
