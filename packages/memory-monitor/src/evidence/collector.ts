import {
  Emitter,
  invalidArgument,
  levelRank,
  type PressureLevelEvent,
  warnOnce,
} from '@cultus/core'
import { Collection } from './collection.ts'
import type { EvidenceFile } from './evidence-file.ts'
import { armNearLimit } from './near-limit.ts'
import type { EvidenceCollectorOptions } from './options.ts'
import { ProfileWatch } from './profile-watch.ts'
import { type EvidenceOmission, Report } from './report.ts'
import { type ResolvedEvidenceOptions, resolveEvidenceOptions } from './resolve-options.ts'

/** Evidence was collected. */
export interface EvidenceEvent {
  readonly reason: string
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
  readonly files: readonly EvidenceFile[]
  /** What was refused or failed, and why. */
  readonly omitted: readonly EvidenceOmission[]
}

/** The payload of each event of a collector. */
export interface EvidenceEvents {
  /** A collection has ended, with or without files. */
  readonly collected: EvidenceEvent
  /** Something was refused or failed. */
  readonly omitted: EvidenceOmission
}

/**
 * Writes down what a person needs to find out why memory ran short, at the moment it does: a
 * report, a heap profile, a heap snapshot.
 *
 * It writes only into the directory it was given, and only what was asked for. The files hold what
 * the program held, secrets included. A collection that fails harms nobody: it is told by
 * `on('omitted')` and once as a process warning.
 *
 * @example
 * ```ts
 * import { EvidenceCollector } from '@cultus/memory-monitor'
 *
 * const evidence = new EvidenceCollector({ directory: '/var/tmp/evidence', profile: true }).start()
 * evidence.on('collected', ({ files }) => process.emitWarning(`evidence: ${files.length} files`))
 * ```
 */
