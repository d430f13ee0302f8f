import { hostname } from 'node:os'
import { invalidOption, resolveLevelOptions } from '@cultus/core'
import { assignCohort } from './cohort.ts'
import { type LevelSettings, settingsOver } from './level-settings.ts'

/** One arm of an experiment: the share of the instances in it, and how their settings differ. */
export interface ExperimentCohort extends LevelSettings {
  /** The share of the instances, above 0; those of all cohorts make 1. */
  readonly share: number
}

/** Sets of thresholds to compare, each in force on a share of the instances. */
export interface ExperimentOptions {
  /** The name of the experiment: with another one the instances are dealt out anew. */
  readonly name: string
  /**
   * The name of this instance, the same after a restart if its cohort is to be.
   *
   * @defaultValue `os.hostname()`
   */
  readonly instance?: string
  /** The cohorts by name; a setting that one does not give is that of the monitor. */
  readonly cohorts: Readonly<Record<string, ExperimentCohort>>
}

/** The part of an experiment that this instance plays. */
export interface ExperimentAssignment {
  readonly experiment: string
  readonly cohort: string
  readonly instance: string
  /** The settings in force here: those of the monitor with those of the cohort over them. */
  readonly settings: LevelSettings
}

/**
 * Finds the cohort of this instance and the settings in force in it.
 *
 * The settings of every cohort are looked through on every instance: a mistake in one of them shows
 * before the first instance of that cohort starts.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveExperiment(
  { name, instance = hostname(), cohorts }: ExperimentOptions,
  base: LevelSettings = {},
): ExperimentAssignment {
  if (typeof instance !== 'string' || instance === '')
    throw invalidOption('experiment.instance', 'be a non-empty string', instance)
  if (typeof cohorts !== 'object' || cohorts === null)
    throw invalidOption('experiment.cohorts', 'be an object', cohorts)
  const shares: Record<string, number> = {}
  const settings = new Map<string, LevelSettings>()
  for (const [cohort, given] of Object.entries(cohorts)) {
    if (typeof given !== 'object' || given === null)
      throw invalidOption(`experiment.cohorts.${cohort}`, 'be an object', given)
    const merged = settingsOver(base, given)
    resolveLevelOptions(merged)
    shares[cohort] = given.share
    settings.set(cohort, merged)
  }
  const cohort = assignCohort(instance, { experiment: name, shares })
  return { experiment: name, cohort, instance, settings: settings.get(cohort) ?? {} }
}
