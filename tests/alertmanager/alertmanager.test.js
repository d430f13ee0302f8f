import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PressureBus } from '@cultus/core'
import { AlertEngine, alertmanagerSink, webhookSink } from '@cultus/memory-monitor'
import { alertmanager } from './install-alertmanager.js'

const patience = 15_000
const { program, reason } = alertmanager()

/** An HTTP server on this machine that keeps what is posted to it. */
async function hookServer() {
  const bodies = []
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { bodies, server, url: `http://127.0.0.1:${server.address().port}/` }
}

async function freePort() {
  const { server } = await hookServer()
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function until(what, condition) {
  const end = performance.now() + patience
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${patience} ms: ${what}`)
    await sleep(50)
  }
}

describe('a real Alertmanager', { skip: reason ?? false }, () => {
  let folder
  let child
  let url
  let hook

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cultus-alertmanager-'))
    hook = await hookServer()
    const config = {
      route: {
        receiver: 'hook',
        group_by: ['alertname', 'severity'],
        group_wait: '0s',
        group_interval: '1s',
        repeat_interval: '1h',
      },
      receivers: [{ name: 'hook', webhook_configs: [{ url: hook.url, send_resolved: true }] }],
    }
    // JSON is YAML.
    writeFileSync(join(folder, 'config.yml'), JSON.stringify(config))
    const address = `127.0.0.1:${await freePort()}`
    url = `http://${address}`
    child = spawn(
      program,
      [
        `--config.file=${join(folder, 'config.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    )
    await until('Alertmanager is ready', async () => {
      assert.equal(child.exitCode, null, 'Alertmanager ended')
      return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok
    })
  })

  after(async () => {
    hook?.server.close()
    hook?.server.closeAllConnections()
    if (child?.exitCode === null) {
      child.kill()
      await once(child, 'exit')
    }
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  async function active(name) {
    const response = await fetch(`${url}/api/v2/alerts`)
    return (await response.json()).filter(({ labels }) => labels.alertname === name)
  }

  function setUp(options = {}, engineOptions = {}) {
    const bus = new PressureBus()
    const sink = alertmanagerSink({ url, labels: { service: 'shop' }, ...options })
    const engine = new AlertEngine({ sinks: [sink], rules: [], bus, ...engineOptions }).start()
    return { bus, engine }
  }

  const alert = (name, severity, status = 'firing') => ({
    name,
    source: 'web',
    severity,
    status,
    summary: `memory is at ${severity}`,
    labels: { signal: 'heap', level: severity },
    at: Date.now(),
  })

  test('shows an alert as one, whatever becomes of its severity, until it is over', async () => {
    const { bus, engine } = setUp()
    bus.publishAlert(alert('Rising', 'warning'))
    assert.equal(await engine.flush(), true)
    const [first] = await active('Rising')
    assert.deepEqual(first.labels, {
      alertname: 'Rising',
      source: 'web',
      service: 'shop',
      signal: 'heap',
      severity: 'warning',
      level: 'warning',
    })
    assert.deepEqual(first.annotations, { summary: 'memory is at warning' })

    bus.publishAlert(alert('Rising', 'emergency'))
    assert.equal(await engine.flush(), true)
    await until('the warning is over', async () => (await active('Rising')).length === 1)
    const [second] = await active('Rising')
    assert.equal(second.labels.severity, 'critical')
    assert.equal(second.labels.level, 'emergency')

    bus.publishAlert(alert('Rising', 'info', 'resolved'))
    assert.equal(await engine.flush(), true)
    await until('nothing fires', async () => (await active('Rising')).length === 0)
    await until('the receiver was told of every end', () => {
      const told = new Map()
      for (const { alerts } of hook.bodies)
        for (const { labels, status } of alerts)
          if (labels.alertname === 'Rising') told.set(labels.level, status)
      return told.get('emergency') === 'resolved' && told.get('warning') === 'resolved'
    })
    engine.stop()
    assert.equal(engine.status().sinks[0].failed, 0)
  })

  test('hears of an alert again before it runs out, and lets it run out when the process is gone', async () => {
    const endsAfter = 2_000
    const { bus, engine } = setUp({ endsAfter }, { resolveOnStop: false })
    bus.publishAlert(alert('Dying', 'critical'))
    assert.equal(await engine.flush(), true)
    const [{ endsAt }] = await active('Dying')
    await until('its end was put off', async () => {
      const [now] = await active('Dying')
      assert.notEqual(now, undefined, 'it ran out')
      return Date.parse(now.endsAt) > Date.parse(endsAt) + endsAfter
    })
    engine.stop()
    await until('it ran out', async () => (await active('Dying')).length === 0)
  })

  test('hears that what fires is over when the engine stops', async () => {
    const { bus, engine } = setUp()
    bus.publishAlert(alert('Stopped', 'critical'))
    assert.equal(await engine.flush(), true)
    assert.equal((await active('Stopped')).length, 1)
    engine.stop()
    assert.equal(await engine.flush(), true)
    await until('it is over', async () => (await active('Stopped')).length === 0)
  })

  test('posts to its webhooks what our webhook sink posts', async () => {
    const own = await hookServer()
    const bus = new PressureBus()
    const engine = new AlertEngine({
      sinks: [alertmanagerSink({ url }), webhookSink({ url: own.url })],
      rules: [],
      bus,
    }).start()
    bus.publishAlert(alert('Shape', 'critical'))
    assert.equal(await engine.flush(), true)
    const theirs = () => hook.bodies.find(({ commonLabels }) => commonLabels.alertname === 'Shape')
    await until('Alertmanager told its receiver', () => theirs() !== undefined)
    const { heldBack, ...ours } = own.bodies[0]
    assert.equal(heldBack, 0)
    assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs()).sort())
    const [[ourAlert], [theirAlert]] = [ours.alerts, theirs().alerts]
    assert.deepEqual(Object.keys(ourAlert).sort(), Object.keys(theirAlert).sort())
    for (const key of ['status', 'labels', 'annotations'])
      assert.deepEqual(ourAlert[key], theirAlert[key], key)
    // Go leaves out zeros at the end of a fraction.
    assert.equal(Date.parse(ourAlert.startsAt), Date.parse(theirAlert.startsAt))
    for (const key of ['version', 'status', 'commonLabels', 'commonAnnotations', 'truncatedAlerts'])
      assert.deepEqual(ours[key], theirs()[key], key)
    engine.stop()
    assert.equal(await engine.flush(), true)
    own.server.close()
    own.server.closeAllConnections()
  })
})
