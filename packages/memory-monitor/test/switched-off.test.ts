import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fromSource, toldBy } from './told-by.ts'

test('every part switches off and leaves no timer, observer, descriptor or listener', {
  timeout: 60_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'everything-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const { lines, code, errors } = await toldBy(...fromSource('everything.ts'), directory)
  expect(errors).toBe('')
  // It ended by itself: nothing held it.
  expect(code).toBe(0)
  const [{ before, during, after } = {}] = lines
  expect(during).not.toEqual(before)
  expect(after).toEqual(before)
})
