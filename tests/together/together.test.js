import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const child = fileURLToPath(new URL('./service-child.js', import.meta.url))
const heapMegabytes = 256

describe('five packages in one process under real memory pressure', () => {
  const told = {}
  let ended

  before(async () => {
    const service = spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, child], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    })
    let printed = ''
    let complaints = ''
    service.stdout.on('data', (chunk) => {
      printed += chunk
    })
    service.stderr.on('data', (chunk) => {
      complaints += chunk
    })
    const [code, signal] = await once(service, 'close')
    ended = { code, signal, complaints }
    for (const line of printed.split('\n').filter(Boolean)) {
      const { step, ...seen } = JSON.parse(line)
      told[step] = seen
    }
  })

  test('it lives, ends by itself, and nobody complains', () => {
    assert.deepEqual(ended, { code: 0, signal: null, complaints: '' })
  })

  test('with memory to spare everything is admitted and nothing is limited', () => {
    assert.equal(told.full.level, 'normal')
    assert.deepEqual(told.full.ratios, { pages: 1, generated: 1, queries: 1 })
    assert.deepEqual(told.full.verdicts, {
      essential: 'admitted',
      standard: 'admitted',
      background: 'admitted',
    })
  })

  test('at critical caches keep half, AI results nothing, and background requests are refused', () => {
    const { full, critical } = told
    assert.ok(
      critical.sizes.pages <= 0.5 * full.sizes.pages,
      `${critical.sizes.pages} of ${full.sizes.pages}`,
    )
    assert.equal(critical.sizes.generated, 0)
    assert.ok(critical.sizes.queries <= 200, `${critical.sizes.queries} queries`)
    assert.equal(critical.verdicts.background, 'level')
    assert.equal(critical.verdicts.essential, 'admitted')
  })

  test('at emergency caches keep a tenth and only essential requests are admitted', () => {
    const { full, emergency } = told
    assert.ok(
      emergency.sizes.pages <= 0.1 * full.sizes.pages,
      `${emergency.sizes.pages} of ${full.sizes.pages}`,
    )
    assert.ok(emergency.sizes.queries <= 40, `${emergency.sizes.queries} queries`)
    assert.deepEqual(emergency.verdicts, {
      essential: 'admitted',
      standard: 'level',
      background: 'level',
    })
  })

  test('relieved, it returns to normal and gives everything back', () => {
    assert.equal(told.relieved.level, 'normal')
    assert.equal(told.restored.level, 'normal')
    assert.deepEqual(told.restored.ratios, { pages: 1, generated: 1, queries: 1 })
    assert.deepEqual(told.restored.verdicts, {
      essential: 'admitted',
      standard: 'admitted',
      background: 'admitted',
    })
  })
})
