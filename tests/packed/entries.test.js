import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { entries, packages } from '../workspace.js'
import { consumer } from './consumer.js'
import { runNode } from './run-node.js'

let folders
before(async () => {
  folders = await consumer()
})

describe('entries', () => {
  test('import and require give the same module object, without a warning', async () => {
    const { facts, stderr } = await runNode(
      folders.peers,
      `
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const facts = {}
      for (const entry of ${JSON.stringify(entries)}) {
        const imported = await import(entry)
        facts[entry] = { same: require(entry) === imported, names: Object.keys(imported) }
      }
      report(facts)
      `,
    )
    assert.deepEqual(Object.keys(facts), entries)
    for (const [entry, { same, names }] of Object.entries(facts)) {
      assert.equal(same, true, `${entry}: require gives another object than import`)
      // What only declares types has no names.
      assert.equal(names.length === 0, entry.endsWith('/register'), `${entry} exports ${names}`)
      assert.equal(names.includes('default'), false, `${entry} has a default export`)
    }
    assert.equal(stderr, '')
  })

  test('what is required first is what is imported later', async () => {
    const { facts, stderr } = await runNode(
      folders.peers,
      `
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const facts = []
      for (const entry of ${JSON.stringify(entries)}) {
        const required = require(entry)
        facts.push(required === (await import(entry)))
      }
      report(facts)
      `,
    )
    assert.deepEqual(
      facts,
      entries.map(() => true),
    )
    assert.equal(stderr, '')
  })

  test('every package.json can be read through its package', async () => {
    const { facts } = await runNode(
      folders.bare,
      `
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const names = ${JSON.stringify(packages.map((one) => one.name))}
      report(names.map((name) => require(name + '/package.json').name))
      `,
    )
    assert.deepEqual(
      facts,
      packages.map((one) => one.name),
    )
  })

  test('main entries load where no optional peer is installed', async () => {
    const { facts } = await runNode(
      folders.bare,
      `
      const names = ${JSON.stringify(packages.map((one) => one.name))}
      const facts = []
      for (const name of names) facts.push(Object.keys(await import(name)).length > 0)
      report(facts)
      `,
    )
    assert.deepEqual(
      facts,
      packages.map(() => true),
    )
  })

  for (const entry of entries) {
    test(`importing ${entry} starts no timer or handle and adds no listener or global`, async () => {
      const { facts } = await runNode(
        folders.peers,
        `
        import 'node:diagnostics_channel'
        import { createHook } from 'node:async_hooks'
        import { PerformanceObserver } from 'node:perf_hooks'
        const state = () => [
          ...Reflect.ownKeys(globalThis).map(String),
          ...process.eventNames().map((name) => String(name) + ' × ' + process.listenerCount(name)),
        ]
        // Unlike the resources that Node lists as active, these include timers that were unref'd.
        const begun = []
        const hook = createHook({ init: (_id, type) => begun.push(type) })
        PerformanceObserver.prototype.observe = () => begun.push('PerformanceObserver')
        const earlier = state()
        hook.enable()
        await import(${JSON.stringify(entry)})
        hook.disable()
        const ofLoading = /^(?:PROMISE|TickObject|Microtask|FS|FILEHANDLE)/
        const later = [...state(), ...begun.filter((type) => !ofLoading.test(type))]
        for (const known of earlier) {
          if (later.includes(known)) later.splice(later.indexOf(known), 1)
        }
        report(later)
        `,
      )
      assert.deepEqual(facts, [])
    })
  }
})
