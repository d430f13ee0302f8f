/**
 * What a bound costs a TanStack Query client: the hooks in interleaved rounds, bytes, a flood, and a release.
 *
 * Run with `--quick` for fewer rounds, or `--rounds N`.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { measureHooks } from './hooks.ts'
import { measureRelease } from './release.ts'

const quick = process.argv.includes('--quick')
const asked = Number(process.argv[process.argv.indexOf('--rounds') + 1])
const rounds = process.argv.includes('--rounds') && asked > 0 ? asked : quick ? 20 : 120
const mebibyte = 2 ** 20
/** Goals by operation: nanoseconds for a look-up, else a share of the plain time. */
const goals: Readonly<Record<string, number>> = {
  'cache.get': 20,
  getQueryData: 0.05,
  'setQueryData, new key': 0.2,
  'setQueryData, existing key': 0.1,
  'observer, mount and unmount': 0.08,
}

function say(text: string): void {
  console.log(text)
}

function told(name: string, figure: string, goal: string, kept: boolean): void {
  say(`${kept ? '  ' : '! '}${name.padEnd(46)} ${figure.padEnd(44)} ${goal}`)
}

function weigh(...args: readonly string[]): string {
  process.stderr.write(`${args.join(' ')} …\r`)
  const child = fileURLToPath(new URL('weigh-child.ts', import.meta.url))
  const text = execFileSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=1024', '--import', 'tsx', child, ...args],
    { encoding: 'utf8' },
  )
  process.stderr.write('\u001b[K')
  return text
}

say(`${cpus()[0]?.model.trim()}, Node ${process.version}, ${rounds} paired rounds of 500 queries`)
say('\nMore than the plain client, median of the paired rounds [95 % interval]; `!`: goal missed')
const figures = measureHooks(rounds, (share) => {
  process.stderr.write(`hooks: ${Math.round(100 * share)} %\r`)
})
process.stderr.write('\u001b[K')
for (const { operation, variant, plain, more, interval } of figures) {
  const goal = goals[operation] ?? Number.NaN
  const inNanoseconds = operation === 'cache.get'
  const shown = (value: number): string =>
    inNanoseconds ? `${value.toFixed(1)} ns` : `${((100 * value) / plain).toFixed(1)} %`
  told(
    `${operation}, ${variant}`,
    `+${shown(more)} [${interval.map(shown).join(', ')}] of ${plain.toFixed(0)} ns`,
    inNanoseconds ? `<= ${goal} ns` : `<= ${100 * goal} %`,
    inNanoseconds ? more <= goal : more / plain <= goal,
  )
}

say('\nMemory')
const tracked = Number(weigh('tracked', 'bounded')) - Number(weigh('tracked', 'plain'))
told('bytes for each query that is tracked', `${tracked.toFixed(0)} B`, '<= 150 B', tracked <= 150)
const [bounded = 0, plain = 0] = ['bounded', 'plain'].map((how) => Number(weigh('flood', how)))
told(
  'growth, 20,000 results of 40 rows, 500 kept',
  `${(bounded / mebibyte).toFixed(1)} MiB, unbounded ${(plain / mebibyte).toFixed(1)} MiB`,
  '<= 5 MB',
  bounded <= 5e6,
)
for (const pages of quick ? [20] : [15, 60, 250]) {
  const { json, estimated, real, time } = JSON.parse(weigh('sizing', String(pages)))
  const off = estimated / real - 1
  told(
    `estimate of ${Math.round(json / 1_000)} kB of JSON`,
    `${(100 * off).toFixed(0)} % off, ${time.toFixed(3)} ms`,
    'within 30 %, <= 0.1 ms',
    Math.abs(off) <= 0.3 && time <= 0.1,
  )
}

say('\nRelease')
const repeats = quick ? 3 : 9
const alone = await measureRelease(10_000, 500, false, repeats)
told(
  '10,000 -> 500 queries',
  `${alone.total.toFixed(1)} ms, longest turn ${alone.longest.toFixed(1)}; removing alone ${alone.floor.toFixed(1)}`,
  '<= 20 ms',
  alone.total <= 20,
)
const persisted = await measureRelease(2_000, 500, true, quick ? 1 : 3)
const longestAllowed = Math.max(8, 2 * persisted.single)
told(
  '2,000 -> 500 with a persister',
  `longest turn ${persisted.longest.toFixed(1)} ms, a removal ${persisted.single.toFixed(2)} ms`,
  `<= ${longestAllowed.toFixed(1)} ms`,
  persisted.longest <= longestAllowed,
)
