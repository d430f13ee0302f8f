import { consumerRegistry, levelRank, type PressureLevel, pressureLevels } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  AdmissionController,
  type AdmissionControllerOptions,
} from '../src/admission/controller.ts'
import { type RequestClass, requestClasses } from '../src/admission/request-class.ts'

function controlled(options: AdmissionControllerOptions = {}) {
  const pressure = scriptedPressure()
  return { pressure, admission: new AdmissionController({ ...pressure, ...options }) }
}

function admitMany(admission: AdmissionController, requestClass: RequestClass, count: number) {
  return Array.from({ length: count }, () => admission.admit(requestClass))
}

describe('admission', () => {
  test('lets all classes in up to their shares of the limit, counted over everyone', () => {
    const { admission } = controlled({ limits: { concurrency: 10 } })
    expect(admitMany(admission, 'background', 6)).toEqual([
      ...Array(5).fill('admitted'),
      'concurrency',
    ])
    expect(admitMany(admission, 'standard', 4)).toEqual([
      ...Array(3).fill('admitted'),
      'concurrency',
    ])
    expect(admitMany(admission, 'essential', 3)).toEqual([
      ...Array(2).fill('admitted'),
      'concurrency',
    ])
    expect(admission.inFlight).toBe(10)
  })

  test('says that the level is the reason only when `normal` would have let the request in', () => {
    const { admission, pressure } = controlled({ limits: { concurrency: 10 } })
    admitMany(admission, 'essential', 5)
    pressure.set('critical')
    expect(admission.admit('standard')).toBe('level')
    expect(admission.admit('background')).toBe('concurrency')
  })

  test('follows the level of the bus at once, in both directions', () => {
    const { admission, pressure } = controlled()
    pressure.set('emergency')
    expect(admission.level).toBe('emergency')
    expect(admission.admit('standard')).toBe('level')
    pressure.set('normal')
    expect(admission.admit('standard')).toBe('admitted')
  })

  test('uses the bus and the registry of the process unless given others', () => {
    using admission = new AdmissionController({ name: 'of the process' })
    expect(admission.admit('background')).toBe('admitted')
    expect(consumerRegistry().statusProviders.map(({ name }) => name)).toContain('of the process')
  })

  test('admits everything once disposed, and leaves the registry', () => {
    const { admission, pressure } = controlled({ limits: { concurrency: 1 } })
    expect(pressure.registry.statusProviders).toHaveLength(1)
    admission.dispose()
    admission.dispose()
    expect(pressure.registry.statusProviders).toHaveLength(0)
    expect(admitMany(admission, 'background', 3)).toEqual(Array(3).fill('admitted'))
    for (let held = 3; held > 0; held--) admission.release('background')
    expect(admission.inFlight).toBe(0)
    expect(pressure.clock.pendingTimers).toBe(0)
  })

  test('ignores a release too many and reports it once', () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { admission } = controlled()
    admission.admit('essential')
    admission.release('standard')
    admission.release('standard')
    expect(admission.inFlight).toBe(1)
    expect(warning).toHaveBeenCalledExactlyOnceWith(
      '`release` was called more often than admitted: standard',
      { type: 'CultusWarning', code: 'CULTUS_W_RELEASE' },
    )
    warning.mockRestore()
  })

  test.each(['urgent', 'constructor', '__proto__', '', undefined])(
    'refuses %j as a class',
    (value) => {
      const { admission } = controlled()
      const code = 'CULTUS_INVALID_ARGUMENT'
      expect(() => admission.admit(value as never)).toThrow(expect.objectContaining({ code }))
      expect(() => admission.release(value as never)).toThrow(expect.objectContaining({ code }))
      expect(admission.inFlight).toBe(0)
    },
  )

  test.each([
    [{ limits: { concurrency: 0 } }, '`limits.concurrency` must be a positive integer, got 0'],
    [{ limits: { concurrency: 1.5 } }, '`limits.concurrency` must be a positive integer, got 1.5'],
    [{ random: 4 as never }, '`random` must be a function, got 4'],
    [{ name: '' }, '`name` must be a non-empty string, got ""'],
  ])('refuses %j', (options, message) => {
    const pressure = scriptedPressure()
    expect(() => new AdmissionController({ ...pressure, ...options })).toThrow(message)
    expect(pressure.registry.statusProviders).toHaveLength(0)
  })
})

describe('retry-after', () => {
  test('is drawn anew for each request', () => {
    const draws = [0, 0.3, 0.6, 0.99]
    const { admission } = controlled({ random: () => draws.shift() ?? 0 })
    expect([1, 2, 3, 4].map(() => admission.retryAfter())).toEqual([2, 3, 4, 5])
  })

  test('survives a source of chance that throws', () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { admission } = controlled({
      random: () => {
        throw new Error('no entropy')
      },
    })
    expect(admission.retryAfter()).toBe(2)
    expect(warning).toHaveBeenCalledOnce()
    warning.mockRestore()
  })
})

