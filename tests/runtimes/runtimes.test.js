import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { findChromium } from '../browser/chromium.js'
import { consumer, copyOfConsumer } from '../packed/consumer.js'
import { bundled, scenarioText } from './bundled.js'
import { findProgram } from './program.js'

const start = promisify(execFile)
const policies = 6
const timeout = 60_000

/** What comes of the scenario everywhere. */
const expected = {
  filled: Array.from({ length: policies }, () => [100, true, true, 1_900]),
  expired: [1, true, 2],
  loaded: [1, 1, { key: 'key', aborted: false }, true, 'TypeError'],
  shrunk: [true, true, true, true, 'normal'],
  estimated: [true, true, true, true, true],
  disposed: [false, null, 0, 0, false],
  refused: [true, 'CULTUS_INVALID_OPTION', '`maxEntries` must be a positive integer, got 0'],
}

const deno = findProgram('deno', ['deno'])
const bun = findProgram('bun', ['bin/bun'])
const miniflare = await import('miniflare').catch(({ code, message }) => ({
  reason: code === 'ERR_MODULE_NOT_FOUND' ? 'the npm package miniflare is not installed' : message,
}))
const executablePath = findChromium()

let project
let installed

before(async () => {
  installed = (await consumer()).bare
  project = copyOfConsumer(installed)
  writeFileSync(join(project.folder, 'scenario.js'), scenarioText)
  writeFileSync(
    join(project.folder, 'main.js'),
    "import { scenario } from './scenario.js'\nconsole.log(JSON.stringify(await scenario()))\n",
  )
})

after(() => project?.remove())

/** Runs the scenario with the packages as npm has installed them. */
async function run(program, args, env = {}) {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const { stdout, stderr } = await start(program, [...args, 'main.js'], {
    cwd: project.folder,
    env: { ...inherited, ...env },
    timeout: 30_000,
  })
  return { facts: JSON.parse(stdout), stderr }
}

describe('the scenario comes out the same', { timeout }, () => {
  test('in Node.js', async (context) => {
    context.diagnostic(`Node.js ${process.versions.node}`)
    const { facts, stderr } = await run(process.execPath, [])
    assert.deepEqual(facts, expected)
    assert.equal(stderr, '')
  })

  test('in Deno, which is asked for no permission', { skip: deno.reason }, async (context) => {
    context.diagnostic(`Deno ${deno.version}`)
    const env = {
      DENO_DIR: join(project.folder, '.deno'),
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
    }
    const { facts } = await run(
      deno.program,
      ['run', '--no-prompt', '--no-remote', '--no-lock'],
      env,
    )
    assert.deepEqual(facts, expected)
  })

  test('in Bun', { skip: bun.reason }, async (context) => {
    context.diagnostic(`Bun ${bun.version}`)
    const { facts } = await run(bun.program, ['run', '--no-install'], { DO_NOT_TRACK: '1' })
    assert.deepEqual(facts, expected)
  })

  test('in workerd, as Miniflare starts it', { skip: miniflare.reason }, async (context) => {
    const answer = '\nexport default { fetch: async () => Response.json(await scenario()) }'
    const script = await bundled(installed, answer, ['workerd', 'worker', 'browser'])
    const worker = new miniflare.Miniflare({
      modules: true,
      script,
      compatibilityDate: miniflare.supportedCompatibilityDate,
    })
    context.after(() => worker.dispose())
    context.diagnostic(`workerd of ${miniflare.supportedCompatibilityDate}`)
    const response = await worker.dispatchFetch('http://localhost/')
    const text = await response.text()
    assert.equal(response.status, 200, text)
    assert.deepEqual(JSON.parse(text), expected)
  })

  const noChromium =
    executablePath === undefined && 'there is no Chromium, nor can one be installed'
  test('in a page of Chromium', { skip: noChromium }, async (context) => {
    const script = await bundled(installed, '\nglobalThis.scenario = scenario', ['browser'])
    const server = createServer(({ url }, response) => {
      const isScript = url.endsWith('.js')
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
      response.end(
        isScript ? script : '<!doctype html><script type="module" src="page.js"></script>',
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const args = ['--no-sandbox', '--disable-dev-shm-usage']
    const browser = await chromium.launch({ executablePath, args })
    context.after(async () => {
      await browser.close()
      server.closeAllConnections()
      server.close()
    })
    context.diagnostic(`Chromium ${browser.version()}`)
    const page = await browser.newPage()
    const complaints = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    await page.waitForFunction(() => 'scenario' in globalThis)
    const text = await page.evaluate(async () => JSON.stringify(await globalThis.scenario()))
    assert.deepEqual(JSON.parse(text), expected)
    assert.deepEqual(complaints, [])
  })
})
