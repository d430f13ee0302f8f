import { shuffled } from './random.ts'

/**
 * Runs every item, `jobs` at once, in an order that the seed decides, so that a machine that slows down
 * meanwhile does it to all kinds of runs alike. Results keep the order of the items.
 */
export async function runAll<T, R>(
  items: readonly T[],
  { jobs, seed }: { readonly jobs: number; readonly seed: number },
  run: (item: T, done: () => number) => Promise<R>,
): Promise<readonly R[]> {
  const waiting = shuffled([...items.entries()], seed)
  const results: R[] = []
  let done = 0
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next
      results[index] = await run(item, () => ++done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, work))
  return results
}
