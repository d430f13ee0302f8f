import { hostname } from 'node:os'
import { resolveLevelOptions } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignCohort } from '../src/tuning/cohort.ts'
import { resolveExperiment } from '../src/tuning/experiment.ts'

const even = { experiment: 'earlier', shares: { control: 0.5, candidate: 0.5 } }
const pods = Array.from({ length: 4_000 }, (_, index) => `api-6f7c9-${index}`)

describe('the cohort of an instance', () => {
  test('is what it always was', () => {
    const cohorts = ['api-1', 'api-2', 'api-3', 'api-4', 'api-5', 'größer'].map((instance) =>
      assignCohort(instance, even),
    )
    expect(cohorts).toEqual([
      'candidate',
      'candidate',
      'candidate',
      'candidate',
      'control',
      'candidate',
    ])
  })

  test('does not depend on the order of the cohorts', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        (instance, experiment) => {
          const forth = { experiment, shares: { a: 0.2, b: 0.3, c: 0.5 } }
          const back = { experiment, shares: { c: 0.5, b: 0.3, a: 0.2 } }
          expect(assignCohort(instance, forth)).toBe(assignCohort(instance, back))
        },
      ),
    )
  })

  test.each([
    [{ control: 0.5, candidate: 0.5 }],
    [{ control: 0.95, candidate: 0.05 }],
    [{ a: 0.1, b: 0.2, c: 0.3, d: 0.4 }],
  ])('comes in proportion to %o', (shares: Record<string, number>) => {
    const counts = new Map<string, number>()
    for (const pod of pods) {
      const cohort = assignCohort(pod, { experiment: 'earlier', shares })
      counts.set(cohort, (counts.get(cohort) ?? 0) + 1)
    }
    for (const [cohort, share] of Object.entries(shares)) {
      // Five standard deviations of a binomial count.
      const reach = 5 * Math.sqrt(pods.length * share * (1 - share))
      expect(Math.abs((counts.get(cohort) ?? 0) - pods.length * share)).toBeLessThan(reach)
    }
  })

  test('stays where its share grows', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.integer({ min: 1, max: 97 }),
        fc.integer({ min: 1, max: 97 }),
        (instance, one, other) => {
          const at = (percent: number): string => {
            const rest = (100 - percent) / 200
            const shares = { candidate: percent / 100, first: rest, second: rest }
            return assignCohort(instance, { experiment: 'ramp', shares })
          }
          const [less, more] = [Math.min(one, other), Math.max(one, other)]
          if (at(less) === 'candidate') expect(at(more)).toBe('candidate')
          // And whoever is not taken in stays where it was.
          if (at(more) !== 'candidate') expect(at(less)).toBe(at(more))
        },
      ),
    )
  })

  test('of one experiment says nothing about that of another', () => {
    const both = pods.filter(
      (pod) =>
        assignCohort(pod, even) === 'candidate' &&
        assignCohort(pod, { ...even, experiment: 'later' }) === 'candidate',
    )
    expect(Math.abs(both.length - pods.length / 4)).toBeLessThan(
      5 * Math.sqrt(pods.length * 0.1875),
    )
  })

  test.each([
    [{ ...even, experiment: '' }, '`experiment` must be a non-empty string'],
    [{ ...even, shares: { all: 1 } }, '`shares` must name at least two cohorts, got 1'],
    [{ ...even, shares: { a: 0.5, b: 0.4 } }, '`shares` must add up to 1, got 0.9'],
    [{ ...even, shares: { a: 1.5, b: -0.5 } }, '`shares.a` must be a number between 0 and 1'],
    [{ ...even, shares: { a: Number.NaN, b: 1 } }, '`shares.a`'],
    [{ ...even, shares: { '': 0.5, b: 0.5 } }, '`shares` must name every cohort'],
  ])('is refused for %o', (shares, message) => {
    expect(() => assignCohort('api-1', shares)).toThrow(message)
  })

  test('is refused for an instance without a name', () => {
    expect(() => assignCohort('', even)).toThrow('`instance` must be a non-empty string')
  })

  test('takes shares that are a rounding off', () => {
    const shares = { a: 0.1, b: 0.2, c: 0.7 }
    expect(() => assignCohort('api-1', { experiment: 'tenths', shares })).not.toThrow()
  })
})

describe('an experiment', () => {
  const cohorts = {
    control: { share: 0.5 },
    candidate: { share: 0.5, thresholds: { warning: 0.6 }, dwell: { fall: 1_000 } },
  }

  test('puts the settings of the cohort over those of the monitor', () => {
    const base = { thresholds: { warning: 0.72 }, hysteresis: 0.04 }
    for (const instance of pods.slice(0, 20)) {
      const assignment = resolveExperiment({ name: 'earlier', instance, cohorts }, base)
      expect(assignment).toMatchObject({ experiment: 'earlier', instance })
      expect(assignment.settings).toEqual(
        assignment.cohort === 'control'
          ? base
          : { thresholds: { warning: 0.6 }, hysteresis: 0.04, dwell: { fall: 1_000 } },
      )
      expect(() => resolveLevelOptions(assignment.settings)).not.toThrow()
    }
  })

  test('goes by the name of the host unless another is given', () => {
    expect(resolveExperiment({ name: 'earlier', cohorts })).toMatchObject({ instance: hostname() })
  })

  test('refuses a mistake in any cohort on every instance', () => {
    const wrong = { ...cohorts, candidate: { share: 0.5, thresholds: { warning: 2 } } }
    for (const instance of pods.slice(0, 20)) {
      expect(() => resolveExperiment({ name: 'earlier', instance, cohorts: wrong })).toThrow(
        '`thresholds.warning` must be a number from 0 to 1, got 2',
      )
    }
  })

  test.each([
    [{ name: '', instance: 'a', cohorts }, '`experiment` must be'],
    [{ name: 'earlier', instance: '', cohorts }, '`experiment.instance` must be'],
    [{ name: 'earlier', cohorts: null as unknown as typeof cohorts }, '`experiment.cohorts` must'],
  ])('is refused as %o', (options, message) => {
    expect(() => resolveExperiment(options)).toThrow(message)
  })
})

test('a cohort that gives one threshold or one time keeps the others of the monitor', () => {
  const base = { thresholds: { warning: 0.5 }, dwell: { fall: 9_000 } }
  const given = { share: 0.5, thresholds: { critical: 0.8 }, dwell: { relapse: 5 } }
  const cohorts = { a: given, b: given }
  const { settings } = resolveExperiment({ name: 'earlier', instance: 'one', cohorts }, base)
  expect(settings).toMatchObject({
    thresholds: { warning: 0.5, critical: 0.8 },
    dwell: { fall: 9_000, relapse: 5 },
  })
})

test('a cohort that is no object is refused by name', () => {
  const cohorts = { a: null as unknown as { share: number }, b: { share: 0.5 } }
  expect(() => resolveExperiment({ name: 'earlier', instance: 'one', cohorts })).toThrow(
    '`experiment.cohorts.a` must be an object, got null',
  )
})
