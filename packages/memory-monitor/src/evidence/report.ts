import { platform, release } from 'node:os'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import type { ConsumerRegistry, ConsumerSnapshot, PressureBus } from '@cultus/core'
import type { EvidenceKind } from './evidence-file.ts'
import type { EvidenceMonitor } from './options.ts'

/** What a collection could not write, and why. */
export interface EvidenceOmission {
  readonly kind: EvidenceKind | 'collection'
  /** One sentence for people. */
  readonly reason: string
}

/** What a report is made from. */
export interface ReportSubject {
  readonly reason: string
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
  readonly monitor: EvidenceMonitor | undefined
}

/** What became of the rest of a collection. */
export interface ReportOutcome {
  /** Whether anything is still being collected. */
  readonly complete: boolean
  /** Names of the files beside the report. */
  readonly files: readonly string[]
  readonly omitted: readonly EvidenceOmission[]
}

/**
 * The most samples and consumers that a report holds: enough to see a trend, and
 * never a large file.
 */
const lastSamples = 600
const topConsumers = 50

/**
 * The parts of a report, each gathered on its own: one that fails is named and keeps no other out.
 */
export class Report {
  readonly #parts: readonly (readonly [name: string, json: string])[]

  constructor({ reason, at, bus, registry, monitor }: ReportSubject) {
    const parts: Readonly<Record<string, () => unknown>> = {
      format: () => 'cultus-evidence-1',
      reason: () => reason,
      at: () => new Date(at).toISOString(),
      process: () => ({
        pid: process.pid,
        threadId,
        node: process.version,
        platform: platform(),
        release: release(),
        arch: process.arch,
        uptime: process.uptime(),
      }),
      pressure: () => ({
        level: bus.level,
        ratio: bus.ratio,
        confidence: bus.confidence,
        sources: bus.sources,
      }),
      snapshot: () => monitor?.snapshot(),
      forecast: () => monitor?.forecast?.(),
      consumers: () => largestFirst(registry.usage()).slice(0, topConsumers),
      memory: () => process.memoryUsage(),
      heap: getHeapStatistics,
      heapSpaces: getHeapSpaceStatistics,
      history: () => monitor?.history?.().samples().slice(-lastSamples),
    }
    this.#parts = Object.entries(parts).map(([name, gather]) => [name, json(gather)])
  }

  /** The report as JSON text, with what is known of the rest of the collection. */
  text(outcome: ReportOutcome): string {
    const parts = [...this.#parts, ['collection', json(() => outcome)] as const]
    return `{\n${parts.map(([name, value]) => `  ${JSON.stringify(name)}: ${value}`).join(',\n')}\n}\n`
  }
}

/** Consumers by the bytes they hold. */
function largestFirst(consumers: readonly ConsumerSnapshot[]): readonly ConsumerSnapshot[] {
  const bytesOf = ({ bytes }: ConsumerSnapshot): number => (Number.isFinite(bytes) ? bytes : 0)
  return [...consumers].sort((one, other) => bytesOf(other) - bytesOf(one))
}

/** What `gather` returns as JSON; where it throws, or returns what JSON cannot say, the reason. */
function json(gather: () => unknown): string {
  try {
    return JSON.stringify(gather()) ?? 'null'
  } catch (error) {
    return JSON.stringify({ failed: error instanceof Error ? error.message : 'not an error' })
  }
}