describe('status', () => {
  test('counts by class and reason, under the names dashboards know', () => {
    const { admission, pressure } = controlled({ limits: { concurrency: 2 } })
    admitMany(admission, 'essential', 3)
    pressure.set('critical')
    pressure.clock.advance(500)
    admission.release('essential')
    admission.admit('background')
    const [provider] = pressure.registry.statusProviders
    const points = [...(provider?.metrics() ?? [])].filter(({ value }) => value > 0)
    expect(points.map(({ name, value, labels }) => [name, value, labels])).toEqual([
      ['cultus_requests_shed_total', 1, { class: 'essential', reason: 'concurrency' }],
      ['cultus_requests_admitted_total', 2, { class: 'essential' }],
      ['cultus_requests_in_flight', 1, { class: 'essential' }],
      ['cultus_requests_shed_total', 1, { class: 'background', reason: 'concurrency' }],
    ])
    expect(provider).toMatchObject({ name: 'admission', kind: 'admission' })
    expect(JSON.parse(JSON.stringify(provider?.status()))).toMatchObject({
      level: 'critical',
      concurrency: 2,
      inFlight: { essential: 1, standard: 0, background: 0 },
      shed: { essential: { concurrency: 1, level: 0 }, background: { concurrency: 1, level: 0 } },
      lastShedAt: pressure.clock.date(),
    })
  })
})

interface Model {
  readonly limit: number
  readonly held: Record<RequestClass, number>
  level: PressureLevel
}

type Step = fc.Command<Model, ReturnType<typeof controlled>>

const rowOf = {
  normal: [1, 0.8, 0.5],
  warning: [1, 0.7, 0.25],
  critical: [1, 0.4, 0],
  emergency: [1, 0, 0],
} as const

/** Checked after every step. */
function check(model: Model, { admission }: ReturnType<typeof controlled>): void {
  const { held, limit, level } = model
  const total = held.essential + held.standard + held.background
  expect(admission.inFlight).toBe(total)
  expect(total).toBeLessThanOrEqual(limit)
  expect(admission.status().inFlight).toEqual(held)
  const verdicts = requestClasses.map((requestClass) => {
    const verdict = admission.admit(requestClass)
    if (verdict === 'admitted') admission.release(requestClass)
    return verdict
  })
  let higherAdmitted = true
  verdicts.forEach((verdict, rank) => {
    const share = rowOf[level][rank] ?? 0
    const ceiling = share && Math.max(1, Math.floor(limit * share + 1e-6))
    expect(verdict === 'admitted').toBe(total < ceiling)
    if (verdict === 'admitted') expect(higherAdmitted).toBe(true)
    if (level === 'normal') expect(verdict).not.toBe('level')
    higherAdmitted = verdict === 'admitted'
  })
}

const anyClass = fc.constantFrom(...requestClasses)
const step = (
  label: string,
  act: (model: Model, real: ReturnType<typeof controlled>) => void,
): Step => ({
  check: () => true,
  run(model, real) {
    act(model, real)
    check(model, real)
  },
  toString: () => label,
})

const admits = anyClass.map((requestClass) =>
  step(`admit ${requestClass}`, (model, { admission }) => {
    if (admission.admit(requestClass) === 'admitted') model.held[requestClass]++
  }),
)
const releases = anyClass.map((requestClass) =>
  step(`release ${requestClass}`, (model, { admission }) => {
    admission.release(requestClass)
    model.held[requestClass] = Math.max(0, model.held[requestClass] - 1)
  }),
)
const levels = fc.constantFrom(...pressureLevels).map((level) =>
  step(level, (model, { pressure }) => {
    pressure.set(level)
    model.level = level
  }),
)
const storms = fc.tuple(anyClass, fc.integer({ min: 1, max: 40 })).map(([requestClass, count]) =>
  step(`admit ${count} ${requestClass}`, (model, { admission }) => {
    for (const verdict of admitMany(admission, requestClass, count))
      if (verdict === 'admitted') model.held[requestClass]++
  }),
)

test('under any traffic: never over the limit, never negative, and no lower class before a higher one', () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const traffic = fc.commands([admits, releases, levels, storms], { maxCommands: 60 })
  fc.assert(
    fc.property(traffic, fc.integer({ min: 1, max: 40 }), (steps, limit) => {
      fc.modelRun(
        () => ({
          model: {
            limit,
            held: { essential: 0, standard: 0, background: 0 },
            level: 'normal' as PressureLevel,
          },
          real: controlled({ limits: { concurrency: limit } }),
        }),
        steps,
      )
    }),
    { numRuns: 300 },
  )
  warning.mockRestore()
})

test('a worse level never admits what a milder one refuses', () => {
  fc.assert(
    fc.property(fc.nat(64), anyClass, (inFlight, requestClass) => {
      const { admission, pressure } = controlled({ limits: { concurrency: 64 } })
      admitMany(admission, 'essential', inFlight)
      const admitted = pressureLevels.map((level) => {
        pressure.set(level)
        const verdict = admission.admit(requestClass)
        if (verdict === 'admitted') admission.release(requestClass)
        return verdict === 'admitted'
      })
      for (const level of pressureLevels.slice(1)) {
        const rank = levelRank(level)
        if (admitted[rank]) expect(admitted[rank - 1]).toBe(true)
      }
    }),
  )
})
