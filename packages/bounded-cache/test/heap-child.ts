/** Runs in a process of its own: fills a cache and prints what the heap shows, as JSON. */
import { BoundedCache } from '../src/index.ts'

interface HostProcess {
  readonly memoryUsage: () => { heapUsed: number; arrayBuffers: number }
}

const [, , maxBytes = '0', shape = 'number', count = '0'] = process.argv

const makers: Readonly<Record<string, (seed: number) => unknown>> = {
  number: (seed) => seed % 1_000,
  record: (seed) => ({
    id: seed,
    name: text(seed, 24),
    email: text(seed, 32),
    active: true,
    score: seed + 0.5,
  }),
  text: (seed) => text(seed, 200 + (seed % 800)),
  rows: (seed) =>
    Array.from({ length: 20 }, (_, row) => ({ id: seed + row, title: text(seed * 31 + row, 40) })),
  buffer: (seed) => new Uint8Array(1_000 + (seed % 3_000)),
}

/** A flat string of its own: a concatenated one would cost more than its characters. */
function text(seed: number, length: number): string {
  return Buffer.from(`${seed}`.padStart(length, 'x')).toString('latin1')
}

function heap(): number {
  for (let round = 0; round < 6; round++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = (process as HostProcess).memoryUsage()
  return heapUsed + arrayBuffers
}

const make = makers[shape]
if (make === undefined) throw new Error(`no shape ${shape}`)
const warmUp = new BoundedCache<string, unknown>({ maxEntries: 100 })
for (let seed = 0; seed < 2_000; seed++) warmUp.set(text(seed, 20), make(seed))
warmUp.dispose()

const before = heap()
const cache = new BoundedCache<string, unknown>({ maxBytes: maxBytes === '0' ? '4GiB' : maxBytes })
for (let seed = 0; seed < Number(count); seed++) cache.set(text(seed, 20), make(seed))
const heapBytes = heap() - before
const { bytes, size: entries } = cache
cache.setLimitRatio(0.1)
await cache.release()
const left = heap() - before
process.stdout.write(JSON.stringify({ bytes, entries, heapBytes, left, leftBytes: cache.bytes }))
cache.dispose()
