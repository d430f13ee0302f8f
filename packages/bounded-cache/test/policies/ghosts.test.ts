import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ghosts } from '../../src/policies/ghosts.ts'
import { mixed } from '../../src/policies/key-hash.ts'

/** Adds so many keys that were not added before, and returns them. */
function adding(ghosts: Ghosts, from: number, count: number, keys: number): number[] {
  const added = Array.from({ length: count }, (_, index) => mixed(from + index))
  for (const hash of added) ghosts.add(hash, keys)
  return added
}

/** The share of keys that are remembered; asking forgets them. */
function remembered(ghosts: Ghosts, hashes: readonly number[]): number {
  return hashes.filter((hash) => ghosts.take(hash)).length / hashes.length
}

test.each([10, 100, 1_000, 14_336, 50_000])(
  'remembers most of the last %d keys, and hardly any from before',
  (keys) => {
    const ghosts = new Ghosts()
    ghosts.fit(keys / 0.9)
    const old = adding(ghosts, 0, 3 * keys, keys)
    const recent = adding(ghosts, 3 * keys, keys, keys)
    expect(remembered(ghosts, recent)).toBeGreaterThan(keys < 100 ? 0.8 : 0.94)
    // An epoch is an eighth; the one in which a key was added may last that much longer.
    expect(remembered(ghosts, old.slice(0, Math.floor(1.8 * keys)))).toBeLessThan(0.02)
  },
)

test('remembers a key until about as many others were added, and not much longer', () => {
  const keys = 1_000
  let early = 0
  let late = 0
  for (let key = 0; key < 200; key++) {
    for (const [age, isEarly] of [
      [0.9, true],
      [1.2, false],
    ] as const) {
      const ghosts = new Ghosts()
      ghosts.fit(8 * keys)
      adding(ghosts, 10_000 + key, (key % 14) * 40, keys)
      ghosts.add(mixed(key), keys)
      adding(ghosts, 50_000 + key, age * keys, keys)
      const isKnown = ghosts.take(mixed(key))
      if (isKnown && isEarly) early++
      if (isKnown && !isEarly) late++
    }
  }
  expect(early).toBeGreaterThan(190)
  expect(late).toBeLessThan(5)
})

test('takes one key in two hundred for another at the most', () => {
  const keys = 20_000
  const ghosts = new Ghosts()
  ghosts.fit(keys)
  adding(ghosts, 0, 2 * keys, keys)
  const others = Array.from({ length: 50_000 }, (_, index) => mixed(1_000_000 + index))
  expect(remembered(ghosts, others)).toBeLessThan(1 / 200)
})

test('forgets a key that came back, and everything when cleared', () => {
  const ghosts = new Ghosts()
  ghosts.fit(100)
  ghosts.add(mixed(1), 100)
  expect(ghosts.take(mixed(1))).toBe(true)
  expect(ghosts.take(mixed(1))).toBe(false)
  ghosts.add(mixed(1), 100)
  ghosts.clear()
  expect(ghosts.take(mixed(1))).toBe(false)
  expect(ghosts.byteLength).toBeLessThan(64)
})

test('goes on knowing what it knows when it becomes larger', () => {
  const ghosts = new Ghosts()
  ghosts.fit(64)
  const known = adding(ghosts, 0, 32, 10_000)
  const before = new Ghosts()
  before.fit(64)
  adding(before, 0, 32, 10_000)
  ghosts.fit(20_000)
  expect(remembered(ghosts, known)).toBe(remembered(before, known))
})

const step = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      type: fc.constantFrom('add', 'take'),
      key: fc.nat(40),
      keys: fc.double({ min: 0.9, max: 60, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('fit'), key: fc.nat(200), keys: fc.constant(1) }),
  },
)

test('knows what was just added, and never what was just taken, whatever the sizes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const ghosts = new Ghosts()
      for (const { type, key, keys } of steps) {
        if (type === 'fit') ghosts.fit(key)
        else {
          if (type === 'add') ghosts.add(mixed(key), keys)
          expect(ghosts.take(mixed(key)) || type === 'take').toBe(true)
          if (type === 'take') expect(ghosts.take(mixed(key))).toBe(false)
          else ghosts.add(mixed(key), keys)
        }
      }
    }),
    { numRuns: 300 },
  )
}, 30_000)
