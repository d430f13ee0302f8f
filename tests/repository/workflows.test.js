import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readJson, repositoryFiles, root } from '../workspace.js'

const workflows = repositoryFiles().filter((path) => path.startsWith('.github/workflows/'))
const { scripts } = readJson('package.json')
const pinned = /^[\w-]+\/[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/
/** Pinned by tag until its first use: the file says so. */
const byTag = 'changesets/action@v1'

/** What the steps of a workflow give to a shell. */
function scriptLines(lines) {
  const found = []
  let inScript = false
  for (const line of lines) {
    const [, script] = line.match(/^ +(?:- )?run: (.+)$/) ?? []
    inScript = script === '|' || (inScript && /^ {10}/.test(line))
    if (script !== undefined || inScript) found.push(script ?? line)
  }
  return found
}

for (const path of workflows) {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')

  describe(path, () => {
    test('gives no permission but to the job that needs it', () => {
      assert.ok(lines.includes('permissions: {}'))
      const jobs = lines.filter((line) => /^ {4}runs-on:/.test(line)).length
      assert.equal(lines.filter((line) => /^ {4}permissions:/.test(line)).length, jobs)
      assert.equal(lines.filter((line) => /^ {4}timeout-minutes:/.test(line)).length, jobs)
    })

    test('pins each action to a commit and says which version that is', () => {
      const actions = lines.map((line) => line.match(/\buses: (.+)$/)?.[1]).filter(Boolean)
      assert.notEqual(actions.length, 0)
      for (const action of actions) {
        assert.ok(pinned.test(action) || action.startsWith(`${byTag} #`), action)
      }
    })

    test('writes nothing that a stranger can choose into a script', () => {
      assert.deepEqual(
        scriptLines(lines).filter((line) => line.includes('${{')),
        [],
      )
    })

    test('runs only scripts that exist', () => {
      const run = scriptLines(lines).flatMap((line) => [...line.matchAll(/\bpnpm ([a-z][\w:-]*)/g)])
      const known = ['install', 'exec', 'changeset', ...Object.keys(scripts)]
      assert.deepEqual(
        run.map(([, name]) => name).filter((name) => !known.includes(name)),
        [],
      )
    })
  })
}

test('there is a workflow for changes and one for releases', () => {
  assert.deepEqual(workflows.sort(), ['.github/workflows/ci.yml', '.github/workflows/release.yml'])
})
