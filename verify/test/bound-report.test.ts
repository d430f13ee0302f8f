import { describe, expect, test } from 'vitest'
import { type Bounded, constant, failures, verdicts } from '../src/bound/report.ts'

const maxBytes = 8 * 2 ** 20

/** A process whose heap was over what it is without a cache by `over` at its worst. */
function bounded(over: number, rest: Partial<Bounded> = {}): Bounded {
  const phase = { phase: 'filled', over, charged: maxBytes, contents: maxBytes / 2, entries: 1_000 }
  const phases = [{ ...phase, over: over / 2 }, phase]
  const key = `lru, Date, ${over}`
  return { key, policy: 'lru', shape: 'Date', maxBytes, death: undefined, phases, ...rest }
}

const passed = (all: readonly Bounded[]): readonly boolean[] =>
  verdicts(all).map((one) => one.passed)

describe('the verdict', () => {
  test('passes up to 1.15 of the bound and the constant, and not a byte beyond', () => {
    const most = 1.15 * maxBytes + constant
    expect(passed([bounded(1), bounded(Math.floor(most))])).toEqual([true, true, true])
    expect(passed([bounded(1), bounded(Math.ceil(most))])).toEqual([true, true, false])
  })

  test('fails for a process that died, and leaves its figures out', () => {
    const dead = bounded(Number.NaN, { death: 'heap limit' })
    expect(passed([bounded(1), dead])).toEqual([false, true, true])
  })

  test('fails for a charge beyond the bound', () => {
    const { phases, ...rest } = bounded(1)
    const charged = phases.map((phase) => ({ ...phase, charged: maxBytes + 1 }))
    expect(passed([{ ...rest, phases: charged }])).toEqual([true, false, true])
  })

  test('fails where nothing was measured', () => {
    expect(passed([])[0]).toBe(false)
  })
})

test('failures are what died and what was beyond, the worst first', () => {
  const list = failures([bounded(1), bounded(2 * maxBytes), bounded(3 * maxBytes)])
  expect(list).toHaveLength(2)
  expect(list[0]).toMatch(/^lru, Date, 25165824: 12\.\d\d MiB beyond \(filled\)$/)
  expect(failures([bounded(Number.NaN, { death: 'killed' })])[0]).toContain('ended by: killed')
})
