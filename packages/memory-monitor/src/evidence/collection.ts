import { basename } from 'node:path'
import { writeHeapSnapshot } from 'node:v8'
import { threadId } from 'node:worker_threads'
import { type DirectoryOptions, EvidenceDirectory, Refusal } from './directory.ts'
import type { EvidenceFile, EvidenceKind } from './evidence-file.ts'
import {
  type SnapshotFacts,
  type SnapshotLimits,
  snapshotFileBytes,
  snapshotRefusal,
} from './head-room.ts'
import type { EvidenceOmission, Report } from './report.ts'

/** What one collection writes; what is absent is not asked for. */
export interface CollectionPlan {
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
  readonly directory: DirectoryOptions
  /** Files of ours that are younger end the collection before it begins, in milliseconds. */
  readonly minInterval: number
  readonly report?: Report
  /** Returns the profile as text. */
  readonly profile?: () => Promise<string>
  readonly heapSnapshot?: SnapshotLimits & { readonly facts: () => SnapshotFacts }
  readonly signal: AbortSignal
}

/** What a collection has written so far. */
export class Collection {
  readonly files: EvidenceFile[] = []
  readonly omitted: EvidenceOmission[] = []
  readonly #plan: CollectionPlan
  readonly #directory: EvidenceDirectory

  constructor(plan: CollectionPlan) {
    const { at, directory, signal } = plan
    this.#plan = plan
    this.#directory = new EvidenceDirectory(directory, { at, pid: process.pid, threadId }, signal)
  }

  /**
   * Writes the cheapest first: the report always fits, the snapshot may be the end of the process.
   * What fails or is refused is noted and keeps nothing else out. Never rejects.
   */
  async run(): Promise<void> {
    const { at, minInterval, report, profile, heapSnapshot } = this.#plan
    const kinds: readonly EvidenceKind[] = [
      ...(report ? (['report'] as const) : []),
      ...(profile ? (['profile'] as const) : []),
      ...(heapSnapshot ? (['heap-snapshot'] as const) : []),
    ]
    let newest: number | undefined
    try {
      newest = await this.#directory.open()
    } catch (error) {
      for (const kind of kinds) this.#omit(kind, error)
      return
    }
    // A time to come is that of a clock that was wrong, here or there: it holds nothing back.
    if (newest !== undefined && newest <= at && at - newest < minInterval) return
    const complete = kinds.every((kind) => kind === 'report')
    if (report) await this.#add('report', () => this.#writeReport(report, complete))
    if (profile)
      await this.#add('profile', async () => this.#directory.write('profile', await profile()))
    if (heapSnapshot) await this.#add('heap-snapshot', () => this.#snapshot(heapSnapshot))
    if (report && !complete) await this.#add('report', () => this.#writeReport(report, true))
  }

  async #add(kind: EvidenceKind, make: () => Promise<EvidenceFile>): Promise<void> {
    if (this.#plan.signal.aborted) return
    try {
      const file = await make()
      const earlier = this.files.findIndex(({ path }) => path === file.path)
      if (earlier < 0) this.files.push(file)
      else this.files[earlier] = file
    } catch (error) {
      this.#omit(kind, error)
    }
  }

  #omit(kind: EvidenceKind, error: unknown): void {
    const reason = error instanceof Error ? error.message : 'it failed without an error'
    this.omitted.push({ kind, reason })
  }

  #writeReport(report: Report, complete: boolean): Promise<EvidenceFile> {
    const others = this.files.filter(({ kind }) => kind !== 'report')
    const files = others.map(({ path }) => basename(path))
    return this.#directory.write('report', report.text({ complete, files, omitted: this.omitted }))
  }

  async #snapshot({
    facts,
    ...limits
  }: NonNullable<CollectionPlan['heapSnapshot']>): Promise<EvidenceFile> {
    const check = (): number => {
      const now = facts()
      const refusal = snapshotRefusal(now, limits)
      if (refusal !== undefined) throw new Refusal(refusal)
      return now.heapBytes
    }
    const expectedBytes = snapshotFileBytes(check())
    return this.#directory.make('heap-snapshot', expectedBytes, (path) => {
      // Again: making room took time, in which others took memory.
      check()
      // The stream of `v8.getHeapSnapshot` would hold the whole file in memory: it
      // knows no back-pressure.
      writeHeapSnapshot(path)
    })
  }
}
