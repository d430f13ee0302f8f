import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { compile, complaints, diagnosed, valuesOfNamespaces } from '../compiler.js'
import { entries } from '../workspace.js'
import { consumer } from './consumer.js'
import { runNode } from './run-node.js'

let folders
before(async () => {
  folders = await consumer()
})

/** Uses each entry as a namespace, and fails to compile where one is `any`. */
const useOf = (specifiers) => `
${specifiers.map((entry, index) => `import * as entry${index} from '${entry}'`).join('\n')}
type IsAny<T> = 0 extends 1 & T ? true : false
${specifiers.map((_, index) => `export const any${index}: IsAny<typeof entry${index}> = false`).join('\n')}
export const all = [${specifiers.map((_, index) => `entry${index}`).join(', ')}]
`

const portable = entries.filter((entry) =>
  ['@cultus/core', '@cultus/bounded-cache', '@cultus/query-bounds'].some(
    (name) => entry === name || (name === '@cultus/core' && entry.startsWith(`${name}/`)),
  ),
)

const careful = {
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
}

describe('every entry compiles in', () => {
  const esm = {
    bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
    node16: { module: 'Node16', moduleResolution: 'Node16' },
    nodenext: { module: 'NodeNext', moduleResolution: 'NodeNext' },
  }
  for (const [name, options] of Object.entries(esm)) {
    test(`an ES module with moduleResolution ${name}`, () => {
      const program = compile(
        folders.peers,
        { 'main.ts': useOf(entries) },
        {
          ...options,
          skipLibCheck: true,
        },
      )
      assert.equal(complaints(program), '')
    })
  }

  const commonjs = {
    'module nodenext': { module: 'NodeNext', moduleResolution: 'NodeNext' },
    'module node20': { module: 'Node20' },
    'module commonjs and moduleResolution bundler': {
      module: 'CommonJS',
      moduleResolution: 'Bundler',
    },
  }
  for (const [name, options] of Object.entries(commonjs)) {
    test(`a CommonJS module with ${name}`, () => {
      const program = compile(
        folders.peers,
        { 'main.cts': useOf(entries) },
        {
          ...options,
          skipLibCheck: true,
        },
      )
      assert.equal(complaints(program), '')
    })
  }

  test('a project that checks the declarations it installs, with the types of Node', () => {
    const program = compile(
      folders.peers,
      { 'main.ts': useOf(entries) },
      {
        ...careful,
        lib: ['ES2022', 'DOM', 'DOM.Iterable'],
        types: ['node'],
      },
    )
    assert.equal(complaints(program), '')
  })

  test('a project that checks declarations without the types of Node, given ESNext.Disposable', () => {
    const program = compile(
      folders.bare,
      { 'main.ts': useOf(portable) },
      {
        ...careful,
        lib: ['ES2022', 'DOM', 'ESNext.Disposable'],
      },
    )
    assert.equal(complaints(program), '')
  })
})

test('without ESNext.Disposable and the types of Node, only Symbol.dispose is unknown', () => {
  const program = compile(
    folders.bare,
    { 'main.ts': useOf(portable) },
    {
      ...careful,
      lib: ['ES2022', 'DOM'],
    },
  )
  const found = diagnosed(program)
  for (const { code, message, file } of found) {
    assert.match(file, /node_modules\/@cultus\//)
    assert.match(`TS${code} ${message}`, /^TS2550 Property 'dispose' does not exist/)
  }
  assert.notEqual(found.length, 0, 'nothing is unknown any more: README of core says otherwise')
})

test('a CommonJS module under node16, a Node that could not require ESM, is told so by TS1479', () => {
  const program = compile(
    folders.peers,
    { 'main.cts': useOf(entries) },
    {
      module: 'Node16',
      moduleResolution: 'Node16',
      skipLibCheck: true,
    },
  )
  const codes = diagnosed(program).map(({ code }) => code)
  assert.deepEqual(
    codes,
    entries.map(() => 1479),
  )
})

test('a wrong use of an entry does not compile', () => {
  const source = `import { pressureBus } from '@cultus/core'\npressureBus().publish('test', { level: 'high', ratio: 1 })`
  const program = compile(
    folders.bare,
    { 'main.ts': source },
    {
      module: 'ESNext',
      moduleResolution: 'Bundler',
      skipLibCheck: true,
    },
  )
  assert.deepEqual(
    diagnosed(program).map(({ code }) => code),
    [2322],
  )
})

test('the declarations promise exactly the values that exist at run time', async () => {
  const program = compile(
    folders.peers,
    { 'main.ts': useOf(entries) },
    {
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      skipLibCheck: true,
    },
  )
  const { facts } = await runNode(
    folders.peers,
    `
    const facts = {}
    for (const entry of ${JSON.stringify(entries)}) facts[entry] = Object.keys(await import(entry)).sort()
    report(facts)
    `,
  )
  assert.deepEqual(valuesOfNamespaces(program, 'main.ts'), facts)
})
