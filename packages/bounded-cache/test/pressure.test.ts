import { setImmediate as turn } from 'node:timers/promises'
import { type ScriptedPressure, scriptedPressure } from '@cultus/core/testing'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

function filled(
  pressure: ScriptedPressure,
  count: number,
  options: Partial<BoundedCacheOptions<number, number>> = {},
): BoundedCache<number, number> {
  const cache = new BoundedCache({ ...pressure, maxEntries: 1_000, ...options })
  for (let key = 0; key < count; key++) cache.set(key, key)
  return cache
}

/** Lets releases that are under way come to their end. */
async function settled(): Promise<void> {
  for (let count = 0; count < 10; count++) await turn()
}

describe('under pressure', () => {
  test('a full cache keeps 0.75, 0.5 and 0.1 of its bound', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 1_000)
    for (const [level, size] of [
      ['warning', 750],
      ['critical', 500],
      ['emergency', 100],
    ] as const) {
      pressure.set(level)
      await settled()
      expect(cache.size).toBe(size)
    }
    expect(cache.get(999)).toBe(999)
  })

  test('a half-full cache gives memory back too', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 500)
    pressure.set('critical')
    await settled()
    expect(cache.size).toBe(250)
  })

  test('bytes are given back as entries are', async () => {
    const pressure = scriptedPressure()
    const cache = new BoundedCache<number, string>({ ...pressure, maxBytes: '1MB' })
    for (let key = 0; key < 5_000; key++) cache.set(key, 'v'.repeat(1_000))
    expect(cache.bytes).toBeGreaterThan(990_000)
    pressure.set('emergency')
    await settled()
    expect(cache.bytes).toBeLessThanOrEqual(100_000)
    expect(cache.bytes).toBeGreaterThan(90_000)
  })

  test('a cache made under pressure starts with the lowered bound', () => {
    const pressure = scriptedPressure()
    pressure.set('emergency')
    const cache = filled(pressure, 1_000)
    expect(cache.size).toBeLessThanOrEqual(100)
  })

  test('the bound grows back gradually, and to the full', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 1_000)
    pressure.set('emergency')
    await settled()
    pressure.play([['normal', 5_000]])
    const { limitRatio } = cache.stats()
    expect(limitRatio).toBeGreaterThan(0.1)
    expect(limitRatio).toBeLessThan(0.5)
    pressure.play([['normal', 60_000]])
    expect(cache.stats().limitRatio).toBe(1)
    for (let key = 0; key < 2_000; key++) cache.set(key, key)
    expect(cache.size).toBe(1_000)
  })

  test('its own `ratios` win over the default', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 1_000, { ratios: { warning: 0.2, critical: 0.1, emergency: 0 } })
    pressure.set('warning')
    await settled()
    expect(cache.size).toBe(200)
    pressure.set('emergency')
    await settled()
    expect(cache.size).toBe(0)
    expect(cache.set(1, 1)).toBe(false)
  })

  test('with `followPressure: false` it stays as it is, and is still registered', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 1_000, { followPressure: false, name: 'calm', role: 'ai' })
    pressure.set('emergency')
    await settled()
    expect(cache.size).toBe(1_000)
    expect(pressure.registry.usage()).toMatchObject([
      { label: 'calm', kind: 'cache', role: 'ai', entries: 1_000, limitEntries: 1_000 },
    ])
  })

  test('with a coordinator in the seat it leaves the decision to that one', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 1_000)
    const leave = pressure.registry.coordinate({ name: 'test' })
    pressure.set('emergency')
    await settled()
    expect(cache.size).toBe(1_000)
    leave()
    await settled()
    expect(cache.size).toBe(100)
  })

  test('a disposed cache does not hear of it', async () => {
    const pressure = scriptedPressure()
    const cache = filled(pressure, 1_000)
    pressure.set('warning')
    cache.dispose()
    pressure.set('emergency')
    await settled()
    expect(cache.stats().limitRatio).toBe(1)
    expect(cache.size).toBe(0)
  })
})

test('purge drops everything at once and counts it as given back', () => {
  const cache = filled(scriptedPressure(), 300)
  cache.purge()
  expect(cache.stats()).toMatchObject({
    entries: 0,
    bytes: 0,
    evictions: 300,
    pressureEvictions: 300,
  })
  expect(cache.set(1, 1)).toBe(true)
})
