import { type CallerSignal, type HostSignal, newAborter } from './abort-signal.ts'
import type { LeavePlace } from './load-queue.ts'

/** One load, and the callers who wait for it. */
export class Flight<K, V, L> {
  readonly key: K
  readonly landing: L
  /** What those who wait are given. */
  readonly promise: Promise<V>
  /** Whether what arrives may still be kept, and who asks for the key may join. */
  current = true
  /** Whether the loader was called. */
  begun = false
  /** Whether it goes on when nobody waits for it. */
  background: boolean
  leaveQueue: LeavePlace = () => {}
  readonly #aborter = newAborter()
  readonly #whenUnwanted: (flight: this, reason: unknown) => void
  #resolve: (value: V) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #waiting = 0
  #answered = false

  /** `whenUnwanted` is called, at most once, when the last who waits gives up and it is not in the background. */
  constructor(
    key: K,
    landing: L,
    background: boolean,
    whenUnwanted: (flight: Flight<K, V, L>, reason: unknown) => void,
  ) {
    this.key = key
    this.landing = landing
    this.background = background
    this.#whenUnwanted = whenUnwanted
    this.promise = new Promise<V>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Nobody may be there to hear of it. Each caller has a promise of its own that tells of it.
    this.promise.catch(() => {})
  }

  get signal(): HostSignal {
    return this.#aborter.signal
  }

  /** Whether it was ended from here, so that it cannot be said to have failed. */
  get aborted(): boolean {
    return this.#aborter.signal.aborted
  }

  /** Whether there is still somebody for whom it is done. */
  get wanted(): boolean {
    return this.#waiting > 0 || this.background
  }

  /** Whether callers wait for it. */
  get awaited(): boolean {
    return this.#waiting > 0
  }

  /** Waits for it; a caller that aborts is rejected at once with the reason of its signal. */
  wait(signal?: CallerSignal): Promise<V> {
    this.#waiting += 1
    if (signal === undefined) return this.promise.then()
    return new Promise<V>((resolve, reject) => {
      const giveUp = (): void => {
        signal.removeEventListener('abort', giveUp)
        reject(signal.reason)
        this.#waiting -= 1
        if (!this.wanted && !this.#answered) this.#whenUnwanted(this, signal.reason)
      }
      signal.addEventListener('abort', giveUp)
      const end = (): void => signal.removeEventListener('abort', giveUp)
      this.promise.then(
        (value) => {
          end()
          resolve(value)
        },
        (error: unknown) => {
          end()
          reject(error)
        },
      )
    })
  }

  /** Gives those who wait a value; what comes after is not heard. */
  answer(value: V): void {
    this.#answered = true
    this.#resolve(value)
  }

  /** Gives those who wait an error; what comes after is not heard. */
  refuse(error: unknown): void {
    this.#answered = true
    this.#reject(error)
  }

  abort(reason: unknown): void {
    this.#aborter.abort(reason)
  }
}
