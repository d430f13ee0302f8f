import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { largestPart } from '../src/largest-part.ts'
import { containerSignal, processSignal } from '../src/machine-signals.ts'
import type { ContainerReading } from '../src/sources/container-group.ts'
import { constrainedBytes } from '../src/sources/process.ts'
import type { StallReading } from '../src/sources/psi.ts'

const mib = 2 ** 20

function container(usedMib: number, limitMib: number, highMib?: number): ContainerReading {
  const reading = {
    version: 'v2',
    path: '/',
    usedBytes: usedMib * mib,
    limitBytes: limitMib * mib,
  } as const
  return highMib === undefined ? reading : { ...reading, highBytes: highMib * mib }
}

function held(rssMib: number, externalMib = 0, arrayBuffersMib = 0) {
  return {
    rssBytes: rssMib * mib,
    externalBytes: externalMib * mib,
    arrayBuffersBytes: arrayBuffersMib * mib,
  }
}

function stalls(scope: StallReading['scope'], someShare: number): StallReading {
  return { scope, someShare, fullShare: someShare / 2 }
}

describe('a container', () => {
  test('is a fact against its limit', () => {
    expect(containerSignal(container(80, 100))).toEqual({
      name: 'container',
      ratio: 0.8,
      lower: 0.8,
      upper: 0.8,
      confidence: 'confirmed',
      uncorroborated: false,
      reason: 'the container uses 80.0 MiB of the 100.0 MiB it may',
    })
  })

  test('is an estimate against the mark above which it is slowed down', () => {
    expect(containerSignal(container(80, 200, 100))).toMatchObject({
      ratio: 0.8,
      lower: 0.4,
      upper: 0.8,
      confidence: 'estimated',
      uncorroborated: true,
      reason:
        'the container uses 80.0 MiB of the 100.0 MiB above which it is slowed down, and 200.0 MiB at which it is killed',
    })
  })

  test('at that mark is a fact while its tasks stall, and while nobody else does', () => {
    const reading = container(98, 200, 100)
    expect(containerSignal(reading, { stalls: stalls('container', 0.3) })).toMatchObject({
      lower: 0.98,
      upper: 0.98,
      confidence: 'confirmed',
      uncorroborated: false,
      reason: expect.stringContaining('; its tasks wait for memory 30 % of the time'),
    })
    for (const weak of [stalls('container', 0.29), stalls('host', 1)])
      expect(containerSignal(reading, { stalls: weak })).toMatchObject({ lower: 0.49, upper: 0.98 })
  })

  test('says how often it came to its limit, and raises nothing by that', () => {
    const signal = containerSignal({ ...container(10, 100), recentEvents: 12 })
    expect(signal).toMatchObject({ lower: 0.1, upper: 0.1 })
    expect(signal.reason).toContain('; it came to its limit 12 times since the last look')
  })

  test('never has stalls alone raise anything', () => {
    const quiet = containerSignal(container(10, 100, 50))
    const { lower, upper } = containerSignal(container(10, 100, 50), {
      stalls: stalls('container', 1),
    })
    expect(upper).toBe(quiet.upper)
    expect(lower).toBeLessThanOrEqual(quiet.upper)
  })
})

describe('who holds the largest part', () => {
  test.each([
    ['the heap', 480, 400, held(450, 20, 10), '400.0 MiB, is in the heap'],
    ['buffers', 480, 50, held(450, 310, 300), '300.0 MiB, is in buffers outside the heap'],
    ['add-ons', 480, 50, held(450, 310, 10), '300.0 MiB, is in native objects outside the heap'],
    ['the allocator', 480, 50, held(450, 10, 10), '390.0 MiB, is in native code, threads'],
    ['others', 480, 50, held(100, 10, 10), '380.0 MiB, is in other processes'],
  ])('may be %s', (_, usedMib, heapMib, process, expected) => {
    expect(largestPart(usedMib * mib, { process, heapBytes: heapMib * mib })).toContain(expected)
  })

  test('is nobody where nothing is held', () => {
    expect(largestPart(0, { process: held(0), heapBytes: 0 })).toBe('')
  })

  test('is in the reason of the container', () => {
    const contents = { process: held(450, 310, 300), heapBytes: 50 * mib }
    expect(containerSignal(container(480, 500), { contents }).reason).toBe(
      'the container uses 480.0 MiB of the 500.0 MiB it may; the largest part of it, 300.0 MiB, ' +
        'is in buffers outside the heap',
    )
  })
})

