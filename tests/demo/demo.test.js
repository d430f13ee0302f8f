import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const out = mkdtempSync(join(tmpdir(), 'cultus-report-'))
after(() => rmSync(out, { recursive: true, force: true }))

test('the quick demo shows one service dying and the other living under the same load', (context) => {
  const demo = fileURLToPath(new URL('../../examples/express/dist/demo/run.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo, '--quick', '--out', out], {
    encoding: 'utf8',
    timeout: 180_000,
  })
  context.diagnostic(stdout.slice(-4_000))
  assert.equal(status, 0, stderr)
  const { runs, verdicts } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
  const { unprotected, cultus } = runs

  assert.equal(unprotected.survived, false)
  assert.match(unprotected.exit.words, /heap out of memory/)
  assert.equal(cultus.survived, true)
  assert.ok(cultus.essentialSuccess >= 0.99, `essential success ${cultus.essentialSuccess}`)
  assert.equal(cultus.wrongAnswers, 0)
  assert.ok(cultus.hotHitRatio > 0.8, `hot hit ratio ${cultus.hotHitRatio}`)
  assert.ok(
    cultus.recoverySeconds !== null && cultus.recoverySeconds < 30,
    `recovery ${cultus.recoverySeconds}`,
  )
  assert.ok(cultus.served > 0 && cultus.shed > 0)
  // Latency is told, not asserted: it is the machine's as much as ours.
  for (const { promise, figure, kept } of verdicts)
    context.diagnostic(`${kept ? 'kept' : 'MISSED'}: ${promise}: ${figure}`)

  assert.match(
    readFileSync(join(out, 'report.svg'), 'utf8'),
    /^<svg[^>]*>[\s\S]*without Cultus[\s\S]*<\/svg>$/,
  )
  assert.match(readFileSync(join(out, 'report.md'), 'utf8'), /\| outcome \| died after/)
})
