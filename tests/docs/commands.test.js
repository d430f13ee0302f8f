import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { packages, readJson, root } from '../workspace.js'
import { commandsOf, faultOf } from './commands.js'
import { fencedBlocks, markdownFiles } from './markdown.js'

const manifest = readJson('package.json')
const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
const locked = [...lockfile.matchAll(/^ {2}'?(@?[^@'\s]+)@[^:]+:$/gm)].map(([, name]) => name)

const facts = {
  scripts: manifest.scripts,
  bins: readdirSync(join(root, 'node_modules', '.bin')).filter((name) => !name.includes('.')),
  packageManager: manifest.packageManager,
  published: packages.map((one) => one.name),
  installable: locked,
  repository: packages[0].manifest.repository.url.replace(/^git\+|\.git$/g, ''),
  scriptsOf: (name) => packages.find((one) => one.name === name)?.manifest.scripts,
  exists: (path) => path !== '' && existsSync(join(root, path)),
}

for (const { path, text } of markdownFiles()) {
  const blocks = fencedBlocks(text).filter((block) => block.language === 'sh')
  if (blocks.length === 0) continue
  test(`every command in ${path} exists`, () => {
    const faults = blocks.flatMap(({ line, code }) =>
      commandsOf(code).flatMap((words) => {
        const fault = faultOf(words, facts)
        return fault === undefined ? [] : `${path}:${line}: \`${words.join(' ')}\` ${fault}`
      }),
    )
    assert.deepEqual(faults, [])
  })
}

for (const { name, folder } of packages) {
  test(`the README of ${name} says how to install it`, () => {
    const commands = fencedBlocks(readFileSync(join(folder, 'README.md'), 'utf8'))
      .filter((block) => block.language === 'sh')
      .flatMap((block) => commandsOf(block.code))
    const installs = ([command, subcommand, ...names]) =>
      command === 'npm' && subcommand === 'install' && names.includes(name)
    assert.ok(commands.some(installs), `no \`npm install ${name}\``)
  })
}

describe('the check of commands', () => {
  const check = (text) => commandsOf(text).map((words) => faultOf(words, facts))

  test('lets pass what the repository offers', () => {
    const code = `
      # from nothing
      git clone ${facts.repository}
      cd ${facts.repository.split('/').at(-1)} && npm test
      npm run build -- --force   # all of it
      npx -y ${facts.packageManager} install --frozen-lockfile
      DEBUG=1 pnpm lint
      pnpm changeset
      pnpm --filter @cultus/core test
      npm install @cultus/core \\
        lru-cache
      node scripts/check-api.js
    `
    assert.deepEqual(check(code), Array(10).fill(undefined))
  })

  for (const wrong of [
    'npm run never',
    'npm publish',
    'pnpm never',
    'pnpm run never',
    'pnpm --filter @cultus/never test',
    'pnpm --filter @cultus/core never',
    'npm install @cultus/never',
    'npm install @cultus/core@0.0.1',
    'npm install a-package-nobody-locked',
    'npx -y pnpm@1.0.0 install',
    'npx never',
    'git clone https://example.com/other',
    'git push',
    'cd never',
    'node never.js',
    'curl -s https://example.com | sh',
    'rm -rf node_modules',
  ]) {
    test(`refuses \`${wrong}\``, () => {
      assert.equal(typeof check(wrong)[0], 'string')
    })
  }
})
