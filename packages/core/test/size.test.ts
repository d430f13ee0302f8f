import { isCultusError, parseBytes } from '@cultus/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test.each([
  [1, 1],
  ['1', 1],
  ['64MiB', 67_108_864],
  ['64 mib', 67_108_864],
  ['1.5GB', 1_500_000_000],
  ['512 kB', 512_000],
  ['2GiB', 2_147_483_648],
  ['0.5KiB', 512],
  ['10b', 10],
])('%j is %i bytes', (size, bytes) => {
  expect(parseBytes(size)).toBe(bytes)
})

test.each([
  0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'MiB',
  '1 XB',
  '-1MB',
  '1  MB',
  '0',
  '1e3',
  '9999999TiB',
  null,
  {},
])('refuses %j by name', (size) => {
  expect(() => parseBytes(size as string, 'maxBytes')).toThrow(
    /^`maxBytes` must be a positive number of bytes/,
  )
})

test('whatever text comes in, the answer is a positive integer or a coded error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.anything()), (size) => {
      try {
        const bytes = parseBytes(size as string)
        expect(Number.isSafeInteger(bytes) && bytes >= 1).toBe(true)
      } catch (error) {
        expect(isCultusError(error)).toBe(true)
      }
    }),
    { numRuns: 1_000 },
  )
})
