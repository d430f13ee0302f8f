import type { MemorySources } from './sources.ts'

/**
 * The sources of a worker thread: its own heap, and nothing that it shares with the rest
 * of its process. That is measured once, by the main thread, and arrives on the bus as
 * the source `process`.
 */
export function threadSources(sources: MemorySources): MemorySources {
  return {
    // Against this resident memory comes to nothing: no thread can relieve that of the others.
    hostBytes: Number.MAX_SAFE_INTEGER,
    heap: () => sources.heap(),
    process: () => sources.process(),
    container: () => undefined,
    busyShare: () => sources.busyShare?.() ?? 1,
    start: (onMajor) => sources.start(onMajor),
    collect: () => sources.collect(),
    close: () => sources.close(),
  }
}
