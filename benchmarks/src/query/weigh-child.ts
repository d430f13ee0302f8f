/** Weighs one client in a process of its own and writes the bytes: `weigh-child <tracked|flood|sizing> <bounded|plain>`. */
import { estimateBytes } from '@cultus/core/sizing'
import { boundQueries } from '@cultus/query-bounds'
import { QueryClient } from '@tanstack/query-core'
import { pageOf, rowOf } from './rows.ts'

const results = 20_000
const [, , what, how] = process.argv

function liveBytes(): number {
  for (let round = 0; round < 4; round++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Lets what was put off run, and the grace pass. */
function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

const client = new QueryClient()

if (what === 'tracked') {
  const bounds = how === 'bounded' ? boundQueries(client, { maxQueries: 2 * results }) : undefined
  client.setQueryData(['warm'], 0)
  const before = liveBytes()
  for (let key = 0; key < results; key++) client.setQueryData(['item', key], key)
  console.log(String((liveBytes() - before) / results))
  bounds?.stats()
} else if (what === 'flood') {
  if (how === 'bounded') boundQueries(client, { maxQueries: 500 })
  const before = liveBytes()
  for (let page = 0; page < results; page++) {
    await client.fetchQuery({ queryKey: ['search', page], queryFn: () => pageOf(page) })
  }
  await later(2_500)
  const growth = liveBytes() - before
  console.log(String(growth + 0 * client.getQueryCache().getAll().length))
} else {
  const pages = Number(how)
  const text = JSON.stringify(Array.from({ length: pages }, (_, page) => pageOf(page)))
  const warm = JSON.parse(text)
  const estimated = estimateBytes(warm)
  const times: number[] = []
  for (let round = 0; round < 200; round++) {
    const startedAt = performance.now()
    estimateBytes(warm)
    times.push(performance.now() - startedAt)
  }
  const before = liveBytes()
  const values = [JSON.parse(text), JSON.parse(text), JSON.parse(text)]
  const real = (liveBytes() - before) / values.length
  console.log(
    JSON.stringify({
      json: text.length,
      estimated,
      real,
      time: times.toSorted((a, b) => a - b)[100],
    }),
  )
  if (values.length + Object.keys(rowOf(1)).length === 0) console.log(warm)
}
process.exit(0)