export class EvidenceCollector {
  readonly #options: ResolvedEvidenceOptions
  readonly #profile: ProfileWatch | undefined
  readonly #listeners = new Emitter<EvidenceEvents>('the evidence collector', [
    'collected',
    'omitted',
  ])
  #running = false
  #leaveBus: (() => void) | undefined
  #collectedAt: number | undefined
  #collecting: Promise<readonly EvidenceFile[]> | undefined
  #abort: ((reason: string) => void) | undefined

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: EvidenceCollectorOptions) {
    this.#options = resolveEvidenceOptions(options)
    const { profile, level: due, clock } = this.#options
    const onError = (error: unknown): void => this.#omit('profile', error)
    this.#profile = profile && new ProfileWatch({ ...profile, due, clock, onError })
  }

  /** Whether the collector was started and not stopped since. */
  get running(): boolean {
    return this.#running
  }

  /**
   * Waits for the level from now on, with a collection at once where it is reached; starting
   * twice is starting once.
   */
  start(): this {
    if (this.#running) return this
    this.#running = true
    const { bus, heapSnapshot, directory, fileSystem } = this.#options
    // Now, so that a directory that cannot be made is heard of before it is needed.
    fileSystem
      .mkdir(directory, { recursive: true, mode: 0o700 })
      .catch((error: unknown) => this.#omit('collection', error))
    if (heapSnapshot?.mode === 'near-limit') this.#arm()
    this.#profile?.start(bus.level)
    const leave = bus.subscribe('level', (event) => this.#onLevel(event))
    // A listener of a first event may have stopped the collector.
    if (this.#running) this.#leaveBus = leave
    else leave()
    return this
  }

  /**
   * Ends waiting, sampling and a collection that is under way, and leaves nothing behind. What V8
   * was armed to do near the limit stays: Node.js knows no way back.
   */
  stop(): void {
    this.#running = false
    this.#leaveBus?.()
    this.#leaveBus = undefined
    this.#abort?.('the collector was stopped')
    this.#profile?.stop()
  }

  /** The same as `stop`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  /**
   * Collects now, whatever the level and however recent the last collection, started or not;
   * returns the files that were written. While a collection is under way its files are returned.
   * Rejects only for a bad argument.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `reason` is no text.
   */
  async collect(reason: string): Promise<readonly EvidenceFile[]> {
    if (typeof reason !== 'string' || reason === '')
      throw invalidArgument('reason', 'be a non-empty string', reason)
    // Begun in this turn, so that a `stop` in the same turn ends it.
    if (this.#collecting === undefined) return this.#collect(reason, 0)
    // The one under way may end without a file, because there is recent evidence.
    const joined = await this.#collecting
    return joined.length > 0 ? joined : this.#collect(reason, 0)
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener
   * that is no function.
   */
  on<N extends keyof EvidenceEvents>(
    name: N,
    listener: (event: EvidenceEvents[N]) => void,
  ): () => void {
    return this.#listeners.on(name, listener)
  }

  #onLevel({ level, reason }: PressureLevelEvent): void {
    if (!this.#running) return
    this.#profile?.follow(level)
    const { level: due, minInterval, clock } = this.#options
    if (levelRank(level) < levelRank(due)) return
    const now = clock.now()
    if (this.#collectedAt !== undefined) {
      // With a clock that went back the wait starts again, rather than growing.
      this.#collectedAt = Math.min(this.#collectedAt, now)
      if (now - this.#collectedAt < minInterval) return
    }
    void this.#collect(reason === undefined ? level : `${level}: ${reason}`, minInterval)
  }

  #arm(): void {
    const { heapSnapshot, facts } = this.#options
    try {
      const refusal = heapSnapshot && armNearLimit(facts(), heapSnapshot)
      if (refusal !== undefined) this.#tell({ kind: 'heap-snapshot', reason: refusal })
    } catch (error) {
      this.#omit('heap-snapshot', error)
    }
  }

  #collect(reason: string, minInterval: number): Promise<readonly EvidenceFile[]> {
    if (this.#collecting !== undefined) return this.#collecting
    const controller = new AbortController()
    const collecting = this.#soon(controller, reason, minInterval)
    this.#collecting = collecting
    this.#abort = (why) => {
      controller.abort(new Error(why))
      // Nothing was begun, so the next one need not wait for its end.
      this.#collecting = undefined
      this.#abort = undefined
    }
    return collecting
  }

  async #soon(
    controller: AbortController,
    reason: string,
    minInterval: number,
  ): Promise<readonly EvidenceFile[]> {
    // A turn later: what the report is gathered from may change the level once more.
    await Promise.resolve()
    return controller.signal.aborted ? [] : this.#run(controller, reason, minInterval)
  }

  async #run(
    controller: AbortController,
    reason: string,
    minInterval: number,
  ): Promise<readonly EvidenceFile[]> {
    const { clock, directory: path, timeout, maxFiles, maxBytes } = this.#options
    const { minFreeBytes, fileSystem, report, heapSnapshot, facts } = this.#options
    const watch = this.#profile
    const at = clock.date()
    this.#collectedAt = clock.now()
    const { signal } = controller
    const explicit = heapSnapshot?.mode === 'explicit'
    const collection = new Collection({
      at,
      directory: { path, fileSystem, maxFiles, maxBytes, minFreeBytes },
      minInterval,
      // Gathered before anything is awaited: the process may not live much longer.
      ...(report && { report: new Report({ reason, at, ...this.#options }) }),
      ...(watch && { profile: () => watch.collect(signal) }),
      ...(explicit && { heapSnapshot: { ...heapSnapshot, facts } }),
      signal,
    })
    const over = new Promise<string>((resolve) => {
      this.#abort = (why) => {
        controller.abort(new Error(why))
        resolve(why)
      }
    })
    const late = `the collection took longer than ${timeout} ms`
    const cancelTimer = clock.setTimer(() => this.#abort?.(late), timeout)
    const ended = await Promise.race([collection.run(), over])
    cancelTimer()
    // Before anybody is told: a listener may ask for the next one.
    this.#collecting = undefined
    this.#abort = undefined
    // Copied: what was given up may still come to an end.
    const files = [...collection.files]
    const omitted = [...collection.omitted]
    if (ended === late) omitted.push({ kind: 'collection', reason: late })
    for (const omission of omitted) this.#tell(omission)
    if (files.length > 0 || omitted.length > 0)
      this.#listeners.deliver('collected', { reason, at, files, omitted })
    return files
  }

  #omit(kind: EvidenceOmission['kind'], error: unknown): void {
    const reason = error instanceof Error ? error.message : 'it failed without an error'
    this.#tell({ kind, reason })
  }

  #tell(omission: EvidenceOmission): void {
    const { kind, reason } = omission
    warnOnce('CULTUS_W_EVIDENCE', `no ${kind} was written as evidence: ${reason}`, kind)
    this.#listeners.deliver('omitted', omission)
  }
}