describe('a process without a container', () => {
  const hostBytes = 1_000 * mib

  test('is measured against the machine where that tells no more', () => {
    expect(processSignal(held(400), hostBytes)).toMatchObject({
      ratio: 0.4,
      lower: 0,
      upper: 0.4,
      confidence: 'estimated',
      uncorroborated: true,
      reason: 'the process holds 400.0 MiB of the 1000.0 MiB of this machine',
    })
  })

  test('is measured against what it holds and what others leave it', () => {
    const host = { totalBytes: hostBytes, availableBytes: 100 * mib }
    expect(processSignal(held(400), hostBytes, { host })).toMatchObject({
      upper: 0.8,
      reason:
        'the process holds 400.0 MiB of the 500.0 MiB that other processes on this machine leave it',
    })
    // A small one has little to give, however full the machine.
    expect(processSignal(held(10), hostBytes, { host }).upper).toBeCloseTo(0.09)
  })

  test('is measured against what the runtime knows it is constrained to', () => {
    const signal = processSignal(held(400), hostBytes, { constrainedBytes: 800 * mib })
    expect(signal.upper).toBe(0.5)
    expect(signal.reason).toContain('it is constrained to')
  })

  test('is a fact while the whole machine stalls for memory', () => {
    const host = { totalBytes: hostBytes, availableBytes: 20 * mib }
    const evidence = { host, stalls: stalls('host', 0.5) }
    expect(processSignal(held(980), hostBytes, evidence)).toMatchObject({
      lower: 0.98,
      upper: 0.98,
      confidence: 'confirmed',
      reason: expect.stringContaining('; tasks of this machine wait for memory 50 % of the time'),
    })
    // Stalls of the machine say nothing about a constraint that only this process has.
    expect(
      processSignal(held(98), hostBytes, { ...evidence, constrainedBytes: 100 * mib }),
    ).toMatchObject({ lower: 0, upper: 0.98 })
  })
})

test.each([
  undefined,
  null,
  0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 63,
  2 ** 64,
  1_000,
  '5',
])('a constraint of %s is none on a machine with 1000 bytes', (told) => {
  expect(constrainedBytes(told, 1_000)).toBeUndefined()
})

test('a constraint to less than the machine has is one', () => {
  expect(constrainedBytes(999, 1_000)).toBe(999)
})

test('the bounds of a signal are in order, whatever was read', () => {
  const bytes = fc.nat(2_000)
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const scope = fc.constantFrom<StallReading['scope']>('container', 'host')
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 1, max: 2_000 }),
      optional(fc.integer({ min: 1, max: 2_000 })),
      optional(fc.record({ scope, someShare: share, fullShare: share })),
      optional(bytes),
      (used, limit, highBytes, stalled, available) => {
        const reading = { ...container(0, 0), usedBytes: used, limitBytes: limit }
        const high = highBytes !== undefined && highBytes < limit ? { highBytes } : {}
        const host =
          available === undefined ? undefined : { totalBytes: 2_000, availableBytes: available }
        for (const { lower, ratio, upper } of [
          containerSignal({ ...reading, ...high }, { stalls: stalled }),
          processSignal({ ...held(0), rssBytes: used }, 2_000, { host, stalls: stalled }),
        ]) {
          expect(lower).toBeGreaterThanOrEqual(0)
          expect(ratio).toBeGreaterThanOrEqual(lower)
          expect(upper).toBeGreaterThanOrEqual(ratio)
          expect(Number.isFinite(upper)).toBe(true)
        }
      },
    ),
  )
})
