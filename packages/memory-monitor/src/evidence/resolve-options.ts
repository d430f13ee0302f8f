import { resolve } from 'node:path'
import {
  type Clock,
  type ConsumerRegistry,
  consumerRegistry,
  type ElevatedLevel,
  elevatedLevels,
  invalidOption,
  numberOption,
  type PressureBus,
  parseBytes,
  pressureBus,
  systemClock,
} from '@cultus/core'
import { diagnosticDirectory } from './diagnostic-directory.ts'
import { type EvidenceFileSystem, nodeFileSystem } from './file-system.ts'
import { costliestMemory, type SnapshotFacts } from './head-room.ts'
import type {
  EvidenceCollectorOptions,
  EvidenceMonitor,
  HeapProfileOptions,
  HeapSnapshotOptions,
} from './options.ts'
import { readSnapshotFacts } from './snapshot-facts.ts'

/** Settings with every default filled in. */
export interface ResolvedEvidenceOptions {
  readonly directory: string
  readonly level: ElevatedLevel
  readonly report: boolean
  readonly profile: ResolvedHeapProfile | undefined
  readonly heapSnapshot: Required<HeapSnapshotOptions> | undefined
  readonly maxBytes: number
  readonly maxFiles: number
  readonly minFreeBytes: number
  readonly minInterval: number
  readonly timeout: number
  readonly monitor: EvidenceMonitor | undefined
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
  readonly clock: Clock
  readonly fileSystem: EvidenceFileSystem
  readonly facts: () => SnapshotFacts
}

/** Settings of the profile with every default filled in. */
interface ResolvedHeapProfile {
  readonly from: 'start' | ElevatedLevel
  readonly intervalBytes: number
  readonly duration: number
}

const longest = 2 ** 31 - 1
const mebibyte = 2 ** 20

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveEvidenceOptions(options: EvidenceCollectorOptions): ResolvedEvidenceOptions {
  if (typeof options !== 'object' || options === null)
    throw invalidOption('options', 'be an object', options)
  const { level = 'emergency', report = true, clock = systemClock, monitor } = options
  const { bus = pressureBus(), registry = consumerRegistry() } = options
  const { fileSystem = nodeFileSystem, facts = readSnapshotFacts } = options
  const { maxFiles = 10, maxBytes = '1GiB', minFree = '256MiB' } = options
  if (typeof options.directory !== 'string' || options.directory === '')
    throw invalidOption('directory', 'be a non-empty string', options.directory)
  if (!elevatedLevels.includes(level))
    throw invalidOption('level', `be one of ${elevatedLevels.join(', ')}`, level)
  if (typeof report !== 'boolean') throw invalidOption('report', 'be true or false', report)
  if (!Number.isSafeInteger(maxFiles) || maxFiles < 1)
    throw invalidOption('maxFiles', 'be a positive integer', maxFiles)
  if (monitor !== undefined && typeof monitor?.snapshot !== 'function')
    throw invalidOption('monitor', 'have a method `snapshot`', monitor)
  const directory = resolve(options.directory)
  const heapSnapshot = resolveSnapshot(options.heapSnapshot ?? false)
  if (heapSnapshot?.mode === 'near-limit' && diagnosticDirectory() !== directory) {
    throw invalidOption(
      'directory',
      'be the `--diagnostic-dir` of the process, where V8 writes snapshots near the limit',
      options.directory,
    )
  }
  return {
    directory,
    level,
    report,
    profile: resolveProfile(options.profile ?? false),
    heapSnapshot,
    maxBytes: parseBytes(maxBytes, 'maxBytes'),
    maxFiles,
    minFreeBytes: parseBytes(minFree, 'minFree'),
    minInterval: numberOption('minInterval', options.minInterval ?? 3_600_000, 0, longest),
    timeout: numberOption('timeout', options.timeout ?? 120_000, 1, longest),
    monitor,
    bus,
    registry,
    clock,
    fileSystem,
    facts,
  }
}

function resolveProfile(profile: boolean | HeapProfileOptions): ResolvedHeapProfile | undefined {
  if (profile === false) return undefined
  if (profile !== true && (typeof profile !== 'object' || profile === null))
    throw invalidOption('profile', 'be true, false or settings', profile)
  const { from = 'warning', interval = mebibyte / 2 } = profile === true ? {} : profile
  const { duration = 500 } = profile === true ? {} : profile
  if (from !== 'start' && !elevatedLevels.includes(from))
    throw invalidOption('profile.from', `be one of start, ${elevatedLevels.join(', ')}`, from)
  return {
    from,
    intervalBytes: parseBytes(interval, 'profile.interval'),
    duration: numberOption('profile.duration', duration, 0, longest),
  }
}

function resolveSnapshot(
  given: false | HeapSnapshotOptions['mode'] | HeapSnapshotOptions,
): Required<HeapSnapshotOptions> | undefined {
  if (given === false) return undefined
  const settings = typeof given === 'string' ? { mode: given } : given
  const { mode, memoryFactor = costliestMemory, maxPause = 30_000, count = 1 } = settings ?? {}
  if (mode !== 'explicit' && mode !== 'near-limit')
    throw invalidOption('heapSnapshot', "be false, 'explicit' or 'near-limit'", mode ?? given)
  if (!Number.isSafeInteger(count) || count < 1)
    throw invalidOption('heapSnapshot.count', 'be a positive integer', count)
  return {
    mode,
    memoryFactor: numberOption('heapSnapshot.memoryFactor', memoryFactor, 1, 1_000),
    maxPause: numberOption('heapSnapshot.maxPause', maxPause, 0, longest),
    count,
  }
}
