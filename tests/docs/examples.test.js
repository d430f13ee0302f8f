import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { transformSync } from 'esbuild'
import { compile, diagnosed } from '../compiler.js'
import { packages, root } from '../workspace.js'
import { fencedBlocks, markdownFiles } from './markdown.js'

const folder = join(root, 'tests')

const pages = markdownFiles().map(({ path, text }) => ({
  path,
  blocks: fencedBlocks(text)
    .filter(({ language }) => language === 'ts' || language === 'tsx')
    .map((block) => ({ ...block, name: `temp/${path}/${block.line}.${block.language}` })),
}))

/** Complaints about modules on their own, by the name of the module: `line:column TS1234: message`. */
function check(blocks) {
  const program = compile(
    folder,
    Object.fromEntries(blocks.map(({ name, code }) => [name, code])),
    {
      module: 'ESNext',
      moduleResolution: 'Bundler',
      moduleDetection: 'force',
      lib: ['ES2023', 'ESNext.Disposable'],
      types: ['node'],
      jsx: 'react-jsx',
      isolatedModules: true,
      skipLibCheck: true,
    },
  )
  return diagnosed(program).map(({ code, message, file, line, column }) => {
    const block = blocks.find(({ name }) => file.endsWith(`/${name}`))
    const place = block === undefined ? file : `line ${block.line + line}, column ${column}`
    return { name: block?.name, complaint: `${place}: TS${code}: ${message}` }
  })
}

const complaints = check(pages.flatMap(({ blocks }) => blocks))

for (const { path, blocks } of pages) {
  if (blocks.length === 0) continue
  test(`every TypeScript block of ${path} compiles on its own`, () => {
    const names = blocks.map(({ name }) => name)
    const own = complaints.filter(({ name }) => names.includes(name))
    assert.deepEqual(
      own.map(({ complaint }) => complaint),
      [],
    )
  })

  for (const { line, words, code, language } of blocks) {
    if (!words.includes('run')) continue
    test(`the program in line ${line} of ${path} runs and ends well`, () => {
      const { code: script } = transformSync(code, { loader: language, target: 'node20' })
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-'], {
        cwd: folder,
        input: script,
        encoding: 'utf8',
        timeout: 20_000,
      })
      assert.equal(status, 0, stderr)
    })
  }
}

test('no complaint is about anything but a block', () => {
  assert.deepEqual(
    complaints.filter(({ name }) => name === undefined),
    [],
  )
})

for (const { name, folder: home } of packages) {
  test(`the README of ${name} has an example that imports it`, () => {
    const blocks = fencedBlocks(readFileSync(join(home, 'README.md'), 'utf8'))
    const imports = ({ language, code }) =>
      language === 'ts' && new RegExp(`from '${name}(?:/[a-z]+)?'`).test(code)
    assert.ok(blocks.some(imports))
  })
}

describe('the check of examples', () => {
  const complaintsAbout = (code) => check([{ name: 'temp/made-up.md/10.ts', line: 10, code }])

  test('accepts a module that declares what it uses', () => {
    const code = `import { pressureBus } from '@cultus/core'
declare const log: (text: string) => void
pressureBus().subscribe('level', ({ level }) => log(level))
`
    assert.deepEqual(complaintsAbout(code), [])
  })

  for (const [fault, code, place] of [
    ['a name from nowhere', `log('text')\n`, 'line 11, column 1: TS2304'],
    ['a missing export', `\nimport { never } from '@cultus/core'\n`, 'line 12, column 10: TS2305'],
    ['an unknown module', `import 'never-installed'\n`, 'line 11, column 8: TS2882'],
    ['an ellipsis', `const options = { ... }\n`, 'line 11, column 23: TS1109'],
  ]) {
    test(`finds ${fault}, and says where`, () => {
      const [first] = complaintsAbout(code)
      assert.ok(first?.complaint.startsWith(place), first?.complaint)
    })
  }
})
