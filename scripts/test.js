import { readdirSync } from 'node:fs'
import { pnpm, quiet, setUp } from './set-up.js'
import { shownStep } from './steps.js'

const nodeTests = ['--test', '--test-reporter=spec']

await setUp()
await shownStep(
  'Unit tests, a package at a time',
  'npx',
  pnpm('exec', 'turbo', 'run', 'test', '--output-logs=new-only', '--concurrency=1'),
  quiet,
)
for (const [label, folder] of [
  ['The repository keeps its own rules', 'tests/repository/'],
  ['What people install: packed tarballs in a fresh consumer', 'tests/packed/'],
  ['Every code block of the documentation', 'tests/docs/'],
  ['All packages together in one process under real memory pressure', 'tests/together/'],
  ['A page under memory pressure in a real Chromium', 'tests/browser/'],
  ['The cache in Node, Deno, Bun, workerd and a browser', 'tests/runtimes/'],
  ['Alerts at a real Alertmanager', 'tests/alertmanager/'],
  ['The demo, quick', 'tests/demo/'],
]) {
  // Named one by one: what a folder means to `node --test` differs between Node lines.
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'))
  await shownStep(
    label,
    process.execPath,
    [...nodeTests, ...files.map((name) => folder + name)],
    quiet,
  )
}

// Timed figures are told and not counted: the cores of a test machine belong to many. What fails twice has failed.
for (const name of [
  'death-point',
  'lead-time',
  'recovery',
  'false-alarms',
  'forecast',
  'overhead',
  'sizing',
  'bound',
  'release',
]) {
  const script = `verify/src/${name}.ts`
  const words = ['exec', 'tsx', '--conditions=@cultus/source', script, '--quick', '--lenient']
  await shownStep(
    `What is promised of real processes, quick: ${name}`,
    'npx',
    pnpm(...words),
    quiet,
    2,
  )
}
