/** Where Cultus takes the time from; inject a fake one in tests. */
export interface Clock {
  /** Milliseconds on a scale that never jumps with the wall clock; only differences have a meaning. */
  now(): number
  /** Wall-clock time in milliseconds since 1970, for timestamps that people read. */
  date(): number
  /**
   * Calls `callback` once, `delay` milliseconds from now, and returns a function that cancels it.
   * The timer never keeps the process alive.
   */
  setTimer(callback: () => void, delay: number): () => void
}
