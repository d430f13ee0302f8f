import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { packages } from '../workspace.js'
import { consumer, copyOfConsumer } from './consumer.js'
import { runNode } from './run-node.js'

const core = '@cultus/core'
const dependents = packages.filter((one) => one.name !== core)
const host = '@cultus/bounded-cache'

let project
before(async () => {
  project = copyOfConsumer((await consumer()).bare)
  const installed = join(project.folder, 'node_modules', core)

  // As npm nests it for a dependent that asks for another version than the application does.
  const nested = join(project.folder, 'node_modules', host, 'node_modules', core)
  cpSync(installed, nested, { recursive: true })
  edit(join(nested, 'package.json'), /"version": "[^"]+"/, '"version": "99.0.0"')

  const foreign = join(project.folder, 'foreign', 'node_modules', core)
  cpSync(installed, foreign, { recursive: true })
  const dist = join(foreign, 'dist')
  const declaring = readdirSync(dist)
    .filter((name) => name.endsWith('.js'))
    .filter((name) => /\bprotocol = 1\b/.test(readFileSync(join(dist, name), 'utf8')))
  assert.equal(declaring.length, 1, 'the protocol number is declared once in dist')
  edit(join(dist, declaring[0]), /\bprotocol = 1\b/, 'protocol = 2')

  const source = `export { CultusError, isCultusError, PressureBus, consumerRegistry, pressureBus } from '${core}'`
  await build({
    stdin: { contents: source, resolveDir: project.folder },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    outfile: join(project.folder, 'bundle.cjs'),
  })
})
after(() => project?.remove())

function edit(path, pattern, replacement) {
  const text = readFileSync(path, 'utf8')
  assert.match(text, pattern)
  writeFileSync(path, text.replace(pattern, replacement))
}

/** The application's copy as `app`, the one nested in a dependent as `nested`, one inlined in a bundle as `bundled`. */
const copies = `
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import * as app from '${core}'
const require = createRequire(import.meta.url)
const requireFrom = (path) => createRequire(require.resolve(path))
const nestedPath = requireFrom('${host}').resolve('${core}')
const nested = await import(pathToFileURL(nestedPath))
const bundled = require('./bundle.cjs')
const foreignPath = pathToFileURL(createRequire(process.cwd() + '/foreign/app.js').resolve('${core}'))
`

const run = async (source) => (await runNode(project.folder, copies + source)).facts

