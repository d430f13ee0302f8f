import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFiles, root } from '../workspace.js'

/** Every Markdown file a reader meets: not the change logs, which are generated, nor API reports. */
export function markdownFiles() {
  return repositoryFiles()
    .filter((path) => path.endsWith('.md'))
    .filter((path) => !/(?:^|\/)CHANGELOG\.md$|^\.changeset\/|\.api\.md$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/**
 * The fenced blocks of a Markdown text: language, the other words of the fence, code, and the line of the
 * opening fence, counted from 1.
 *
 * @throws Error for a fence that is never closed.
 */
export function fencedBlocks(text) {
  return parse(text).blocks
}

/** The lines of a Markdown text with those of fenced blocks made empty, so that line numbers stay. */
export function proseLines(text) {
  return parse(text).prose
}

/** The targets of links and images, each with its line. */
export function links(text) {
  const targets = []
  for (const [index, line] of proseLines(text).entries()) {
    const bare = line.replace(/`[^`]*`/g, '')
    const inline = bare.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)
    const defined = bare.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)
    const html = bare.matchAll(/\b(?:href|src)="([^"]+)"/g)
    for (const [, target] of [...inline, ...defined, ...html]) {
      targets.push({ target, line: index + 1 })
    }
  }
  return targets
}

/** The anchors that GitHub gives to the headings of a text. */
export function anchors(text) {
  const seen = new Map()
  return proseLines(text)
    .map((line) => line.match(/^#{1,6}\s+(.+?)\s*#*$/)?.[1])
    .filter((heading) => heading !== undefined)
    .map((heading) => {
      const slug = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-')
      const copies = seen.get(slug) ?? 0
      seen.set(slug, copies + 1)
      return copies === 0 ? slug : `${slug}-${copies}`
    })
}

/** The tables of a text, each with its line, the cells of its header and those of its rows. */
export function tables(text) {
  const found = []
  let table
  for (const [index, line] of proseLines(text).entries()) {
    if (!line.trimStart().startsWith('|')) {
      table = undefined
      continue
    }
    const cells = line
      .trim()
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim())
    if (table === undefined) {
      table = { line: index + 1, header: cells, rows: [] }
      found.push(table)
    } else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) {
      table.rows.push({ line: index + 1, cells })
    }
  }
  return found
}

/** The part of a text under a level-two heading, with the lines before it made empty; or `undefined`. */
export function section(text, heading) {
  const prose = proseLines(text)
  const start = prose.indexOf(`## ${heading}`)
  if (start === -1) return undefined
  const length = prose.slice(start + 1).findIndex((line) => line.startsWith('## '))
  const end = length === -1 ? prose.length : start + 1 + length
  const lines = text.split('\n').slice(start, end)
  return [...Array(start).fill(''), ...lines].join('\n')
}

function parse(text) {
  const blocks = []
  const prose = []
  let open
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/^\s*(?:>\s?)+/, '')
    const [, indent, fence, info] = line.match(/^(\s*)(`{3,}|~{3,})(.*)$/) ?? []
    if (open === undefined && fence !== undefined && !info.includes('`')) {
      const [language = '', ...words] = info.trim().split(/\s+/)
      open = { language, words, line: index + 1, fence, indent: indent.length, lines: [] }
      prose.push('')
    } else if (open === undefined) {
      prose.push(line)
    } else if (fence?.startsWith(open.fence) && info.trim() === '') {
      const { language, words, line: start, lines } = open
      blocks.push({ language, words, line: start, code: `${lines.join('\n')}\n` })
      open = undefined
      prose.push('')
    } else {
      open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)))
      prose.push('')
    }
  }
  if (open !== undefined) throw new Error(`the fence in line ${open.line} is never closed`)
  return { blocks, prose }
}
