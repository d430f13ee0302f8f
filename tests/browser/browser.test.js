import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { isBuiltin } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { findChromium } from './chromium.js'

const executablePath = findChromium()
const skip = executablePath === undefined && 'there is no Chromium here, and none can be installed'

// A young generation so small that the limit of the heap is nearly that of its old generation, where it dies.
const heapMebibytes = 256
const flags = `--js-flags=--max-old-space-size=${heapMebibytes} --max-semi-space-size=1`
// A page is measured at the next collection, which an idle page puts off for many seconds; this one does not wait.
const eager = '--enable-blink-features=ForceEagerMeasureMemory'

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

let bundle
let server
let browser

before(async () => {
  const builtins = []
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.js', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@cultus/source', 'browser'],
    write: false,
    plugins: [
      {
        name: 'record-builtins',
        setup(building) {
          building.onResolve({ filter: /.*/ }, ({ path }) => {
            if (!isBuiltin(path)) return undefined
            builtins.push(path)
            return { path, external: true }
          })
        },
      },
    ],
  })
  assert.deepEqual(builtins, [], 'the page reaches modules of Node')
  bundle = outputFiles[0].text
  if (skip) return
  server = createServer(({ url }, response) => {
    const isolated = url.startsWith('/isolated')
    const script = url.endsWith('/page.js')
    response.writeHead(200, {
      'content-type': script ? 'text/javascript' : 'text/html',
      ...(isolated && isolation),
    })
    response.end(script ? bundle : '<!doctype html><script type="module" src="page.js"></script>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', flags, eager],
  })
})

after(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

/** Opens a page, closed when the test ends. */
async function open(context, path, init = () => {}) {
  const page = await browser.newPage()
  context.after(() => page.close())
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('crash', () => complaints.push('crashed'))
  await page.addInitScript(init)
  await page.goto(`http://127.0.0.1:${server.address().port}/${path}/`)
  await page.waitForFunction(() => 'state' in globalThis)
  const state = () => page.evaluate(() => globalThis.state())
  return { page, complaints, state }
}

/** Grows until a level is reached, a few MiB at a time. */
async function growUntil({ page, state }, levels, mebibytes, most) {
  for (let grown = 0; grown < most; grown += mebibytes) {
    await page.evaluate((amount) => globalThis.hold(amount), mebibytes)
    await page.waitForTimeout(60)
    const now = await state()
    if (levels.includes(now.level)) return now
  }
  throw new Error(`${most} MiB, and still ${JSON.stringify(await state())}`)
}

async function until({ page, state }, isSo) {
  for (let turn = 0; turn < 150; turn++) {
    const now = await state()
    if (isSo(now)) return now
    await page.waitForTimeout(100)
  }
  throw new Error(`in vain: ${JSON.stringify(await state())}`)
}

describe('in a page that is cross-origin isolated', { skip, timeout: 60_000 }, () => {
  test('levels rise with what lives, queries shrink, and normal comes back without a nudge', async (context) => {
    const it = await open(context, 'isolated')
    await it.page.evaluate(() => {
      globalThis.startQueries(100)
      globalThis.startMonitor({ limit: '96MiB' })
    })
    const calm = await until(it, ({ snapshot }) => snapshot.measurements > 0)
    assert.equal(calm.level, 'normal')
    assert.equal(calm.confidence, 'confirmed')
    assert.equal(calm.queries, 100)

    await growUntil(it, ['critical', 'emergency'], 4, 120)
    const half = await until(it, ({ queries }) => queries <= 50)
    assert.equal(half.snapshot.signal, 'page')

    await growUntil(it, ['emergency'], 2, 60)
    await until(it, ({ queries }) => queries <= 10)

    await it.page.evaluate(() => globalThis.letGo())
    const relieved = await until(it, ({ level }) => level === 'normal')
    assert.deepEqual(relieved.levels.slice(-3), ['critical', 'warning', 'normal'])

    await it.page.evaluate(() => globalThis.stopMonitor())
    assert.deepEqual((await it.state()).sources, [])
    assert.deepEqual(it.complaints, [])
  })

  test('the limit of the engine counts where none is given', async (context) => {
    const it = await open(context, 'isolated')
    await it.page.evaluate(() => globalThis.startMonitor())
    await growUntil(it, ['warning'], 8, heapMebibytes)
    // Slowly: a page that outruns its measurements dies at `warning`.
    const high = await growUntil(it, ['critical', 'emergency'], 1, heapMebibytes / 4)
    assert.equal(high.snapshot.signal, 'js-heap')
    assert.ok(high.snapshot.scriptHeap.limitBytes < 1.1 * heapMebibytes * 2 ** 20)
    await it.page.evaluate(() => globalThis.letGo())
    await until(it, ({ level }) => level === 'normal')
    assert.deepEqual(it.complaints, [])
  })
})

describe('in a page that is not isolated', { skip, timeout: 60_000 }, () => {
  test('the script heap alone raises to warning and no further', async (context) => {
    const it = await open(context, 'plain')
    await it.page.evaluate(() => {
      globalThis.startQueries(100)
      globalThis.startMonitor({ limit: '48MiB' })
    })
    await growUntil(it, ['warning'], 4, 60)
    // Over the limit itself: it may all be garbage.
    await it.page.evaluate(() => globalThis.hold(24))
    await it.page.waitForTimeout(500)
    const over = await it.state()
    assert.ok(over.snapshot.upperRatio > 1, `${over.snapshot.upperRatio}`)
    assert.equal(over.level, 'warning')
    assert.equal(over.confidence, 'estimated')
    assert.equal(over.snapshot.measurements, 0)
    assert.equal((await until(it, ({ queries }) => queries <= 75)).level, 'warning')

    await it.page.evaluate(() => globalThis.letGo())
    // The engine collects when it likes; so that the test need not wait for that:
    await it.page.requestGC()
    await until(it, ({ level }) => level === 'normal')
    assert.deepEqual(it.complaints, [])
  })
})

describe('in an engine that tells nothing', { skip, timeout: 60_000 }, () => {
  test('there is no level, and nothing is published', async (context) => {
    const it = await open(context, 'isolated', () => {
      Object.defineProperty(performance, 'memory', { value: undefined })
      Object.defineProperty(performance, 'measureUserAgentSpecificMemory', { value: undefined })
    })
    await it.page.evaluate(() => globalThis.startMonitor({ limit: '32MiB' }))
    await it.page.evaluate(() => globalThis.hold(64))
    await it.page.waitForTimeout(500)
    const { level, sources, snapshot, levels } = await it.state()
    assert.deepEqual([level, sources, levels], ['normal', [], []])
    assert.equal(snapshot.confidence, 'unknown')
    assert.deepEqual(it.complaints, [])
  })
})
