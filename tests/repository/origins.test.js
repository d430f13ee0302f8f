import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { repositoryFiles, root } from '../workspace.js'

// Put together from parts, so that this file does not hold what it looks for.
const homes = ['root', 'home', 'work', 'tmp', 'Users', 'private/var', 'workspace'].join('|')
const machinePath = new RegExp(`(?<![\\w.:/$}*-])(?:file://)?/(?:${homes})(?=/[\\w.@-])`)
const windowsPath = /\b[A-Z]:\\(?:Users|Windows|Temp)\b/
const registry = new RegExp(
  [
    'registry\\.(?:npm|yarn)\\w*\\.\\w+',
    '_auth' + 'Token',
    'npm_config_' + 'registry',
    '^registry\\s*=',
    '\\btarball: http',
    '"resolved": "' + 'http',
  ].join('|'),
  'm',
)
const intranet = /https?:\/\/(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+/

/** What a text tells of the machine or the network it was written on; empty if nothing. */
function traces(text) {
  return [machinePath, windowsPath, registry, intranet].flatMap((pattern) => {
    const match = pattern.exec(text)
    if (match === null) return []
    return `${text.slice(0, match.index).split('\n').length}: ${match[0]}`
  })
}

test('no file tells of the machine or the registry it was written with', () => {
  const found = repositoryFiles().flatMap((path) => {
    const bytes = readFileSync(join(root, path))
    if (bytes.includes(0)) return []
    return traces(bytes.toString('utf8')).map((trace) => `${path}:${trace}`)
  })
  assert.deepEqual(found, [])
})

test('no configuration of a package manager is committed', () => {
  assert.deepEqual(
    repositoryFiles().filter((path) =>
      /(?:^|\/)(?:\.npmrc|\.yarnrc\S*|package-lock\.json)$/.test(path),
    ),
    [],
  )
})

describe('the check of traces', () => {
  const at = (...parts) => `/${parts.join('/')}`

  for (const text of [
    `see ${at('home', 'ann', 'notes.md')}`,
    `import '${at('work', 'main')}'`,
    `file://${at('tmp', 'x')}`,
    `cd ${at('root', '.npm')}`,
    ['C:', 'Users', 'ann'].join('\\'),
    `https://${['registry', 'npmjs', 'org'].join('.')}/x`,
    `//host/:${['_auth', 'Token'].join('')}=1`,
    `http://${[10, 0, 0, 7].join('.')}/`,
  ]) {
    test(`finds ${text.slice(0, 3)}… of ${text.length} characters`, () => {
      assert.equal(traces(text).length, 1)
    })
  }

  for (const text of [
    '/sys/fs/cgroup/memory.max and /proc/self/status',
    'https://example.com/home/page and ./build/main',
    'http://localhost:3000/health and 10.0.0.7',
    'the $' + '{home}/tmp/x of a variable',
  ]) {
    test(`lets pass: ${text}`, () => {
      assert.deepEqual(traces(text), [])
    })
  }
})
