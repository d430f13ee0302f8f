import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { packages } from '../workspace.js'
import { section, tables } from './markdown.js'
import { optionTypes, optionTypesIn } from './option-types.js'

/** Packages that people start with without options: theirs are for tests and for authors of packages. */
const usedWithoutOptions = ['@cultus/core']

/** The tables under `## Options` whose first column is called so, each with the options it names. */
function optionTables(text) {
  return tables(section(text, 'Options') ?? '')
    .filter(({ header }) => /^option/i.test(header[0]))
    .map(({ line, rows }) => ({
      line,
      named: rows.flatMap(({ cells }) =>
        [...cells[0].matchAll(/`([A-Za-z_$][\w$.]*)/g)].map(([, name]) => name),
      ),
    }))
}

/** What a table and the options types disagree about, as sentences. */
function disagreements({ line, named }, types) {
  if (named.length === 0) return [`line ${line}: the table names no option`]
  const fit = (type) => named.filter((name) => type.has(name)).length
  // The table is about the type that knows most of its names and, of equals, has the fewest others.
  const [main] = types.toSorted((a, b) => fit(b) - fit(a) || a.options.length - b.options.length)
  const unknown = named.filter((name) => !types.some((type) => type.has(name)))
  const missing = (main?.options ?? []).filter(
    (option) => !named.some((name) => name.split('.')[0] === option),
  )
  return [
    ...unknown.map((name) => `line ${line}: \`${name}\` is an option of nothing`),
    ...missing.map((name) => `line ${line}: \`${name}\` of ${main?.name} is not in the table`),
  ]
}

for (const { name, folder, entries } of packages) {
  const text = () => readFileSync(join(folder, 'README.md'), 'utf8')

  test(`the option tables of ${name} and its types name the same options`, () => {
    const types = optionTypes(entries)
    assert.deepEqual(
      optionTables(text()).flatMap((table) => disagreements(table, types)),
      [],
    )
  })

  test(`the README of ${name} has a table of options if a newcomer needs any`, () => {
    const needed = !usedWithoutOptions.includes(name) && optionTypes([name]).length > 0
    assert.ok(!needed || optionTables(text()).length > 0)
  })
}

describe('the check of option tables', () => {
  const types = optionTypesIn(`
    interface Shared { readonly clock?: number }
    export interface CacheOptions extends Shared { readonly maxEntries: number; readonly ttl?: number }
    export type ReadOptions = { readonly limits: { readonly read?: number } | undefined }
    export interface Other { readonly other: string }
  `)
  const check = (...rows) => {
    const body = rows.map((cell) => `| ${cell} | – | text with a \\| bar |`)
    const text = ['## Options', '', '| option | default | meaning |', '|---|---|---|', ...body]
    return optionTables(text.join('\n')).flatMap((table) => disagreements(table, types))
  }

  test('accepts every option once, in any order, inherited and nested ones too', () => {
    assert.deepEqual(check('`ttl`', '`maxEntries` (required)', '`clock`'), [])
    assert.deepEqual(check('`maxEntries`, `ttl`', '`clock`'), [])
    assert.deepEqual(check('`limits.read`'), [])
  })

  test('finds an option that does not exist, and one that is not told of', () => {
    assert.match(check('`ttl`', '`maxEntries`', '`clock`', '`never`').join(), /never.*nothing/)
    assert.match(check('`ttl`', '`maxEntries`').join(), /clock.*not in the table/)
    assert.match(check('`limits.write`', '`limits`').join(), /limits\.write/)
    assert.match(check('`other`').join(), /other/)
    assert.match(check('maxEntries').join(), /names no option/)
  })
})
