import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { benchPolicies } from '../src/policies/policies.ts'
import { parsePoliciesOptions } from '../src/policies/policies-options.ts'
import { duration, Progress } from '../src/policies/progress.ts'
import { benchReference } from '../src/policies/reference.ts'
import { parseReference } from '../src/policies/reference-table.ts'
import type { Result } from '../src/policies/result.ts'
import { parseSizes } from '../src/policies/sizes.ts'
import { listener } from './listener.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cultus-commands-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('bench policies', () => {
  const common = ['--limit', '5000', '--sizes', '1%,10%', '--policies', 'lru,lru-cache']

  test('prints a page, and holds to what is asserted of each point and of all', async () => {
    const output = listener()
    const passed = await benchPolicies(
      [
        ...common,
        ...['--trace', 'zipf:0.9:500', '--trace', 'loop:100'],
        ...['--assert', 'lru.hit == lru-cache.hit'],
        ...['--assert', 'sim:opt.hit >= sim:s3-fifo.hit'],
        ...['--assert', 'pooled.sim:opt.gapClosed == 100'],
      ],
      output,
    )
    expect(passed).toBe(true)
    expect(output.lines).toContain('PASS: lru.hit == lru-cache.hit (checked 4 times)')
    expect(output.lines).toContain('## loop:100')
  })

  test('fails with the points at which an assertion does not hold', async () => {
    const output = listener()
    const args = [...common, '--trace', 'loop:100', '--assert', 'lru.hit >= sim:opt.hit - 5']
    expect(await benchPolicies(args, output)).toBe(false)
    const [verdict, ...failures] = output.lines.slice(
      output.lines.findIndex((line) => line.startsWith('FAIL')),
    )
    expect(verdict).toBe('FAIL: lru.hit >= sim:opt.hit - 5 (checked 2 times)')
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatch(/^ {2}loop:100 at 10 % \(10\): 0\.00 against \d/)
  })

  test('fails an assertion that could be checked nowhere', async () => {
    const args = [...common, '--trace', 'loop:100', '--assert', 'lru.byteHit > 0']
    expect(await benchPolicies(args, listener())).toBe(false)
  })

  test('writes a page, its figures and a plot for each trace', async () => {
    const out = join(folder, 'out')
    const trace = ['--trace', 'mix:500', '--trace', 'costs:500', '--trace', 'scan:10']
    const more = ['--bytes', '--costs', '--keys', 'string', '--policies', 'sim:gdsf,arc']
    expect(await benchPolicies([...common, ...trace, ...more, '--out', out], listener())).toBe(true)
    expect(readdirSync(out).toSorted()).toEqual([
      'costs-500.svg',
      'mix-500.svg',
      'policies.json',
      'policies.md',
    ])
    const result = JSON.parse(readFileSync(join(out, 'policies.json'), 'utf8')) as Result
    expect(result.notes).toContain('arc is left out: it has no bound in bytes.')
    expect(result.notes).toContain('scan:10 is left out: it has no sizes.')
    const [point] = result.points
    expect(point?.measures['sim:gdsf']?.costSaved).toBeGreaterThan(0)
    expect(point?.measures['lru']?.byteHit).toBeCloseTo(
      point?.measures['sim:lru']?.byteHit ?? -1,
      9,
    )
    const page = readFileSync(join(out, 'policies.md'), 'utf8')
    for (const plot of ['costs-500.svg', 'mix-500.svg']) expect(page).toContain(`(${plot})`)
    expect(page).toContain('Cost of misses relative to that of LRU')
  })

  test('says so where a cache holds more than it may', async () => {
    const text = 'export default () => new Map()'
    writeFileSync(join(folder, 'hoard.mjs'), text)
    const output = listener()
    const args = ['--trace', 'loop:100', '--limit', '1000', '--subject', join(folder, 'hoard.mjs')]
    await benchPolicies([...args, '--policies', 'lru', '--sizes', '10'], output)
    const note = '- hoard hits more often than is possible: it holds more than it may.'
    expect(output.lines).toContain(note)
  })

  test('runs what only an assertion names, and leaves out points that are too small', async () => {
    const output = listener()
    const args = ['--trace', 'zipf:1:1000', '--limit', '4000', '--policies', 'lru', '--least', '20']
    const claim = ['--assert', 'clock.hit >= sim:fifo.hit', '--sizes', '10,50']
    expect(await benchPolicies([...args, ...claim], output)).toBe(true)
    expect(output.lines).toContain('PASS: clock.hit >= sim:fifo.hit (checked 1 times)')
  })

  const refused = [
    [[], '`trace` must be given at least once'],
    [['--trace', 'nowhere.txt'], '`trace` must be a file, a folder'],
    [['--trace', 'loop', '--assert', 'lru.hit'], '`assert` must compare'],
    [['--trace', 'loop', '--policies', 'best'], '`policies` must name any of'],
    [['--trace', 'loop', '--sizes', '0%'], '`sizes` must be entries or shares'],
    [['--trace', 'loop', '--sizes', '1e3'], '`sizes` must be entries or shares'],
    [['--trace', 'loop', '--bytes', '--sizes', 'much'], '`sizes` must be a positive number'],
    [['--trace', 'loop', '--limit', '0'], '`limit` must be a number from 1'],
    [['--trace', 'loop', '--seed', 'x'], '`seed` must be a whole number'],
    [['--trace', 'loop', '--format', 'zip'], '`format` must be one of text'],
    [['--trace', 'loop', '--columns', 'a,b'], '`columns` must name one of'],
    [['--trace', 'loop', '--keys', 'object'], '`keys` must be number or string'],
    [['--trace', 'loop', '--fast'], "Unknown option '--fast'"],
  ] as const
  for (const [args, message] of refused) {
    test(`refuses ${args.join(' ') || 'nothing'}, before anything runs`, async () => {
      const output = listener()
      await expect(benchPolicies(args, output)).rejects.toMatchObject({
        name: 'CultusError',
        message: expect.stringContaining(message),
      })
      expect(output.lines).toEqual([])
    })
  }

  test('takes what a shell makes of a pattern for traces, and --quick for fewer requests', () => {
    const options = parsePoliciesOptions(['--trace', 'a.txt', 'b.txt', '--quick'])
    expect(options).toMatchObject({ traces: ['a.txt', 'b.txt'], limit: 100_000, requests: 100_000 })
    const long = parsePoliciesOptions(['--trace', 'zipf', '--limit', '3_000_000'])
    expect(long).toMatchObject({ limit: 3_000_000, requests: 1_000_000 })
  })
})

