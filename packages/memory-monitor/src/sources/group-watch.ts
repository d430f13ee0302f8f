import { type FSWatcher, watch } from 'node:fs'
import { isolate } from '@cultus/core'

/**
 * The least time between two calls, in milliseconds: at its limit a group has an event per reclaim.
 */
const holdOff = 250

/**
 * Hears when the kernel changes files, where it announces that.
 *
 * It prompts a look and nothing else, so one that is missed only makes the look come later. What
 * comes within 250 ms of the last call is dropped.
 */
export class GroupWatch {
  readonly #onEvent: () => void
  readonly #now: () => number
  readonly #watchers = new Map<string, FSWatcher>()
  #calledAt: number | undefined

  /** `now` is in milliseconds. */
  constructor(onEvent: () => void, now: () => number) {
    this.#onEvent = onEvent
    this.#now = now
  }

  /**
   * Watches these files and no others; those that cannot be watched are left to the regular looks.
   */
  follow(paths: ReadonlySet<string>): void {
    for (const path of this.#watchers.keys()) if (!paths.has(path)) this.#drop(path)
    for (const path of paths) if (!this.#watchers.has(path)) this.#add(path)
  }

  close(): void {
    for (const path of this.#watchers.keys()) this.#drop(path)
  }

  #add(path: string): void {
    try {
      const watcher = watch(path, { persistent: false })
      this.#watchers.set(path, watcher)
      watcher.on('change', (kind) => {
        // The file went away: whatever takes its place is another one, to be watched anew.
        if (kind === 'rename') this.#drop(path)
        else this.#hear()
      })
      watcher.on('error', () => this.#drop(path))
    } catch {
      // No watch left on this machine, or none for such files.
    }
  }

  #drop(path: string): void {
    this.#watchers.get(path)?.close()
    this.#watchers.delete(path)
  }

  #hear(): void {
    const now = this.#now()
    const since = this.#calledAt
    if (since !== undefined && now >= since && now - since < holdOff) return
    this.#calledAt = now
    isolate('the container watch', this.#onEvent)
  }
}
