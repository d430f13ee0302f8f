import type { Session } from 'node:inspector/promises'

/**
 * Samples who allocates what stays, through an inspector session of its own inside this thread: no
 * port is opened and no debugger is seen. Needs a Node.js with an inspector.
 */
export class HeapProfiler {
  readonly #intervalBytes: number
  #session: Session | undefined
  /** Tells a start that is under way whether it is still wanted. */
  #wanted = 0

  constructor(intervalBytes: number) {
    this.#intervalBytes = intervalBytes
  }

  get sampling(): boolean {
    return this.#session !== undefined
  }

  /**
   * Begins to sample; does nothing where that was begun.
   *
   * @throws the error of the inspector, where there is none or it refuses.
   */
  async start(): Promise<void> {
    if (this.sampling) return
    const wanted = ++this.#wanted
    // Imported when asked for: other runtimes have none, and most processes need none.
    const { Session } = await import('node:inspector/promises')
    if (wanted !== this.#wanted || this.sampling) return
    const session = new Session()
    session.connect()
    this.#session = session
    try {
      await session.post('HeapProfiler.startSampling', { samplingInterval: this.#intervalBytes })
    } catch (error) {
      if (this.#session === session) this.stop()
      throw error
    }
  }

  /**
   * The profile so far as the text of a `.heapprofile`; sampling goes on. Collects garbage first.
   *
   * @throws Error where nothing is being sampled.
   */
  async profile(): Promise<string> {
    if (this.#session === undefined) throw new Error('no sampling is under way')
    const { profile } = await this.#session.post('HeapProfiler.getSamplingProfile')
    return JSON.stringify(profile)
  }

  /** Ends sampling and forgets what was sampled. */
  stop(): void {
    this.#wanted++
    // The end of the session ends what it began.
    this.#session?.disconnect()
    this.#session = undefined
  }
}
