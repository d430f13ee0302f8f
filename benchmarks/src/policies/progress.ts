/** Tells on a stream how much of a known amount of work is done, and how long the rest will take. */
export class Progress {
  readonly #total: number
  readonly #write: (text: string) => void
  readonly #now: () => number
  readonly #startedAt: number
  #done = 0
  #shownAt = Number.NEGATIVE_INFINITY
  #task = ''

  constructor(
    total: number,
    write: (text: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#total = total
    this.#write = write
    this.#now = now
    this.#startedAt = now()
  }

  /** Says what is being done now. */
  begin(task: string): void {
    this.#task = task
  }

  add(amount: number): void {
    this.#done = Math.min(this.#total, this.#done + amount)
    const now = this.#now()
    if (now - this.#shownAt < 500) return
    this.#shownAt = now
    const share = this.#done / this.#total
    const left = ((now - this.#startedAt) / this.#done) * (this.#total - this.#done)
    this.#write(
      `\r${`${Math.floor(100 * share)} %`.padStart(5)}  ${duration(left)} left  ${this.#task}\u001b[K`,
    )
  }

  end(): void {
    this.#write('\r\u001b[K')
  }
}

/** Milliseconds as people say them: `8 s`, `3 min 20 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
