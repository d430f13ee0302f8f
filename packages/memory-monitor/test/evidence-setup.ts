import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ScriptedPressure, scriptedPressure } from '@cultus/core/testing'
import { onTestFinished } from 'vitest'
import { EvidenceCollector, type EvidenceEvent } from '../src/evidence/collector.ts'
import { type EvidenceFileSystem, nodeFileSystem } from '../src/evidence/file-system.ts'
import type { EvidenceCollectorOptions } from '../src/evidence/options.ts'

const mib = 2 ** 20

/** A directory of its own for a test, removed after it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'evidence-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The file system of the machine with a roomy disk, and with some of its calls replaced. */
export function fileSystemWith(replaced: Partial<EvidenceFileSystem> = {}): EvidenceFileSystem {
  const statfs = async (): Promise<{ bavail: number; bsize: number }> => ({
    bavail: 2 ** 20,
    bsize: 4096,
  })
  return { ...nodeFileSystem, statfs, ...replaced }
}

/** A collector under scripted pressure, and what it told. */
export interface EvidenceSetup {
  readonly pressure: ScriptedPressure
  readonly directory: string
  readonly evidence: EvidenceCollector
  readonly events: readonly EvidenceEvent[]
  /** Names in the directory, sorted. */
  files(): readonly string[]
  /** Resolves with the next collection that ends. */
  next(): Promise<EvidenceEvent>
}

/** A collector into a directory of its own, stopped after the test. */
export function set(options: Partial<EvidenceCollectorOptions> = {}): EvidenceSetup {
  const pressure = scriptedPressure()
  const directory = options.directory ?? temporaryDirectory()
  const { bus, registry, clock } = pressure
  const evidence = new EvidenceCollector({
    directory,
    bus,
    registry,
    clock,
    fileSystem: fileSystemWith(),
    facts: () => ({ heapBytes: mib, freeBytes: 1_000 * mib }),
    ...options,
  })
  onTestFinished(() => evidence.stop())
  const events: EvidenceEvent[] = []
  evidence.on('collected', (event) => events.push(event))
  return {
    pressure,
    directory,
    evidence,
    events,
    files: () => readdirSync(directory).sort(),
    next: () =>
      new Promise((resolve) => {
        const leave = evidence.on('collected', (event) => {
          leave()
          resolve(event)
        })
      }),
  }
}
