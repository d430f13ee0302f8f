import { expect, test, vi } from 'vitest'
import { fuzz } from './fuzz-traffic.ts'

vi.mock('@tanstack/query-core', () => import('query-core-5.0'))

test('with query-core 5.0 the same holds', async () => {
  const [used, meant] = await Promise.all([
    import('@tanstack/query-core'),
    import('query-core-5.0'),
  ])
  expect(used.QueryClient).toBe(meant.QueryClient)
  await fuzz()
}, 300_000)
