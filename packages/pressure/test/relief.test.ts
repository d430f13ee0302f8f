import type { Confidence, PressureSample, ReliefEvent } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReliefMeter, reliefByConsumer } from '../src/relief.ts'

function metering() {
  const clock = new FakeClock()
  const reliefs: ReliefEvent[] = []
  const meter = new ReliefMeter({ clock, onRelief: (relief) => reliefs.push(relief) })
  const sample = (
    bytes: PressureSample['bytes'],
    confidence: Confidence = 'confirmed',
    source = 'monitor',
  ): void =>
    meter.sample({
      source,
      confidence,
      bytes,
      ratio: 0.9,
      upperRatio: 0.9,
      level: 'critical',
      signal: 'heap',
      at: clock.date(),
    })
  const release = (label: string, bytes: number): void => {
    meter.begin()
    meter.claim(label)
    meter.claim(label, bytes)
    meter.end()
  }
  return { clock, reliefs, meter, sample, release }
}

test('relief is live bytes before less live bytes at the next confirmed sample', () => {
  const { clock, reliefs, sample, release } = metering()
  sample({ live: 1_000 })
  release('users', 400)
  sample({ live: 950 }, 'estimated')
  expect(reliefs).toEqual([])
  sample({ live: 700 })
  expect(reliefs).toEqual([
    { consumers: ['users'], claimedBytes: 400, measuredBytes: 300, at: clock.date() },
  ])
  sample({ live: 600 })
  expect(reliefs).toHaveLength(1)
})

test('nothing is measured without a confirmed sample before, or while the release still runs', () => {
  const { reliefs, meter, sample, release } = metering()
  release('users', 400)
  sample({ live: 700 })
  meter.begin()
  meter.claim('users', 10)
  sample({ live: 500 })
  expect(reliefs).toEqual([])
  meter.end()
  sample({ live: 400 })
  expect(reliefs).toMatchObject([{ measuredBytes: 300 }])
})

test('a release that follows before the last was measured is measured with it', () => {
  const { reliefs, sample, release } = metering()
  sample({ live: 1_000 })
  release('users', 100)
  release('pages', 200)
  release('users', 50)
  sample({ live: 600 })
  expect(reliefs).toMatchObject([
    { consumers: ['users', 'pages'], claimedBytes: 350, measuredBytes: 400 },
  ])
})

test('a heap that grew meanwhile is a negative relief', () => {
  const { reliefs, sample, release } = metering()
  sample({ live: 1_000 })
  release('users', 400)
  sample({ live: 1_200 })
  expect(reliefs).toMatchObject([{ measuredBytes: -200 }])
})

test('a sample that comes a minute too late, from elsewhere, or without live bytes measures nothing', () => {
  const { clock, reliefs, sample, release } = metering()
  sample({ live: 1_000 })
  release('users', 400)
  sample({ live: 1 }, 'confirmed', 'worker')
  sample({ rss: 1 })
  sample({ live: Number.NaN })
  expect(reliefs).toEqual([])
  clock.advance(60_001)
  sample({ live: 900 })
  expect(reliefs).toEqual([])

  release('users', 100)
  clock.advance(60_001)
  release('users', 200)
  sample({ live: 800 })
  expect(reliefs).toMatchObject([{ claimedBytes: 200, measuredBytes: 100 }])
})

test('what came back is split by claims, to the byte, and never counts downward', () => {
  const claims = fc.dictionary(fc.string(), fc.nat(1e9)).map((one) => new Map(Object.entries(one)))
  fc.assert(
    fc.property(claims, fc.integer({ min: -1e9, max: 1e9 }), (claimed, measured) => {
      const split = reliefByConsumer(claimed, measured)
      const sum = [...split.values()].reduce((total, bytes) => total + bytes, 0)
      expect([...split.keys()]).toEqual([...claimed.keys()])
      for (const bytes of split.values()) expect(bytes).toBeGreaterThanOrEqual(0)
      const anyone = [...claimed.values()].some((bytes) => bytes > 0)
      expect(sum).toBeCloseTo(anyone ? Math.max(0, measured) : 0, 3)
    }),
  )
})
