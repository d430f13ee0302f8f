import { type Clock, isolate, type MemoryConsumer, numberOption } from '@cultus/core'

/** How consumers are made to release. */
export interface ReclaimOptions {
  /**
   * The longest a consumer may hold the event loop at a time, in milliseconds.
   *
   * @defaultValue 8
   */
  readonly slice?: number
  /**
   * How long the next consumer waits for the one before it, in milliseconds. What takes longer goes on
   * beside the others.
   *
   * @defaultValue 1000
   */
  readonly patience?: number
}

/** A consumer to release, by its label in the registry. */
export interface ReclaimTarget {
  readonly label: string
  readonly consumer: MemoryConsumer
}

/** What happens while consumers release. */
export interface ReclaimListener {
  onBegin(): void
  onAsked(label: string): void
  onReleased(label: string, bytes: number): void
  onEnd(): void
}

interface Run {
  readonly signal: { aborted: boolean }
  readonly queue: ReclaimTarget[]
  /** Ends the wait for the consumer at hand. */
  wake: (() => void) | undefined
}

/** Fills in the defaults. */
export function resolveReclaim(options: ReclaimOptions = {}): Required<ReclaimOptions> {
  const { slice = 8, patience = 1_000 } = options
  return {
    slice: numberOption('reclaim.slice', slice, 1, 1_000),
    patience: numberOption('reclaim.patience', patience, 1, 600_000),
  }
}

/** The targets by what they hold, most first; one that cannot tell is last. */
export function biggestFirst<T extends ReclaimTarget>(targets: readonly T[]): T[] {
  return targets
    .map((target) => {
      const place = `\`usage\` of consumer ${target.label}`
      const bytes = isolate(place, () => target.consumer.usage().bytes)
      return { target, bytes: typeof bytes === 'number' && bytes > 0 ? bytes : 0 }
    })
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ target }) => target)
}

/**
 * Makes consumers release, one after another.
 *
 * A consumer is never asked again while an earlier release of it is still at work, and one that throws or
 * hangs keeps nobody waiting longer than the patience.
 */
export class Reclaimer {
  readonly #clock: Clock
  readonly #options: Required<ReclaimOptions>
  readonly #listener: ReclaimListener
  readonly #atWork = new Set<MemoryConsumer>()
  readonly #again = new Map<MemoryConsumer, ReclaimTarget>()
  #run: Run | undefined

  constructor(clock: Clock, options: Required<ReclaimOptions>, listener: ReclaimListener) {
    this.#clock = clock
    this.#options = options
    this.#listener = listener
  }

  /** Releases the targets in this order, after ending what an earlier call began. */
  start(targets: readonly ReclaimTarget[]): void {
    this.#abort()
    const run: Run = { signal: { aborted: false }, queue: [...targets], wake: undefined }
    this.#run = run
    this.#listener.onBegin()
    void this.#work(run)
  }

  /** Releases one more after those that wait. */
  add(target: ReclaimTarget): void {
    if (this.#run === undefined) this.start([target])
    else this.#run.queue.push(target)
  }

  /** Ends what is going on, between two slices. */
  cancel(): void {
    if (this.#run === undefined && this.#again.size === 0) return
    this.#abort()
    this.#listener.onEnd()
  }

  /** No longer asks this one. */
  forget(consumer: MemoryConsumer): void {
    this.#again.delete(consumer)
    const queue = this.#run?.queue
    const at = queue?.findIndex((target) => target.consumer === consumer) ?? -1
    if (at >= 0) queue?.splice(at, 1)
  }

  #abort(): void {
    this.#again.clear()
    const run = this.#run
    this.#run = undefined
    if (run === undefined) return
    run.signal.aborted = true
    run.wake?.()
  }

  async #work(run: Run): Promise<void> {
    for (let target = run.queue.shift(); target !== undefined; target = run.queue.shift()) {
      if (this.#atWork.has(target.consumer)) this.#again.set(target.consumer, target)
      else await this.#wait(run, this.#release(run, target))
      if (run.signal.aborted) return
    }
    this.#run = undefined
    this.#listener.onEnd()
  }

  /** Never rejects. */
  async #release(run: Run, target: ReclaimTarget): Promise<void> {
    const { label, consumer } = target
    this.#atWork.add(consumer)
    this.#listener.onAsked(label)
    const budget = { slice: this.#options.slice, signal: run.signal }
    const place = `\`release\` of consumer ${label}`
    let bytes: unknown
    try {
      bytes = (await isolate(place, () => consumer.release(budget)))?.bytes
    } catch {
      // `isolate` has reported it.
    }
    this.#atWork.delete(consumer)
    if (typeof bytes === 'number' && bytes > 0 && Number.isFinite(bytes))
      this.#listener.onReleased(label, bytes)
    const again = this.#again.get(consumer)
    if (again === undefined) return
    this.#again.delete(consumer)
    this.add(again)
  }

  async #wait(run: Run, work: Promise<void>): Promise<void> {
    if (run.signal.aborted) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel()
        run.wake = undefined
        resolve()
      }
      const cancel = this.#clock.setTimer(wake, this.#options.patience)
      run.wake = wake
      void work.then(wake)
    })
  }
}
