import { playHeapLoad } from './heap-load.ts'
import { type LoadOptions, resolveLoad } from './options.ts'
import { playBuffers, playPageCache } from './outside-load.ts'
import { tell } from './tell.ts'

/**
 * Plays a load in this process. One that does not die ends the process with code 0 after its `duration`, counted
 * from here; `fill-and-clear` clears once `isAnswered` says so.
 */
export function playLoad(options: LoadOptions, isAnswered: () => boolean = () => true): void {
  const load = resolveLoad(options)
  if (load.kind === 'buffers') playBuffers(load)
  else if (load.kind === 'page-cache') playPageCache(load)
  else playHeapLoad(load, isAnswered)
  setTimeout(() => {
    tell('phase', { phase: 'end' })
    process.exit(0)
  }, load.duration)
}
