import { isMainThread } from 'node:worker_threads'
import {
  type Clock,
  invalidOption,
  LevelMachine,
  numberOption,
  type PressureBus,
  type PressureLevel,
  parseBytes,
  pressureBus,
  systemClock,
} from '@cultus/core'
import { AlertEngine } from './alerts/alert-engine.ts'
import { heapDeathPoint } from './death-point.ts'
import type { EvidenceOptions } from './evidence/options.ts'
import { MemoryHistory } from './history/memory-history.ts'
import type { MemoryMonitorOptions, MemoryMonitorSwitches } from './options.ts'
import { nodeSources } from './sources/node.ts'
import type { MemorySources } from './sources/sources.ts'
import { threadSources } from './sources/thread.ts'
import { type ExperimentAssignment, resolveExperiment } from './tuning/experiment.ts'
import { type LevelSettings, levelSettings } from './tuning/level-settings.ts'
import { ShadowLevels, type ShadowThresholds, shadowSettings } from './tuning/shadow-levels.ts'

/** Settings with every default filled in, and the parts made of them. */
export interface ResolvedOptions {
  readonly machine: LevelMachine
  /** The settings of the machine, as they were given. */
  readonly levels: LevelSettings
  readonly deathPointBytes: number
  readonly interval: number
  readonly fastInterval: number
  readonly verify: boolean
  readonly predictive: boolean
  readonly name: string
  readonly history: MemoryHistory
  readonly shadow: ShadowLevels | undefined
  readonly experiment: ExperimentAssignment | undefined
  readonly alerts: AlertEngine | undefined
  readonly evidence: EvidenceOptions | undefined
  readonly bus: PressureBus
  readonly clock: Clock
  readonly sources: MemorySources
}

const longestInterval = 3_600_000

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveOptions(options: MemoryMonitorOptions): ResolvedOptions {
  const { clock = systemClock, bus = pressureBus(), deathPoint } = options
  const { name = 'memory-monitor', root = '/' } = options
  const interval = numberOption('interval', options.interval ?? 1_000, 1, longestInterval)
  const leastFast = Math.min(200, interval)
  const fastInterval = numberOption('fastInterval', options.fastInterval ?? leastFast, 1, interval)
  const { verify, predictive } = checkSwitches(options)
  const scope = checkScope(options.scope ?? (isMainThread ? 'process' : 'thread'))
  checkText('name', name)
  checkText('root', root)
  for (const name of ['thresholds', 'dwell', 'history', 'experiment'] as const)
    if (options[name] !== undefined) checkObject(name, options[name])
  const experiment = options.experiment && resolveExperiment(options.experiment, options)
  const levels = levelSettings(experiment?.settings ?? options)
  const longestGap = Math.max(30_000, 3 * interval)
  return {
    machine: new LevelMachine({ ...levels, clock }),
    levels,
    deathPointBytes:
      deathPoint === undefined ? heapDeathPoint().bytes : parseBytes(deathPoint, 'deathPoint'),
    interval,
    fastInterval,
    verify: verify ?? true,
    predictive: predictive ?? true,
    name,
    history: new MemoryHistory({
      ...options.history,
      longestGap: options.history?.longestGap ?? longestGap,
    }),
    shadow: shadowOf(options.shadowThresholds, levels, clock),
    experiment,
    alerts: options.alerts && new AlertEngine({ ...options.alerts, bus, clock, name }),
    evidence: options.evidence,
    bus,
    clock,
    sources: options.sources ?? sourcesOf(scope, nodeSources(root, clock)),
  }
}

/**
 * Refuses switches that are neither on nor off.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function checkSwitches<S extends MemoryMonitorSwitches>(switches: S): S {
  checkObject('switches', switches)
  for (const name of ['verify', 'predictive'] as const) {
    const value = switches[name]
    if (value !== undefined && typeof value !== 'boolean')
      throw invalidOption(name, 'be true or false', value)
  }
  return switches
}

/**
 * The shadow set of some thresholds next to the settings in force, which have come to `level`.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function shadowOf(
  thresholds: ShadowThresholds | undefined,
  inForce: LevelSettings,
  clock: Clock,
  level: PressureLevel = 'normal',
): ShadowLevels | undefined {
  if (thresholds === undefined) return undefined
  checkObject('shadowThresholds', thresholds)
  return new ShadowLevels({ ...shadowSettings(thresholds, inForce), clock }, level)
}

function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidOption(name, 'be an object', value)
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw invalidOption(name, 'be a non-empty string', value)
}

function checkScope(scope: unknown): 'process' | 'thread' {
  if (scope === 'process' || scope === 'thread') return scope
  throw invalidOption('scope', "be 'process' or 'thread'", scope)
}

function sourcesOf(scope: 'process' | 'thread', sources: MemorySources): MemorySources {
  return scope === 'thread' ? threadSources(sources) : sources
}
