import { QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import type { BoundQueriesOptions } from '../src/index.ts'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

const mostRounds = 15

/**
 * What React does with two suspended siblings: each render makes the observers anew, fetches what has no data, and
 * waits for one of the fetches before it renders again.
 */
async function renderSiblings(
  options: BoundQueriesOptions,
): Promise<{ rendered: boolean; fetches: number }> {
  const { client, clock } = boundedClient(options)
  let fetches = 0
  const settings = ['left', 'right'].map((key) => ({
    queryKey: ['sibling', key],
    queryFn: async () => {
      fetches += 1
      await drained()
      return key
    },
    staleTime: 1_000,
  }))
  for (let round = 0; round < mostRounds; round++) {
    let rendered = true
    for (const setting of settings) {
      const defaulted = client.defaultQueryOptions(setting)
      const observer = new QueryObserver(client, defaulted)
      if (observer.getOptimisticResult(defaulted).data !== undefined) continue
      rendered = false
      await observer.fetchOptimistic(defaulted)
      break
    }
    if (rendered) return { rendered, fetches }
    clock.advance(16)
    await drained()
  }
  return { rendered: false, fetches }
}

describe('two suspended siblings with room for one query', () => {
  test.each([
    ['maxQueries', { maxQueries: 1 }],
    ['maxBytes', { maxBytes: 1 }],
    ['both, with nothing kept for going back', { maxQueries: 1, maxBytes: 1_500, minInactive: 0 }],
  ])('render after one fetch each: %s', async (_, options) => {
    expect(await renderSiblings(options)).toEqual({ rendered: true, fetches: 2 })
  })

  test('would fetch without end were it not for the grace', async () => {
    const { rendered, fetches } = await renderSiblings({ maxQueries: 1, grace: 0 })
    expect(rendered).toBe(false)
    expect(fetches).toBeGreaterThanOrEqual(mostRounds)
  })

  test('would fetch without end were it not for the burst', async () => {
    const options = { maxQueries: 1, burst: 0, minInactive: 0 }
    expect((await renderSiblings(options)).rendered).toBe(false)
  })
})
