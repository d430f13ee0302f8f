import { type Clock, type ElevatedLevel, levelRank, type PressureLevel } from '@cultus/core'
import { HeapProfiler } from './heap-profiler.ts'

/** What the watch works with. */
export interface ProfileWatchOptions {
  readonly from: 'start' | ElevatedLevel
  readonly intervalBytes: number
  readonly duration: number
  /** The level at which evidence is collected. */
  readonly due: ElevatedLevel
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

/**
 * Has a profile ready when it is wanted: samples while the level asks for it, and keeps a profile
 * from every rise before the last.
 *
 * V8 collects garbage before it tells a profile. Near the death point one collection more can be
 * the one at which it gives up, so the profile is taken on the way there.
 */
export class ProfileWatch {
  readonly #options: ProfileWatchOptions
  readonly #profiler: HeapProfiler
  #running = false
  #collecting = false
  #level: PressureLevel = 'normal'
  #sampledSince: number | undefined
  #kept: string | undefined
  #cancelKeeping: (() => void) | undefined

  constructor(options: ProfileWatchOptions) {
    this.#options = options
    this.#profiler = new HeapProfiler(options.intervalBytes)
  }

  /** Begins to follow the level. */
  start(level: PressureLevel): void {
    this.#running = true
    this.follow(level)
  }

  /** Takes in the level. */
  follow(level: PressureLevel): void {
    const rose = levelRank(level) > levelRank(this.#level)
    const sampled = this.#sampledSince !== undefined
    this.#level = level
    this.#sampleAsWanted()
    if (level === 'normal') this.#forget()
    if (rose && sampled && levelRank(level) < levelRank(this.#options.due)) this.#keepSoon()
  }

  /** Ends sampling and forgets what was sampled. */
  stop(): void {
    this.#running = false
    this.#collecting = false
    this.#end()
  }

  /**
   * A profile as text, for a collection; samples for a while first where that was not done.
   *
   * @throws the error of the inspector, or the reason of `signal`.
   */
  async collect(signal: AbortSignal): Promise<string> {
    const { clock, duration } = this.#options
    if (levelRank(this.#level) >= levelRank('critical') && this.#kept !== undefined)
      return this.#kept
    this.#collecting = true
    try {
      this.#sampledSince ??= clock.now()
      await this.#profiler.start()
      const sampled = Math.max(0, clock.now() - this.#sampledSince)
      if (sampled < duration) await elapsed(clock, duration - sampled, signal)
      signal.throwIfAborted()
      return await this.#profiler.profile()
    } finally {
      this.#collecting = false
      // The level may have been left while the profile was made.
      this.#sampleAsWanted()
    }
  }

  get #wanted(): boolean {
    const { from } = this.#options
    if (!this.#running) return false
    return from === 'start' || levelRank(this.#level) >= levelRank(from)
  }

  #sampleAsWanted(): void {
    if (this.#wanted) {
      this.#sampledSince ??= this.#options.clock.now()
      this.#profiler.start().catch((error: unknown) => {
        this.#end()
        this.#options.onError(error)
      })
    } else if (!this.#collecting) this.#end()
  }

  /**
   * Keeps a profile shortly: a collection right after the one that proved the level
   * would count as strain.
   */
  #keepSoon(): void {
    const { clock, duration, onError } = this.#options
    this.#cancelKeeping?.()
    this.#cancelKeeping = clock.setTimer(() => {
      this.#cancelKeeping = undefined
      if (!this.#profiler.sampling) return
      this.#profiler.profile().then((profile) => {
        if (this.#profiler.sampling) this.#kept = profile
      }, onError)
    }, duration)
  }

  #forget(): void {
    this.#cancelKeeping?.()
    this.#cancelKeeping = undefined
    this.#kept = undefined
  }

  #end(): void {
    this.#forget()
    this.#profiler.stop()
    this.#sampledSince = undefined
  }
}

/** Resolves after so many milliseconds, or as soon as `signal` is aborted. */
function elapsed(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = clock.setTimer(resolve, milliseconds)
    const end = (): void => {
      cancel()
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}
