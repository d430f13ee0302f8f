import type { PressureLevel } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TierActions } from '../src/actions.ts'
import { resolveTiers, type TierAction } from '../src/tiers.ts'

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

function journaled(overrides: Partial<Record<string, Partial<TierAction>>> = {}) {
  const clock = new FakeClock()
  const journal: string[] = []
  const failures: string[] = []
  const action = (name: string): TierAction => ({
    name,
    apply: () => {
      journal.push(`+${name}`)
      return overrides[name]?.apply?.()
    },
    revert: () => {
      journal.push(`-${name}`)
      return overrides[name]?.revert?.()
    },
  })
  const actions = new TierActions(
    resolveTiers({
      warning: { actions: [action('w1'), action('w2')] },
      critical: { actions: [action('c')] },
      emergency: { actions: [action('e')] },
    }),
    { clock, patience: 1_000, onFailure: (name, step) => failures.push(`${step} ${name}`) },
  )
  const enter = (...levels: PressureLevel[]): string[] => {
    for (const level of levels) actions.enter(level)
    return journal.splice(0)
  }
  return { clock, actions, enter, journal, failures }
}

/** A promise and the ways to end it. */
function pending() {
  let resolve = (): void => {}
  let reject = (_: Error): void => {}
  const promise = new Promise<void>((done, fail) => {
    resolve = done
    reject = fail
  })
  return { promise, resolve, reject }
}

const microtasks = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

describe('actions', () => {
  test('add up as the level rises and go in reverse as it falls', () => {
    const { enter } = journaled()
    expect(enter('warning')).toEqual(['+w1', '+w2'])
    expect(enter('critical')).toEqual(['+c'])
    expect(enter('warning')).toEqual(['-c'])
    expect(enter('emergency')).toEqual(['+c', '+e'])
    expect(enter('normal')).toEqual(['-e', '-c', '-w2', '-w1'])
    expect(enter('normal')).toEqual([])
  })

  test('that fail do not keep the others from acting, and are reverted like the others', () => {
    const fails = {
      apply: () => {
        throw new Error('half done')
      },
      revert: () => Promise.reject(new Error('not undone')),
    }
    const { enter, failures } = journaled({ w1: fails })
    expect(enter('critical', 'normal')).toEqual(['+w1', '+w2', '+c', '-c', '-w2', '-w1'])
    expect(failures).toEqual(['apply w1'])
  })

  test('that reject are reported too', async () => {
    const { enter, failures } = journaled({ c: { apply: () => Promise.reject(new Error('no')) } })
    enter('critical')
    await microtasks()
    expect(failures).toEqual(['apply c'])
  })

  test('are reverted only when they are done applying', async () => {
    const work = pending()
    const { clock, enter, journal } = journaled({ w1: { apply: () => work.promise } })
    expect(enter('warning', 'normal')).toEqual(['+w1', '+w2', '-w2'])
    work.resolve()
    await microtasks()
    expect(journal).toEqual(['-w1'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('that are wanted again before they were done are left as they are', async () => {
    const work = pending()
    const { enter, journal } = journaled({ w1: { apply: () => work.promise } })
    expect(enter('warning', 'normal', 'warning')).toEqual(['+w1', '+w2', '-w2', '+w2'])
    work.reject(new Error('late'))
    await microtasks()
    expect(journal).toEqual([])
  })

  test('that hang are reverted when the patience is over', () => {
    const { clock, enter, journal } = journaled({ w1: { apply: () => new Promise(() => {}) } })
    enter('warning', 'normal')
    clock.advance(999)
    expect(journal).toEqual([])
    clock.advance(1)
    expect(journal).toEqual(['-w1'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('are all reverted by a stop at once, hanging ones included, and leave no timer', () => {
    const hangs = { apply: () => new Promise(() => {}), revert: () => new Promise(() => {}) }
    const { clock, actions, enter, journal } = journaled({ w2: hangs, e: hangs })
    enter('emergency')
    actions.stop()
    expect(journal.splice(0)).toEqual(['-e', '-c', '-w2', '-w1'])
    actions.stop()
    clock.advance(10_000)
    expect(journal).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  test('may stop everything from within', () => {
    const { actions, clock, enter } = journaled({
      w2: { apply: () => actions.stop() },
      w1: { apply: () => new Promise(() => {}) },
    })
    expect(enter('critical')).toEqual(['+w1', '+w2', '-w2', '-w1'])
    expect(actions.status().some(({ active }) => active)).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  test('that stop everything and then go on leave no timer behind', () => {
    const { actions, clock, enter } = journaled({
      w2: {
        apply: () => {
          actions.stop()
          return new Promise(() => {})
        },
      },
    })
    expect(enter('critical')).toEqual(['+w1', '+w2', '-w2', '-w1'])
    expect(clock.pendingTimers).toBe(0)
  })
})
