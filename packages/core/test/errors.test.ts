import { CultusError, invalidOption, isCultusError } from '@cultus/core'
import { expect, test } from 'vitest'

test('an error of another copy is recognised by its name and code', () => {
  const foreign = Object.assign(new Error('x'), {
    name: 'CultusError',
    code: 'CULTUS_INVALID_OPTION',
  })
  expect(isCultusError(foreign)).toBe(true)
  expect(isCultusError(new CultusError('CULTUS_SEAT_TAKEN', 'x'))).toBe(true)
})

test.each([
  undefined,
  'CultusError',
  new Error('x'),
  { name: 'CultusError', code: 'CULTUS_SEAT_TAKEN' },
  new TypeError('x'),
])('%o is no Cultus error', (value) => {
  expect(isCultusError(value)).toBe(false)
})

test.each([
  ['a'.repeat(200), `"${'a'.repeat(80)}"`],
  [[1], 'an array'],
  [{}, 'an object'],
  [() => 1, 'a function'],
  [null, 'null'],
  [1n, '1'],
])('shows %o shortly', (value, text) => {
  expect(invalidOption('name', 'be better', value).message).toBe(
    `\`name\` must be better, got ${text}`,
  )
})
