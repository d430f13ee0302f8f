import assert from 'node:assert/strict'
import { isBuiltin } from 'node:module'
import { before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { entries, packages } from '../workspace.js'
import { consumer } from './consumer.js'

const portable = ['@cultus/core', '@cultus/bounded-cache', '@cultus/query-bounds']

let folder
before(async () => {
  folder = (await consumer()).bare
})

/** Bundles a module; resolves with its code and with each builtin of Node that is reached, by whom. */
async function bundle(source, options = {}) {
  const builtins = []
  const recordBuiltins = {
    name: 'record-builtins',
    setup(building) {
      building.onResolve({ filter: /.*/ }, ({ path, importer }) => {
        if (!isBuiltin(path)) return undefined
        builtins.push({ path, importer: importer.replaceAll('\\', '/') })
        return { path, external: true }
      })
    },
  }
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder, sourcefile: 'main.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    metafile: true,
    write: false,
    absWorkingDir: folder,
    plugins: [recordBuiltins],
    logOverride: { 'ignored-bare-import': 'silent' },
    ...options,
  })
  return { code: outputFiles[0].text, inputs: Object.keys(metafile.inputs), builtins }
}

const everythingOf = (name) => `export * from '${name}'`
const browser = { platform: 'browser', conditions: ['browser'] }

describe('under browser conditions', () => {
  for (const name of portable) {
    test(`${name} reaches no module of Node`, async () => {
      const { builtins, code } = await bundle(everythingOf(name), browser)
      assert.deepEqual(builtins, [])
      assert.doesNotMatch(code, /\b(?:import|require)\s*\(\s*["'`]node:/)
    })
  }
})

describe('in Node', () => {
  for (const name of portable) {
    test(`${name} reaches no module of Node`, async () => {
      const { builtins } = await bundle(everythingOf(name), { platform: 'node' })
      assert.deepEqual(builtins, [])
    })
  }
})

describe('a bundle', () => {
  const importsOf = (inputs) =>
    inputs.map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])

  for (const { name, manifest } of packages) {
    test(`of ${name} holds it and its dependencies alone`, async () => {
      const { inputs } = await bundle(everythingOf(name), { platform: 'node' })
      const held = new Set(importsOf(inputs).filter(Boolean))
      const allowed = [name, ...Object.keys(manifest.dependencies ?? {})]
      assert.deepEqual(
        [...held].filter((one) => !allowed.includes(one)),
        [],
      )
    })
  }

  for (const entry of entries) {
    test(`that imports nothing from ${entry} holds none of it`, async () => {
      const external = packages.flatMap(({ manifest }) =>
        Object.keys(manifest.peerDependencies ?? {}),
      )
      const { code } = await bundle(`import '${entry}'`, { platform: 'node', external })
      assert.equal(code.trim(), '')
    })
  }

  test('that imports one name from core drops the rest', async () => {
    const all = await bundle(everythingOf('@cultus/core'), browser)
    const one = await bundle(`export { levelRank } from '@cultus/core'`, browser)
    for (const part of ['CULTUS_W_PROTOCOL', 'CULTUS_SEAT_TAKEN', 'staleAfter', 'setTimeout']) {
      assert.ok(all.code.includes(part), `the whole of core has no ${part}: mend this test`)
      assert.ok(!one.code.includes(part), `levelRank brings ${part} along`)
    }
    assert.ok(one.code.length < 400, `levelRank alone takes ${one.code.length} bytes`)
  })

  test('that imports the bus from core drops the registry and the followers', async () => {
    const { code } = await bundle(`export { PressureBus } from '@cultus/core'`, browser)
    assert.ok(code.includes('staleAfter'))
    assert.ok(!code.includes('CULTUS_SEAT_TAKEN'))
    assert.ok(!code.includes('regrowth'))
  })
})
