import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, test } from 'node:test'
import { repositoryFiles } from '../workspace.js'
import { anchors, links, markdownFiles } from './markdown.js'

const files = repositoryFiles()
const pages = new Map(markdownFiles().map(({ path, text }) => [path, text]))
const exists = (path) => files.includes(path) || files.some((file) => file.startsWith(`${path}/`))

/** What is wrong with a link on a page, or `undefined`. Addresses of the web are not looked up. */
function faultOf(path, target, texts = pages) {
  if (/^(?:https?|mailto):/.test(target)) return undefined
  const [relative, anchor] = target.split('#')
  if (relative.startsWith('/')) return 'starts at the root of a machine'
  const linked = relative === '' ? path : posix.normalize(posix.join(posix.dirname(path), relative))
  const file = linked.replace(/\/$/, '')
  if (!texts.has(file) && !exists(file)) return `leads to ${file}, which is not in the repository`
  if (anchor === undefined || !texts.has(file)) return undefined
  return anchors(texts.get(file)).includes(anchor) ? undefined : `has no heading for #${anchor}`
}

for (const [path, text] of pages) {
  test(`every link in ${path} leads somewhere`, () => {
    const faults = links(text).flatMap(({ target, line }) => {
      const fault = faultOf(path, target)
      return fault === undefined ? [] : `${path}:${line}: ${target} ${fault}`
    })
    assert.deepEqual(faults, [])
  })
}

describe('the check of links', () => {
  const texts = new Map([
    ['guide/page.md', '# A page\n\n## What `it` does, and why\n\n## Twice\n\n## Twice\n'],
  ])
  const check = (target) => faultOf('guide/page.md', target, texts)

  test('finds files and headings', () => {
    for (const target of [
      'https://example.com/never',
      '../package.json',
      '../packages/core',
      '#what-it-does-and-why',
      'page.md#twice-1',
    ]) {
      assert.equal(check(target), undefined)
    }
  })

  test('refuses what is not there', () => {
    for (const target of ['never.md', '../node_modules', '/package.json', '#never', '#twice-2']) {
      assert.equal(typeof check(target), 'string', target)
    }
  })

  test('reads links as Markdown has them, and none out of code', () => {
    const text = '[a](b.md "c") ![d](<e.png>) `[f](g.md)`\n\n```md\n[h](i.md)\n```\n\n[j]: k.md\n'
    assert.deepEqual(links(text), [
      { target: 'b.md', line: 1 },
      { target: 'e.png', line: 1 },
      { target: 'k.md', line: 7 },
    ])
  })
})
