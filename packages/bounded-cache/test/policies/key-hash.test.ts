import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyHash } from '../../src/policies/key-hash.ts'

const count = 40_000
const cells = 256
/** A sum of squares as large as this comes by chance in one case of a million: 255 degrees of freedom. */
const mostChiSquare = 370

/** Pearson's test of whether keys fall alike into 256 cells by some of their bits. */
function chiSquare(hashes: readonly number[], cellOf: (hash: number) => number): number {
  const counts = new Array<number>(cells).fill(0)
  for (const hash of hashes) counts[cellOf(hash)] = (counts[cellOf(hash)] ?? 0) + 1
  const expected = hashes.length / cells
  return counts.reduce((sum, held) => sum + (held - expected) ** 2 / expected, 0)
}

function keys<K>(make: (index: number) => K): readonly K[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

const padded = (index: number) => String(index).padStart(6, '0')

test.each<[string, readonly unknown[]]>([
  ['integers in a row', keys((index) => index)],
  ['integers far apart', keys((index) => index * 65_536)],
  ['negative integers', keys((index) => -index)],
  ['fractions', keys((index) => index / 7)],
  ['numbers past 32 bits', keys((index) => 2 ** 40 + index)],
  ['short strings', keys((index) => `user:${index}`)],
  ['strings that end alike', keys((index) => `${padded(index)}:${'x'.repeat(60)}`)],
  ['strings that begin alike', keys((index) => `${'x'.repeat(60)}:${padded(index)}`)],
  [
    'strings that differ between a prefix and a suffix',
    keys((index) => `tenant:profile:${padded(index)}:permissions:resolved:all`),
  ],
  [
    'very long strings that end alike',
    keys((index) => `${padded(index)}${'SELECT * FROM t WHERE '.repeat(40)}`),
  ],
  [
    'very long strings that begin alike',
    keys((index) => `${'SELECT * FROM t WHERE '.repeat(40)}${padded(index)}`),
  ],
  ['bigints', keys((index) => BigInt(index) << 64n)],
  ['objects', keys((index) => ({ index }))],
  ['symbols', keys((index) => Symbol(index))],
])('spreads %s', (_, all) => {
  const hash = new KeyHash(12_345)
  const hashes = all.map((key) => hash.of(key))
  expect(chiSquare(hashes, (value) => value & 255)).toBeLessThan(mostChiSquare)
  expect(chiSquare(hashes, (value) => value >>> 24)).toBeLessThan(mostChiSquare)
  // What the sample goes by.
  const product = (value: number) => Math.imul(value, 0x9e3779b1) >>> 24
  expect(chiSquare(hashes, product)).toBeLessThan(mostChiSquare)
  // Of 40,000 in 2^32, a fifth of one collides by chance.
  expect(new Set(hashes).size).toBeGreaterThan(count - 8)
})

test('depends on the key and on the seed alone', () => {
  const key = fc.oneof(fc.string(), fc.string({ minLength: 120, maxLength: 300 }), fc.double())
  fc.assert(
    fc.property(fc.integer(), key, key, (seed, one, other) => {
      const hash = new KeyHash(seed)
      const first = hash.of(one)
      hash.of(other)
      expect(hash.of(one)).toBe(first)
      expect(new KeyHash(seed).of(one)).toBe(first)
      expect(Number.isInteger(first) && first >= 0 && first < 2 ** 32).toBe(true)
    }),
  )
})

test('is another with another seed', () => {
  const [one, other] = [new KeyHash(1), new KeyHash(2)]
  for (const key of ['a', 1, 0.5, null, undefined, true, 10n]) {
    expect(one.of(key)).not.toBe(other.of(key))
  }
})

test('takes for one key what a `Map` takes for one', () => {
  const hash = new KeyHash(7)
  expect(hash.of(-0)).toBe(hash.of(0))
  expect(hash.of(Number.NaN)).toBe(hash.of(Number.POSITIVE_INFINITY - Number.POSITIVE_INFINITY))
  expect(hash.of(['a', 'b'].join(''))).toBe(hash.of('ab'))
  const object = {}
  const identity = hash.of(object)
  expect(hash.of({})).not.toBe(identity)
  expect(hash.of(object)).toBe(identity)
  const method = () => {}
  expect(hash.of(method)).toBe(hash.of(method))
})

test('takes every kind of key', () => {
  const hash = new KeyHash(7)
  const all = [
    null,
    undefined,
    true,
    false,
    1,
    '1x',
    2n,
    Symbol('a'),
    Symbol.iterator,
    {},
    () => {},
  ]
  for (const key of all) expect(hash.of(key)).toBe(hash.of(key))
  // A number may have the hash of the object with that number.
  expect(new Set(all.map((key) => hash.of(key))).size).toBeGreaterThan(all.length - 3)
})
