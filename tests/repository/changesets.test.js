import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packages, repositoryFiles, root } from '../workspace.js'

const changesets = repositoryFiles().filter((path) => /^\.changeset\/.+\.md$/.test(path))
const names = packages.map((one) => one.name)

for (const path of changesets) {
  test(`${path} says which packages change and what a user notices`, () => {
    const text = readFileSync(join(root, path), 'utf8')
    const [, bumps, summary] = text.match(/^---\n(.*?)\n---\n\n(\S.*)$/s) ?? []
    assert.ok(bumps !== undefined, 'it has no front matter or no summary')
    for (const line of bumps.split('\n')) {
      const [, name] = line.match(/^'([^']+)': (?:patch|minor|major)$/) ?? []
      assert.ok(names.includes(name), line)
    }
    assert.match(summary, /^[A-Z].*\.\s*$/s)
    assert.doesNotMatch(summary, /#\d+|^(?:feat|fix|chore)\b/)
  })
}