test('sizes are shares of everything, entries or bytes, and never nothing', () => {
  const capacities = (text: string, bound: 'entries' | 'bytes'): readonly number[] =>
    parseSizes(text, bound).map((size) => size.capacityOf(1_250))
  expect(capacities('0.01%, 1 %,512,100%', 'entries')).toEqual([1, 13, 512, 1_250])
  expect(capacities('10%,4KiB,77', 'bytes')).toEqual([125, 4_096, 77])
})

describe('bench reference', () => {
  const table = (hit: string): string =>
    `# Table\n\n| trace | cap | LRU | FIFO | gap |\n|---|---|---|---|---|\n| tiny | 2 (1%) | **${hit}** | 20.00 | – |\n\nafter`

  function files(hit: string): readonly string[] {
    writeFileSync(join(folder, 'table.md'), table(hit))
    writeFileSync(join(folder, 'tiny.txt'), '1\n2\n1\n3\n1\n')
    return ['--against', join(folder, 'table.md'), '--traces', folder]
  }

  test('passes where every figure agrees to its rounding', async () => {
    const output = listener()
    expect(await benchReference(files('40.00'), output)).toBe(true)
    expect(output.lines).toContain('| sim:lru | 1 | 1 | 0 | – |')
    expect(output.lines.at(-1)).toBe('PASS: 3 figures, 0 off')
  })

  test('fails with the figures that do not', async () => {
    const output = listener()
    expect(await benchReference(files('40.02'), output)).toBe(false)
    const off = 'sim:lru, tiny at 2: 40.00, not 40.02 (allowed: 0.005 points)'
    expect(output.lines).toContain(off)
    expect(await benchReference([...files('40.02'), '--policies', 'sim:fifo'], output)).toBe(true)
  })

  test('reads the columns that it knows', () => {
    const [row] = parseReference(table('40.00'), 'against')
    expect(row).toMatchObject({ trace: 'tiny', capacity: 2 })
    expect([...(row?.hits ?? [])]).toEqual([
      ['lru', 40],
      ['fifo', 20],
    ])
  })

  test('refuses what is no such table', async () => {
    expect(() => parseReference('nothing', 'against')).toThrow('`against` must hold a table')
    expect(() => parseReference(table('much'), 'against')).toThrow(
      '`against` must hold a number in every cell',
    )
    await expect(benchReference([], listener())).rejects.toThrow('`against` must name a table')
    const missing = ['--against', join(folder, 'no.md'), '--traces', folder]
    await expect(benchReference(missing, listener())).rejects.toThrow(/ENOENT/)
  })
})

describe('progress', () => {
  test('tells the share that is done and how long the rest will take', () => {
    let now = 0
    const written: string[] = []
    const progress = new Progress(
      100,
      (text) => written.push(text),
      () => now,
    )
    progress.begin('a task')
    now = 1_000
    progress.add(20)
    progress.add(1)
    now = 2_000
    progress.add(29)
    progress.end()
    expect(written).toHaveLength(3)
    expect(written[0]).toContain('20 %  4 s left  a task')
    expect(written[1]).toContain('50 %  2 s left  a task')
  })

  test('says durations as people do', () => {
    expect([400, 59_400, 60_000, 200_000].map(duration)).toEqual([
      '0 s',
      '59 s',
      '1 min 0 s',
      '3 min 20 s',
    ])
  })
})
