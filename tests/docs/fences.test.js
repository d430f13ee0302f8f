import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fencedBlocks, markdownFiles, proseLines } from './markdown.js'

/** Compiled, run, parsed or looked up by another test of this folder. */
const checked = ['ts', 'tsx', 'sh', 'json']
/** Shown as they are: there is nothing in them that could be wrong about the code. */
const shown = ['html', 'md', 'mermaid', 'text']
const words = { ts: ['run'] }

test('there is Markdown to read', () => {
  assert.notEqual(markdownFiles().length, 0)
})

for (const { path, text } of markdownFiles()) {
  test(`every code block of ${path} is of a kind that is checked`, () => {
    for (const block of fencedBlocks(text)) {
      const place = `${path}:${block.line}`
      assert.ok([...checked, ...shown].includes(block.language), `${place}: ${block.language}`)
      for (const word of block.words) {
        assert.ok(words[block.language]?.includes(word), `${place}: ${word} means nothing here`)
      }
    }
    const hidden = proseLines(text).findIndex((line) => /<pre\b/i.test(line))
    assert.equal(hidden, -1, `${path}:${hidden + 1}: code in HTML is not checked`)
  })

  const data = fencedBlocks(text).filter((block) => block.language === 'json')
  if (data.length === 0) continue
  test(`every JSON block of ${path} parses`, () => {
    for (const { line, code } of data) {
      assert.doesNotThrow(() => JSON.parse(code), `${path}:${line}`)
    }
  })
}
