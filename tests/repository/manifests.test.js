import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { packages, privateManifests, readJson, root } from '../workspace.js'

const exact = /^(?:npm:@?[\w/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$|^workspace:/
/** Packages whose sources may name what only Node has. */
const forNode = ['@cultus/memory-monitor', '@cultus/pressure']
const skin = [
  'LICENSE',
  'README.md',
  'package.json',
  'test/tsconfig.json',
  'tsconfig.json',
  'tsup.config.ts',
  'vitest.config.ts',
]

/** Dependencies whose version the lockfile does not pin for those who install the package from elsewhere. */
function inexact(manifest, fields) {
  return fields
    .flatMap((field) => Object.entries(manifest[field] ?? {}))
    .filter(([, version]) => !exact.test(version))
    .map(([name, version]) => `${name}@${version}`)
}

for (const path of privateManifests) {
  test(`${path} names exact versions and is never published`, () => {
    const manifest = readJson(path)
    assert.deepEqual(inexact(manifest, ['dependencies', 'devDependencies']), [])
    assert.equal(manifest.private, true)
  })
}

describe('each package', () => {
  const first = packages.find((one) => one.name === '@cultus/core').manifest

  for (const { name, directory, folder, manifest } of packages) {
    test(`${name} has the same skin as the others`, () => {
      assert.deepEqual(
        skin.filter((path) => !existsSync(join(folder, path))),
        [],
      )
      for (const path of ['LICENSE', 'vitest.config.ts', 'test/tsconfig.json']) {
        const model = path === 'LICENSE' ? path : `packages/core/${path}`
        const text = readFileSync(join(folder, path), 'utf8')
        assert.equal(text, readFileSync(join(root, model), 'utf8'), `${path} differs from ${model}`)
      }
      for (const field of ['license', 'type', 'sideEffects', 'files', 'engines', 'publishConfig']) {
        assert.deepEqual(manifest[field], first[field], field)
      }
      for (const script of Object.keys(first.scripts)) {
        assert.equal(manifest.scripts[script], first.scripts[script], `scripts.${script}`)
      }
    })

    test(`${name} compiles with the settings of all, and sees Node only where it may`, () => {
      const { compilerOptions, ...settings } = readJson(join(folder, 'tsconfig.json'))
      assert.deepEqual(settings, { extends: '../../tsconfig.base.json', include: ['src'] })
      const allowed = forNode.includes(name) ? [undefined, { types: ['node'] }] : [undefined]
      assert.ok(allowed.some((options) => isDeepStrictEqual(options, compilerOptions)))
    })

    test(`${name} says what it is and where it comes from`, () => {
      assert.equal(name, `@cultus/${directory}`)
      assert.match(manifest.description, /^[A-Z].*\.$/)
      assert.equal(manifest.repository.directory, `packages/${directory}`)
      assert.equal(manifest.repository.url, first.repository.url)
      assert.equal(manifest.private, undefined)
    })

    test(`${name} pins what it is built with, and leaves a range for what it is used with`, () => {
      assert.deepEqual(inexact(manifest, ['devDependencies']), [])
      for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
        assert.match(range, dependency.startsWith('@cultus/') ? /^workspace:\^$/ : /^\^\d/)
      }
    })

    test(`${name} exports each entry the same way, builds it and keeps a report of it`, () => {
      const config = readFileSync(join(folder, 'tsup.config.ts'), 'utf8')
      const { './package.json': own, ...targets } = manifest.exports
      assert.equal(own, './package.json')
      for (const [subpath, target] of Object.entries(targets)) {
        const place = subpath === '.' ? 'index' : `${subpath.slice(2)}/index`
        // The order matters: TypeScript takes the first key that matches.
        assert.deepEqual(Object.entries(target), [
          ['types', `./dist/${place}.d.ts`],
          ['@cultus/source', `./src/${place}.ts`],
          ['default', `./dist/${place}.js`],
        ])
        assert.ok(existsSync(join(folder, target['@cultus/source'])), `no ${place}.ts`)
        const onlyMain = Object.keys(targets).length === 1
        assert.ok(onlyMain || config.includes(`'src/${place}.ts'`), `tsup builds no ${place}`)
        const report = `${directory}${subpath.slice(1).replaceAll('/', '.')}.api.md`
        assert.ok(existsSync(join(folder, 'etc', report)), `no etc/${report}: run \`pnpm api\``)
      }
    })
  }

  test('runs on the Node that the repository asks for', () => {
    assert.deepEqual(first.engines, readJson('package.json').engines)
  })
})