describe('copies of core', () => {
  test('are different modules of different versions', async () => {
    const facts = await run(`
      report({
        namespaces: new Set([app, nested, bundled]).size,
        classes: new Set([app, nested, bundled].map((copy) => copy.PressureBus)).size,
        errors: new Set([app, nested, bundled].map((copy) => copy.CultusError)).size,
        nested: requireFrom('${host}')('${core}/package.json').version,
        app: require('${core}/package.json').version,
      })
    `)
    const { version } = packages.find((one) => one.name === core).manifest
    assert.deepEqual(facts, {
      namespaces: 3,
      classes: 3,
      errors: 3,
      nested: '99.0.0',
      app: version,
    })
  })

  for (const first of ['app', 'nested', 'bundled']) {
    test(`share one bus and one registry when ${first} asks first`, async () => {
      const facts = await run(`
        const bus = ${first}.pressureBus()
        const registry = ${first}.consumerRegistry()
        report({
          buses: [app, nested, bundled].map((copy) => copy.pressureBus() === bus),
          registries: [app, nested, bundled].map((copy) => copy.consumerRegistry() === registry),
          made: [app, nested, bundled].map((copy) => bus instanceof copy.PressureBus),
        })
      `)
      assert.deepEqual(facts.buses, [true, true, true])
      assert.deepEqual(facts.registries, [true, true, true])
      assert.deepEqual(
        facts.made,
        ['app', 'nested', 'bundled'].map((name) => name === first),
      )
    })
  }

  test('hear of a level that another copy publishes', async () => {
    const facts = await run(`
      const heard = []
      app.pressureBus().subscribe('level', (event) => heard.push(['app', event.level, event.source]))
      bundled.pressureBus().subscribe('level', (event) => heard.push(['bundled', event.level, event.source]))
      nested.pressureBus().publish('test', { level: 'critical', ratio: 0.9 })
      nested.pressureBus().publish('test', { level: 'normal', ratio: 0.1 })
      report({ heard, level: app.pressureBus().level })
    `)
    assert.deepEqual(facts.heard, [
      ['app', 'critical', 'test'],
      ['bundled', 'critical', 'test'],
      ['app', 'normal', 'test'],
      ['bundled', 'normal', 'test'],
    ])
    assert.equal(facts.level, 'normal')
  })

  test('list a consumer that registered with another copy, and lose it when it leaves', async () => {
    const facts = await run(`
      const usage = { bytes: 1, entries: 2, hits: 3, misses: 4, evictions: 5 }
      const consumer = {
        name: 'users',
        kind: 'cache',
        usage: () => usage,
        setLimitRatio() {},
        release: async () => ({ bytes: 0, entries: 0, slices: 0, completed: true }),
      }
      const labels = () => app.consumerRegistry().usage().map((one) => [one.label, one.bytes])
      const unregister = nested.consumerRegistry().register(consumer)
      const during = labels()
      unregister()
      report({ during, afterwards: labels() })
    `)
    assert.deepEqual(facts, { during: [['users', 1]], afterwards: [] })
  })

  test('refuse a second coordinator whichever copy seated the first', async () => {
    const facts = await run(`
      app.consumerRegistry().coordinate({ name: 'first' })
      let code
      try {
        nested.consumerRegistry().coordinate({ name: 'second' })
      } catch (error) {
        code = error.code
      }
      report({ code, coordinator: bundled.consumerRegistry().coordinator.name })
    `)
    assert.deepEqual(facts, { code: 'CULTUS_SEAT_TAKEN', coordinator: 'first' })
  })

  test('know the errors of one another', async () => {
    const facts = await run(`
      const errors = [app, nested, bundled].map((copy) => new copy.CultusError('CULTUS_DISPOSED', 'over'))
      report({
        known: [app, nested, bundled].map((copy) => errors.map((error) => copy.isCultusError(error))),
        instances: [app, nested, bundled].map((copy) => errors.map((error) => error instanceof copy.CultusError)),
        others: [app, nested, bundled].map((copy) => copy.isCultusError(new Error('over'))),
      })
    `)
    assert.deepEqual(facts.known.flat(), Array(9).fill(true))
    assert.deepEqual(facts.instances, [
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ])
    assert.deepEqual(facts.others, [false, false, false])
  })

  test('serve a cache of a package that brought its own copy', async () => {
    const facts = await run(`
      const { BoundedCache } = await import('${host}')
      const cache = new BoundedCache({ name: 'sessions', maxEntries: 10 })
      cache.set('key', 'value')
      report(app.consumerRegistry().usage().map((one) => [one.label, one.entries]))
      cache[Symbol.dispose]()
    `)
    assert.deepEqual(facts, [['sessions', 1]])
  })

  test('are told apart by protocol: another one gets its own bus and warns once', async () => {
    const facts = await run(`
      const warnings = []
      process.on('warning', (warning) => warnings.push([warning.name, warning.code]))
      const foreign = await import(foreignPath)
      app.pressureBus()
      for (let times = 0; times < 3; times++) {
        foreign.pressureBus()
        foreign.consumerRegistry()
        nested.pressureBus()
      }
      foreign.pressureBus().publish('test', { level: 'emergency', ratio: 0.99 })
      await new Promise((resolve) => setTimeout(resolve, 20))
      report({
        protocols: [app.protocol, nested.protocol, foreign.protocol],
        apart: foreign.pressureBus() !== app.pressureBus(),
        registriesApart: foreign.consumerRegistry() !== app.consumerRegistry(),
        levels: [app.pressureBus().level, foreign.pressureBus().level],
        known: app.isCultusError(new foreign.CultusError('CULTUS_DISPOSED', 'over')),
        warnings,
      })
    `)
    assert.deepEqual(facts, {
      protocols: [1, 1, 2],
      apart: true,
      registriesApart: true,
      levels: ['normal', 'emergency'],
      known: true,
      warnings: [['CultusWarning', 'CULTUS_W_PROTOCOL']],
    })
  })

  test('do not warn where all speak one protocol', async () => {
    const { stderr } = await runNode(
      project.folder,
      `${copies}
      for (const copy of [app, nested, bundled]) {
        copy.pressureBus()
        copy.consumerRegistry()
      }
      report(true)
      `,
    )
    assert.equal(stderr, '')
  })

  test('resolve to the one installed copy for every package where versions agree', async () => {
    const { bare } = await consumer()
    const { facts } = await runNode(
      bare,
      `
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const names = ${JSON.stringify(dependents.map((one) => one.name))}
      const resolved = names.map((name) => createRequire(require.resolve(name)).resolve('${core}'))
      report(resolved.map((path) => path === require.resolve('${core}')))
      `,
    )
    assert.deepEqual(
      facts,
      dependents.map(() => true),
    )
  })
})
