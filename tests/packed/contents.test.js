import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { before, describe, test } from 'node:test'
import { packages } from '../workspace.js'
import { consumer } from './consumer.js'

/** The map: what each package may depend on at run time. */
const edges = {
  '@cultus/bounded-cache': ['@cultus/core'],
  '@cultus/core': [],
  '@cultus/memory-monitor': ['@cultus/core'],
  '@cultus/pressure': ['@cultus/core'],
  '@cultus/query-bounds': ['@cultus/core'],
}

const lifecycle = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare']
const mayHold = /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+|src\/.+\.ts)$/
const built = /^dist\/.+\.(?:js|js\.map|d\.ts)$/

let modules
before(async () => {
  modules = join((await consumer()).bare, 'node_modules')
})

const filesOf = (name) =>
  readdirSync(join(modules, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(modules, name), join(entry.parentPath, entry.name)))
    .map((path) => path.replaceAll('\\', '/'))

const installedManifest = (name) =>
  JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))

test('the workspace publishes exactly the packages of the map', () => {
  assert.deepEqual(packages.map((one) => one.name).sort(), Object.keys(edges))
})

test('installing all packages brings nothing but what the map names', () => {
  const installed = readdirSync(modules, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : name,
    )
  assert.deepEqual(installed.sort(), Object.keys(edges))
})

for (const { name, manifest } of packages) {
  describe(`the tarball of ${name}`, () => {
    test('holds the build, its source, the manifest and the papers, and nothing else', () => {
      const files = filesOf(name)
      assert.deepEqual(
        files.filter((path) => !mayHold.test(path)),
        [],
      )
      assert.deepEqual(
        files.filter((path) => path.startsWith('dist/') && !built.test(path)),
        [],
      )
      for (const needed of ['package.json', 'README.md', 'LICENSE']) {
        assert.ok(files.includes(needed), `${needed} is missing`)
      }
    })

    test('has no nested packages', () => {
      assert.equal(existsSync(join(modules, name, 'node_modules')), false)
    })

    test('has every file its exports name', () => {
      const files = filesOf(name)
      for (const [subpath, target] of Object.entries(installedManifest(name).exports)) {
        for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
          assert.ok(files.includes(path.replace('./', '')), `${subpath} names ${path}`)
        }
      }
    })

    test('has every source that its source maps name', () => {
      const maps = filesOf(name).filter((path) => path.endsWith('.map'))
      assert.notEqual(maps.length, 0)
      for (const map of maps) {
        const path = join(modules, name, map)
        for (const source of JSON.parse(readFileSync(path, 'utf8')).sources) {
          const found = join(dirname(path), source)
          assert.ok(found.startsWith(join(modules, name)), `${map} points outside: ${source}`)
          assert.ok(existsSync(found), `${map} names ${source}`)
        }
      }
    })

    test('runs no script when it is installed', () => {
      const { scripts = {}, gypfile } = installedManifest(name)
      assert.deepEqual(
        lifecycle.filter((script) => script in scripts),
        [],
      )
      assert.equal(gypfile, undefined)
      assert.equal(filesOf(name).includes('binding.gyp'), false)
    })

    test('depends on what the map says and on nothing else', () => {
      const {
        dependencies = {},
        optionalDependencies,
        bundleDependencies,
      } = installedManifest(name)
      assert.deepEqual(Object.keys(dependencies).sort(), edges[name])
      assert.equal(optionalDependencies, undefined)
      assert.equal(bundleDependencies, undefined)
    })

    test('asks for the version of core it was built with, and for none of the workspace', () => {
      const { dependencies = {}, peerDependencies = {} } = installedManifest(name)
      const { version } = packages.find((one) => one.name === '@cultus/core').manifest
      const ranges = Object.entries({ ...dependencies, ...peerDependencies })
      for (const [dependency, range] of ranges) {
        assert.doesNotMatch(range, /workspace:|file:|link:|catalog:/)
        if (dependency === '@cultus/core') assert.equal(range, `^${version}`)
      }
    })

    test('names only optional peers', () => {
      const { peerDependencies = {}, peerDependenciesMeta = {} } = installedManifest(name)
      for (const peer of Object.keys(peerDependencies)) {
        assert.equal(peerDependenciesMeta[peer]?.optional, true, `${peer} is not optional`)
      }
    })

    test('has the version and the exports of the workspace', () => {
      const installed = installedManifest(name)
      assert.equal(installed.version, manifest.version)
      assert.deepEqual(installed.exports, manifest.exports)
    })
  })
}
