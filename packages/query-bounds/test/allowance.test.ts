import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bounds, type Holdings, isOver, isOverBurst } from '../src/allowance.ts'

const count = fc.nat(200)
const bound = fc.oneof(count, fc.constant(Number.POSITIVE_INFINITY))

const bounds: fc.Arbitrary<Bounds> = fc.record({
  queries: bound,
  bytes: bound,
  minInactive: fc.nat(32),
  burstQueries: fc.nat(100),
  burstBytes: count,
})

const holdings: fc.Arbitrary<Holdings> = fc
  .tuple(fc.nat(100), fc.nat(100), count, count)
  .map(([pinned, evictable, pinnedBytes, evictableBytes]) => ({
    queries: pinned + evictable,
    bytes: pinnedBytes + evictableBytes,
    evictable,
    evictableBytes,
  }))

test('what is inside both bounds is never too much', () => {
  fc.assert(
    fc.property(holdings, bounds, (held, allowed) => {
      fc.pre(held.queries <= allowed.queries && held.bytes <= allowed.bytes)
      expect(isOver(held, allowed)).toBe(false)
      expect(isOverBurst(held, allowed)).toBe(false)
    }),
  )
})

test('what is not too much is inside the bound, or what is in use and the spare', () => {
  fc.assert(
    fc.property(holdings, bounds, (held, allowed) => {
      fc.pre(!isOver(held, allowed))
      const inUse = held.queries - held.evictable
      const inUseBytes = held.bytes - held.evictableBytes
      expect(held.queries).toBeLessThanOrEqual(
        Math.max(allowed.queries, inUse + allowed.minInactive),
      )
      expect(held.bytes).toBeLessThanOrEqual(
        Math.max(allowed.bytes, inUseBytes + allowed.bytes / 8),
      )
    }),
  )
})

test('where nothing may go, nothing is too much', () => {
  fc.assert(
    fc.property(holdings, bounds, (held, allowed) => {
      const inUse = { ...held, evictable: 0, evictableBytes: 0 }
      expect(isOver(inUse, allowed)).toBe(false)
    }),
  )
})

test('a burst is always too much without it, and inside the bound and the burst it is none', () => {
  fc.assert(
    fc.property(holdings, bounds, (held, allowed) => {
      if (isOverBurst(held, allowed)) {
        expect(isOver(held, allowed)).toBe(true)
        expect(held.evictable).toBeGreaterThan(0)
      }
      fc.pre(held.queries <= allowed.queries + allowed.burstQueries)
      fc.pre(held.bytes <= allowed.bytes + allowed.burstBytes)
      expect(isOverBurst(held, allowed)).toBe(false)
    }),
  )
})

test('one query less is never more over the bound', () => {
  fc.assert(
    fc.property(holdings, bounds, fc.nat(200), (held, allowed, bytes) => {
      fc.pre(held.evictable > 0 && bytes <= held.evictableBytes && !isOver(held, allowed))
      const less = {
        queries: held.queries - 1,
        bytes: held.bytes - bytes,
        evictable: held.evictable - 1,
        evictableBytes: held.evictableBytes - bytes,
      }
      expect(isOver(less, allowed)).toBe(false)
    }),
  )
})
