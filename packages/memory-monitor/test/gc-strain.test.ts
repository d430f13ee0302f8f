import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  atEase,
  type CollectionEffort,
  ceilingAt,
  type GcStrain,
  strainAfter,
} from '../src/gc-strain.ts'
import { LiveHeap } from '../src/live-heap.ts'

const crowdedAndBusy: CollectionEffort = { ratio: 0.8, quiet: 1, busy: 10 }
const time = fc.double({ min: 0, max: 1e6, noNaN: true })
const effort: fc.Arbitrary<CollectionEffort> = fc.record({
  ratio: fc.double({ min: 0, max: 2, noNaN: true }),
  quiet: time,
  busy: time,
})

const after = (efforts: readonly CollectionEffort[]): GcStrain =>
  efforts.reduce(strainAfter, atEase)

describe('strikes', () => {
  test('count up to four while crowded collections follow hard on one another', () => {
    const run = Array.from({ length: 6 }, () => crowdedAndBusy)
    const seen = run.map((_, index) => after(run.slice(0, index + 1)).strikes)
    expect(seen).toEqual([1, 2, 3, 4, 4, 4])
  })

  test('start to count a little before the heap is 80 % full', () => {
    expect(after([{ ...crowdedAndBusy, ratio: 0.77 }]).strikes).toBe(1)
    expect(after([{ ...crowdedAndBusy, ratio: 0.75 }]).strikes).toBe(0)
  })

  test('start anew after one collection that left room', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.double({ min: 0, max: 0.75, noNaN: true }), (count, ratio) => {
        const strained = after(Array.from({ length: count }, () => crowdedAndBusy))
        expect(strainAfter(strained, { ...crowdedAndBusy, ratio }).strikes).toBe(0)
      }),
    )
  })

  test('start anew once the program has had its time, on the average as well', () => {
    const strained = after([crowdedAndBusy, crowdedAndBusy])
    const short = strainAfter(strained, { ...crowdedAndBusy, quiet: 7 })
    // V8 goes by the average, which one collection that came after a short rest does not mend.
    expect(short.strikes).toBe(3)
    expect(strainAfter(strained, { ...crowdedAndBusy, quiet: 1_000 }).strikes).toBe(0)
  })
})

test('sees V8 give up no later than V8 does, whatever it does not tell', () => {
  const collection = fc.record({
    ratio: fc.double({ min: 0.7, max: 1, noNaN: true }),
    quiet: fc.double({ min: 0.1, max: 100, noNaN: true }),
    pause: fc.double({ min: 0.1, max: 50, noNaN: true }),
    /** From the start of marking to the pause, and the share of it in which V8 marked on the main thread. */
    marking: fc.double({ min: 0, max: 200, noNaN: true }),
    marked: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(collection, { maxLength: 40 }), (run) => {
      // What `GCTracer` and `Heap::CheckIneffectiveMarkCompact` keep, which nobody outside is told.
      let meanCompact = 0
      let meanMutator = 0
      let ineffective = 0
      let strain = atEase
      for (const { ratio, quiet, pause, marking, marked } of run) {
        const compact = pause + marking * marked
        const mutator = quiet + marking * (1 - marked)
        const first = meanCompact + meanMutator === 0
        meanCompact = first ? compact : (meanCompact + compact) / 2
        meanMutator = first ? mutator : (meanMutator + mutator) / 2
        const utilization = meanMutator / (meanMutator + meanCompact)
        ineffective = ratio >= 0.8 && utilization < 0.4 ? ineffective + 1 : 0
        strain = strainAfter(strain, { ratio, quiet, busy: pause + marking })
        expect(strain.strikes).toBeGreaterThanOrEqual(Math.min(4, ineffective))
      }
    }),
    { numRuns: 1_000 },
  )
})

test('keeps to its bounds whatever comes', () => {
  fc.assert(
    fc.property(fc.array(effort, { maxLength: 30 }), (efforts) => {
      let strain = atEase
      for (const each of efforts) {
        const before = strain.strikes
        strain = strainAfter(strain, each)
        expect(strain.strikes === 0 || strain.strikes === Math.min(4, before + 1)).toBe(true)
        expect(strain.strikes === 0 || each.ratio >= 0.76).toBe(true)
        expect(strain.programShare).toBeGreaterThanOrEqual(0)
        expect(strain.programShare).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('the ceiling sinks to where V8 gives up', () => {
  expect(([0, 1, 2, 3, 4] as const).map(ceilingAt)).toEqual([
    1,
    expect.closeTo(0.95),
    expect.closeTo(0.9),
    expect.closeTo(0.85),
    expect.closeTo(0.8),
  ])
})

describe('a heap', () => {
  const late = { lateness: 500, quiet: 1, busy: 10 }

  test('believes a collection that was heard of late once V8 collects in vain', () => {
    const heap = new LiveHeap(100, false)
    heap.observeMajor(85, late, 1_000)
    expect(heap.signal().lower).toBe(0)
    heap.observeMajor(86, late, 1_600)
    expect(heap.strikes).toBe(2)
    expect(heap.signal().lower).toBeCloseTo(86 / 90)
  })

  test('gets over a collection of which nonsense is told', () => {
    const nonsense = fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY)
    fc.assert(
      fc.property(nonsense, nonsense, nonsense, (quiet, busy, youngBytes) => {
        const heap = new LiveHeap(100, false)
        heap.observeMajor(85, { lateness: 0, quiet, busy, youngBytes }, 1_000)
        expect(heap.ceiling.earliest).toBe(1)
        for (const now of [2_000, 3_000])
          heap.observeMajor(85, { lateness: 0, quiet: 1, busy: 10 }, now)
        expect(heap.strikes).toBe(2)
      }),
    )
  })

  test('ends where its young generation no longer fits, by the largest of the last half minute', () => {
    const heap = new LiveHeap(100, false)
    const collect = (youngBytes: number, now: number): void =>
      heap.observeMajor(50, { lateness: 0, quiet: 1_000, busy: 1, youngBytes }, now)
    expect(heap.ceiling.earliest).toBe(1)
    collect(12, 0)
    expect(heap.ceiling.earliest).toBeCloseTo(0.88)
    collect(1, 10_000)
    expect(heap.ceiling.earliest).toBeCloseTo(0.88)
    collect(1, 31_000)
    expect(heap.ceiling.earliest).toBeCloseTo(0.99)
    collect(60, 32_000)
    expect(heap.ceiling.earliest).toBe(0.8)
    // A clock that went back does not hold it for ever.
    collect(2, 1_000)
    expect(heap.ceiling.earliest).toBeCloseTo(0.98)
  })
})
