import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { repositoryFiles, root } from '../workspace.js'

const sources = repositoryFiles().filter((path) => /^packages\/[^/]+\/src\/.+\.ts$/.test(path))
const textOf = (path) => readFileSync(join(root, path), 'utf8')

test('there are sources to read', () => {
  assert.notEqual(sources.length, 0)
})

test('no source file has more than 300 lines', () => {
  const long = sources.filter((path) => textOf(path).trimEnd().split('\n').length > 300)
  assert.deepEqual(long, [])
})

test('no source file is a drawer for whatever has no other place', () => {
  const drawers = /^(?:utils?|helpers?|types?|common|misc|shared|constants|lib)\.ts$/
  assert.deepEqual(
    sources.filter((path) => drawers.test(basename(path))),
    [],
  )
  assert.deepEqual(
    sources.filter((path) => /\/(?:utils?|helpers?|common|lib)\//.test(path)),
    [],
  )
})

test('only a file called index.ts re-exports', () => {
  const reexports = /^export\s+(?:type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?)\s+from\s/m
  const barrels = sources.filter((path) => reexports.test(textOf(path)))
  assert.deepEqual(
    barrels.filter((path) => basename(path) !== 'index.ts'),
    [],
  )
  assert.deepEqual(
    sources.filter((path) => /^export\s+\*/m.test(textOf(path))),
    [],
  )
})

test('no source file silences the compiler or says any', () => {
  const silenced = /@ts-(?:ignore|nocheck|expect-error)|\bas any\b|:\s*any\b|<any>/
  assert.deepEqual(
    sources.filter((path) => silenced.test(textOf(path))),
    [],
  )
})

test('no source file waits at import: a module that does cannot be required', () => {
  assert.deepEqual(
    sources.filter((path) => /^await\b|^for await\b/m.test(textOf(path))),
    [],
  )
})
