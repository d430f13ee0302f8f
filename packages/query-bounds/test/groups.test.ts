import { QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import type { BoundQueriesOptions, QueryGroup } from '../src/index.ts'
import { type BoundedClient, boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

async function afterGrace({ clock }: BoundedClient): Promise<void> {
  clock.advance(1_000)
  await drained()
}

function write({ client }: BoundedClient, prefix: string, count: number): void {
  for (let key = 0; key < count; key++) client.setQueryData([prefix, key], key)
}

function countOf({ client }: BoundedClient, prefix: string): number {
  return client.getQueryCache().findAll({ queryKey: [prefix] }).length
}

describe('a group', () => {
  test('keeps a bound of its own, inside that of the whole', async () => {
    const bounded = boundedClient({
      maxQueries: 20,
      groups: [{ name: 'tables', match: ['table'], maxQueries: 5 }],
    })
    write(bounded, 'user', 18)
    write(bounded, 'table', 12)
    await afterGrace(bounded)
    expect([countOf(bounded, 'table'), countOf(bounded, 'user')]).toEqual([5, 15])
    expect(bounded.bounds.stats().groups).toMatchObject({
      tables: {
        queries: 5,
        maxQueries: 5,
        maxBytes: undefined,
        prefixes: { table: { queries: 5 } },
      },
      default: { queries: 15, maxQueries: undefined, prefixes: { user: { queries: 15 } } },
    })
  })

  test('is a bound where the whole has none', async () => {
    const groups = [{ name: 'tables', match: ['table'], maxBytes: 12_000 }]
    const bounded = boundedClient({ groups, minInactive: 0 })
    write(bounded, 'table', 40)
    write(bounded, 'user', 40)
    await afterGrace(bounded)
    expect(bounded.bounds.stats().groups['tables']?.bytes).toBeLessThanOrEqual(12_000)
    expect(countOf(bounded, 'user')).toBe(40)
  })

  test('shrinks with the pressure like the whole', async () => {
    const groups = [{ name: 'tables', match: ['table'], maxQueries: 8 }]
    const bounded = boundedClient({ maxQueries: 100, minInactive: 0, groups })
    write(bounded, 'table', 8)
    bounded.clock.advance(1_000)
    bounded.bounds.setLimitRatio(0.5)
    await bounded.bounds.release()
    expect(countOf(bounded, 'table')).toBe(4)
    expect(bounded.causes).toEqual(Array.from({ length: 4 }, () => 'pressure'))
  })

  test('of lower priority goes first, however fresh', async () => {
    const bounded = boundedClient({
      maxQueries: 10,
      groups: [{ name: 'tables', match: ['table'], priority: -1 }],
    })
    write(bounded, 'user', 8)
    bounded.clock.advance(5_000)
    write(bounded, 'table', 8)
    await afterGrace(bounded)
    expect([countOf(bounded, 'table'), countOf(bounded, 'user')]).toEqual([2, 8])
  })

  test('that costs more to fetch stays longer, but not for ever', async () => {
    const bounded = boundedClient({
      maxQueries: 10,
      groups: [{ name: 'answers', match: ['answer'], cost: 20 }],
    })
    write(bounded, 'answer', 3)
    write(bounded, 'user', 10)
    await afterGrace(bounded)
    expect(countOf(bounded, 'answer')).toBe(3)
    for (let round = 0; round < 40; round++) {
      for (let key = 0; key < 8; key++) bounded.client.setQueryData(['page', round, key], key)
      await afterGrace(bounded)
    }
    expect(countOf(bounded, 'answer')).toBe(0)
  })

  test('takes nested keys by their beginning, and the first that matches takes', () => {
    const bounded = boundedClient({
      maxQueries: 10,
      groups: [
        { name: 'posts', match: [['post']] },
        { name: 'open', match: [['user'], { open: true }] },
        { name: 'rest', match: () => true },
      ],
    })
    bounded.client.setQueryData([['post', 'byId'], { input: 1 }], 1)
    bounded.client.setQueryData([['user'], { open: true, page: 2 }], 1)
    bounded.client.setQueryData([['user'], { open: false }], 1)
    const { groups } = bounded.bounds.stats()
    expect(groups).toMatchObject({
      posts: { queries: 1, prefixes: { 'post.byId': { queries: 1 } } },
      open: { queries: 1 },
      rest: { queries: 1 },
      default: { queries: 0 },
    })
  })

  test('whose match throws takes nothing and harms nobody', () => {
    const match = (): boolean => {
      throw new Error('no match')
    }
    const bounded = boundedClient({ maxQueries: 10, groups: [{ name: 'bad', match }] })
    write(bounded, 'user', 3)
    expect(bounded.bounds.stats().groups['default']?.queries).toBe(3)
  })

  test.each([
    ['groups', 1, 'be an array'],
    ['groups[0]', [null], 'be an object'],
    ['groups[0].name', [{ name: '', match: ['a'] }], 'be a non-empty string'],
    ['groups[0].name', [{ name: 'default', match: ['a'] }], 'no other group has'],
    ['groups[0].match', [{ name: 'a', match: [] }], 'the beginning of a key'],
    ['groups[0].maxQueries', [{ name: 'a', match: ['a'], maxQueries: 0 }], 'a positive integer'],
    ['groups[0].priority', [{ name: 'a', match: ['a'], priority: 11 }], 'from -10 to 10'],
    ['groups[0].cost', [{ name: 'a', match: ['a'], cost: 0 }], 'a positive number'],
  ])('is refused: %s of %j', (option, groups, must) => {
    const options: BoundQueriesOptions = {
      maxQueries: 1,
      groups: groups as unknown as readonly QueryGroup[],
    }
    expect(() => boundedClient(options)).toThrow(
      expect.objectContaining({
        code: 'CULTUS_INVALID_OPTION',
        message: expect.stringMatching(`\`${option.replaceAll(/[[\]]/g, '\\$&')}\`.*${must}`),
      }),
    )
  })
})

describe('`meta.bounds` of a query', () => {
  test('pins it, ranks it, and says its bytes', async () => {
    const bounded = boundedClient({ maxQueries: 2, maxBytes: '1MiB', minInactive: 0 })
    const fetched = (key: number, meta: object): Promise<number> =>
      bounded.client.fetchQuery({
        queryKey: ['item', key],
        queryFn: () => key,
        meta: { bounds: meta },
      })
    await fetched(1, { pin: true })
    await fetched(2, { priority: 5 })
    await fetched(3, { bytes: 5_000 })
    expect(bounded.bounds.stats().bytes).toBe(8_000 + 2 * 8)
    await afterGrace(bounded)
    expect(bounded.keys()).toEqual([1, 2])
    expect(bounded.bounds.stats()).toMatchObject({ queries: 2, evictable: 1 })
  })

  test('counts for nothing where it is not what it must be', async () => {
    const bounded = boundedClient({ maxQueries: 3, maxBytes: '1MiB', minInactive: 0 })
    for (const [key, bounds] of [
      null,
      { pin: 'yes', priority: 0.5, cost: -1, bytes: 'many' },
      { priority: Number.NaN, cost: Number.POSITIVE_INFINITY, bytes: Number.NaN },
      'bounds',
    ].entries()) {
      await bounded.client.fetchQuery({
        queryKey: ['item', key],
        queryFn: () => key,
        meta: { bounds } as Record<string, unknown>,
      })
    }
    await afterGrace(bounded)
    expect(bounded.keys()).toEqual([1, 2, 3])
    expect(bounded.bounds.stats().bytes).toBe(3 * 1_008)
  })
})

describe('what is used again and again', () => {
  test('outlives a scan over many that are used once', async () => {
    const bounded = boundedClient({ maxQueries: 100 })
    const hot = Array.from({ length: 40 }, (_, key) => key)
    for (const key of hot) bounded.client.setQueryData(['hot', key], key)
    for (let round = 0; round < 3; round++) {
      await afterGrace(bounded)
      for (const key of hot) bounded.client.getQueryData(['hot', key])
      for (let key = 0; key < 60; key++) bounded.client.setQueryData(['warm', round, key], key)
    }
    for (let page = 0; page < 20; page++) {
      for (let row = 0; row < 50; row++) bounded.client.setQueryData(['scan', page, row], row)
      await afterGrace(bounded)
    }
    expect(countOf(bounded, 'hot')).toBe(40)
    expect(bounded.bounds.stats().queries).toBe(100)
  })

  test('goes in the end, once nobody uses it any more', async () => {
    const bounded = boundedClient({ maxQueries: 20 })
    for (let round = 0; round < 4; round++) {
      for (let key = 0; key < 20; key++) bounded.client.setQueryData(['old', key], round)
      bounded.client.setQueryData(['one', round], 1)
      await afterGrace(bounded)
    }
    for (let round = 0; round < 30; round++) {
      for (let again = 0; again < 3; again++) {
        for (let key = 0; key < 10; key++) {
          bounded.client.setQueryData(['new', (round + key) % 40], again)
        }
        await afterGrace(bounded)
      }
    }
    expect(countOf(bounded, 'old')).toBeLessThan(10)
  })
})

test('an observed query of a group counts towards its bound and stays', async () => {
  const groups = [{ name: 'tables', match: ['table'], maxQueries: 2 }]
  const bounded = boundedClient({ maxQueries: 50, minInactive: 0, groups })
  const leaves = [0, 1, 2].map((key) =>
    new QueryObserver(bounded.client, { queryKey: ['table', key], enabled: false }).subscribe(
      () => {},
    ),
  )
  write(bounded, 'table', 6)
  await afterGrace(bounded)
  expect(bounded.bounds.stats().groups['tables']).toMatchObject({ queries: 3, observed: 3 })
  for (const leave of leaves) leave()
  await afterGrace(bounded)
  expect(countOf(bounded, 'table')).toBe(2)
})
