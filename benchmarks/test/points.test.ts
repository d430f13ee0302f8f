import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { benchPolicies } from '../src/policies/policies.ts'
import type { Result } from '../src/policies/result.ts'
import { zipfIndexes } from '../src/zipf.ts'
import { listener } from './listener.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cultus-points-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function tableOf(...rows: readonly string[]): string {
  const path = join(folder, 'table.md')
  writeFileSync(path, ['# Points', '', '| trace | cap | note |', '|--|--|--|', ...rows].join('\n'))
  return path
}

async function resultOf(args: readonly string[]): Promise<Result> {
  const out = join(folder, 'out')
  await benchPolicies([...args, '--limit', '4000', '--out', out], listener())
  return JSON.parse(readFileSync(join(out, 'policies.json'), 'utf8')) as Result
}

describe('the points of a table', () => {
  const rows = ['| loop:100 | 50 (50%) | x |', '| zipf:1:500 | 20 | |', '| loop:100 | 9 (9%) | |']
  const traces = ['loop:100', 'zipf:1:500', 'scan:50'].flatMap((name) => ['--trace', name])
  const common = [...traces, '--policies', 'lru']

  test('are those that run, each trace at its own sizes, and no other trace', async () => {
    const { points, notes } = await resultOf([...common, '--points', tableOf(...rows)])
    expect(points.map(({ trace, capacity }) => [trace, capacity])).toEqual([
      ['loop:100', 9],
      ['loop:100', 50],
      ['zipf:1:500', 20],
    ])
    expect(notes).toContain('Points are those of table.md.')
    expect(notes.join()).not.toContain('scan:50')
  })

  test('are left out where they have fewer entries than asked for', async () => {
    const args = [...common, '--points', tableOf(...rows), '--least', '20']
    const { points, notes } = await resultOf(args)
    expect(points.map(({ capacity }) => capacity)).toEqual([50, 20])
    expect(notes).toContain('Points are those of table.md with at least 20 entries.')
  })

  test('need no trace of which every row is left out', async () => {
    const table = tableOf(...rows, '| absent | 19 | |')
    const { points } = await resultOf([...common, '--points', table, '--least', '20'])
    expect(points).toHaveLength(2)
  })

  test('are told by their entries alone, and can be held to', async () => {
    const output = listener()
    const claim = ['--assert', 'lru.hit == sim:lru.hit', '--limit', '4000']
    const args = [...common, ...claim, '--points', tableOf(...rows)]
    expect(await benchPolicies(args, output)).toBe(true)
    expect(output.lines).toContain('PASS: lru.hit == sim:lru.hit (checked 3 times)')
    expect(output.lines.filter((line) => line.startsWith('| 50 |'))).toHaveLength(1)
  })

  const table = (...rows: readonly string[]) => ['--points', tableOf(...rows)]
  const refused: readonly (readonly [
    what: string,
    args: () => readonly string[],
    message: string | RegExp,
  ])[] = [
    [
      'sizes beside them',
      () => [...table(...rows), '--sizes', '1%'],
      '`points` must be given without `sizes`',
    ],
    ['a bound in bytes', () => [...table(...rows), '--bytes'], 'be given without `bytes`'],
    ['a file that is not there', () => ['--points', join(folder, 'none.md')], /^`points`.* ENOENT/],
    ['a file without a table', () => ['--points', import.meta.filename], '`points` must hold'],
    ['a row without a capacity', () => table('| loop:100 | all | |'), '`points` must name a cap'],
    ['a table without rows', () => table(), '`points` must hold a row of 1 or more entries'],
    [
      'rows that are all too small',
      () => [...table(...rows), '--least', '51'],
      '`points` must hold a row of 51 or more entries',
    ],
    [
      'traces that are not there, by name',
      () => table(...rows, '| one | 10 | |', '| other | 10 | |', '| one | 20 | |'),
      '`points` must name only traces that are given, not one, other, got',
    ],
  ]
  for (const [what, args, message] of refused) {
    test(`are refused with ${what}, before anything runs`, async () => {
      const output = listener()
      await expect(benchPolicies([...common, ...args()], output)).rejects.toMatchObject({
        name: 'CultusError',
        message: expect.stringMatching(message),
      })
      expect(output.lines).toEqual([])
    })
  }
})

test('a run in which every point is left out is refused, with the reasons', async () => {
  const args = ['--trace', 'loop:100', '--limit', '200']
  await expect(benchPolicies([...args, '--least', '500'], listener())).rejects.toThrow(
    '`trace` must leave a point to run, got none. No size has room for 500 entries. loop:100 ends',
  )
  await expect(benchPolicies([...args, '--bytes'], listener())).rejects.toThrow(
    '`trace` must leave a point to run, got none. loop:100 is left out: it has no sizes.',
  )
})

describe('several seeds', () => {
  test('give means for what depends on chance, a run for each', async () => {
    const path = join(folder, 'moody.mjs')
    const moody = `let made = 0
      export default () => {
        const hits = made++ % 4 === 0
        return { get: () => (hits ? 1 : undefined), set() {} }
      }`
    writeFileSync(path, moody)
    const args = ['--trace', 'loop:100', '--sizes', '10', '--subject', path, '--policies', 'lru']
    const { points, seeds } = await resultOf([...args, '--seeds', '4'])
    expect(seeds).toBe(4)
    expect(points[0]?.measures['moody']?.hit).toBe(25)
    expect(points[0]?.tallies['moody']).toMatchObject({ requests: 4_000, hits: 1_000 })
  })

  test('begin with the one that is given, and leave the trace as it is', async () => {
    const path = join(folder, 'draws.txt')
    writeFileSync(path, zipfIndexes(4_000, 300, 0.8, 5).join('\n'))
    const name = 'sim:w-tinylfu-10'
    const hitsWith = async (...more: readonly string[]): Promise<number> => {
      const args = ['--trace', path, '--sizes', '20', '--policies', name, ...more]
      const [point] = (await resultOf(args)).points
      return point?.tallies[name]?.hits ?? Number.NaN
    }
    const each = [await hitsWith('--seed', '3'), await hitsWith('--seed', '4')] as const
    expect(each[0]).not.toBe(each[1])
    expect(await hitsWith('--seed', '3', '--seeds', '2')).toBe((each[0] + each[1]) / 2)
  })

  test('are told in the page', async () => {
    const output = listener()
    const args = ['--trace', 'loop:100', '--sizes', '10', '--limit', '500', '--policies', 'lru']
    await benchPolicies([...args, '--seed', '2', '--seeds', '3'], output)
    const told = 'seeds 2 to 4: figures of what depends on chance are means over them'
    expect(output.lines.join('\n')).toContain(told)
  })
})

test('--help tells the options, whatever else is asked for', async () => {
  const output = listener()
  expect(await benchPolicies(['--trace', 'nowhere', '--help'], output)).toBe(true)
  const text = output.lines.join('\n')
  for (const option of ['trace TRACE', 'points FILE', 'least N', 'seeds N', 'assert CLAIM']) {
    expect(text).toContain(`--${option} `)
  }
})
