import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { consumer, copyOfConsumer } from './consumer.js'
import { runNode } from './run-node.js'

let project
before(async () => {
  project = copyOfConsumer((await consumer()).bare)
  // The library that listens: it knows a channel's name, and nothing of Cultus.
  writeFileSync(
    join(project.folder, 'library.js'),
    `
    import { subscribe } from 'node:diagnostics_channel'
    export const heard = []
    subscribe('cultus:pressure:change', (event, name) => heard.push({ name, event }))
    `,
  )
})
after(() => project?.remove())

describe('the channel cultus:pressure:change', () => {
  test('brings each change of the level to a library that does not import Cultus', async () => {
    const { facts, stderr } = await runNode(
      project.folder,
      `
      import { heard } from './library.js'
      const { pressureBus } = await import('@cultus/core')
      const earliest = Date.now()
      pressureBus().publish('heap', { level: 'warning', ratio: 0.75, signal: 'heap', reason: 'full' })
      pressureBus().publish('heap', { level: 'warning', ratio: 0.76 })
      pressureBus().publish('heap', { level: 'critical', ratio: 0.9 })
      pressureBus().withdraw('heap')
      report({ heard, timely: heard.every(({ event }) => event.at >= earliest && event.at <= Date.now()) })
      `,
    )
    assert.equal(facts.timely, true)
    assert.deepEqual(
      facts.heard.map(({ event }) => [event.previous, event.level]),
      [
        ['normal', 'warning'],
        ['warning', 'critical'],
        ['critical', 'normal'],
      ],
    )
    const { at: _, ...first } = facts.heard[0].event
    assert.deepEqual(facts.heard[0].name, 'cultus:pressure:change')
    assert.deepEqual(first, {
      level: 'warning',
      previous: 'normal',
      ratio: 0.75,
      confidence: 'confirmed',
      source: 'heap',
      signal: 'heap',
      reason: 'full',
    })
    assert.equal(stderr, '')
  })

  test('carries nothing of a bus that an application made for itself', async () => {
    const { facts } = await runNode(
      project.folder,
      `
      import { heard } from './library.js'
      const { PressureBus } = await import('@cultus/core')
      new PressureBus().publish('heap', { level: 'critical', ratio: 0.9 })
      report(heard)
      `,
    )
    assert.deepEqual(facts, [])
  })

  test('does not let a subscriber that throws reach whoever publishes', async () => {
    const { facts } = await runNode(
      project.folder,
      `
      import { subscribe } from 'node:diagnostics_channel'
      import { heard } from './library.js'
      const { pressureBus } = await import('@cultus/core')
      const uncaught = []
      process.on('uncaughtException', (error) => uncaught.push(error.message))
      subscribe('cultus:pressure:change', () => {
        throw new Error('mine')
      })
      pressureBus().publish('heap', { level: 'critical', ratio: 0.9 })
      pressureBus().publish('heap', { level: 'normal', ratio: 0.1 })
      const level = pressureBus().level
      // Node hands what a subscriber throws to the process, on a later tick.
      setTimeout(() => report({ level, heard: heard.length, uncaught }), 20)
      `,
    )
    assert.deepEqual(facts, { level: 'normal', heard: 2, uncaught: ['mine', 'mine'] })
  })
})
