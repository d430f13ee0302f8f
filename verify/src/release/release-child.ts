/**
 * Runs in a process of its own: fills a cache, has it shrink to a tenth, and tells what that did to the event loop, to
 * reads and to the heap. It is bundled, and wants `--expose-gc`.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../harness/random.ts'
import { heldBytes } from '../sizing/held-bytes.ts'
import { flatText } from '../sizing/shapes.ts'
import { tell } from '../workload/tell.ts'
import { Probe } from './probe.ts'
import { makeSubject, type Small, type Subject, type SubjectName } from './subject.ts'
import { quantile, takeApart } from './turns.ts'

/** What it is told to do. */
export interface ReleaseArguments {
  readonly subject: SubjectName
  readonly entries: number
  readonly seed: number
}

/** More than the cache holds, so that its policy has chosen before; as a part of what it holds. */
const filled = 1.25
/** Keys that are read in turn: more than the caches of a processor hold. */
const readKeys = 65_536
/** How long reads go on before, twice, in milliseconds: for the compiler and what collects in the background, and timed. */
const beforehand = 250

/** Twenty characters in one piece, as a request brings them. */
function keyOf(index: number): string {
  return flatText(`user:${index}`.padEnd(20, '.'))
}

const makeValue = (index: number): Small => ({
  id: index,
  name: flatText(`user ${index}`),
  score: index + 0.5,
})

function fill(cache: Subject, entries: number, random: () => number): void {
  for (let index = 0; index < filled * entries; index++) {
    cache.set(keyOf(index), makeValue(index))
    if (index % 2 === 0) cache.get(keyOf(Math.floor(random() * index)))
  }
}

/** Copies of keys that are held, of any age. */
function someKeys(cache: Subject, random: () => number): readonly string[] {
  const held = [...cache.keys()]
  return Array.from({ length: readKeys }, () =>
    flatText(held[Math.floor(random() * held.length)] ?? ''),
  )
}

function times(values: readonly number[]) {
  return { reads: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99) }
}

/**
 * What the event loop and reads came to since the last call. Nothing is left of the many figures it is made of, which
 * would count as heap.
 */
async function summary(probe: Probe) {
  const { gaps, pauses, hits, reads, delay } = await probe.seen()
  const held = takeApart(gaps, pauses)
  const [start = 0, end = 0] = [gaps[0]?.start, gaps.at(-1)?.end]
  const within = pauses.filter((pause) => pause.start < end && pause.start + pause.duration > start)
  const longest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0)
  const sums = {
    turns: gaps.length,
    longest: longest(held.map(({ total }) => total)),
    withoutCollections: longest(held.map(({ withoutCollections }) => withoutCollections)),
    own: longest(held.map(({ own }) => own)),
    waited: gaps.reduce((all, { waited }) => all + waited, 0),
    collections: within.length,
    collecting: within.reduce((all, { duration }) => all + duration, 0),
    longestCollection: longest(within.map(({ duration }) => duration)),
    delay,
    hits: times(hits),
    all: times(reads),
  }
  // Nor must the time show that it took to make them up.
  await probe.forget()
  return sums
}

export type Summary = Awaited<ReturnType<typeof summary>>

/** The turn in which an asynchronous function returns still holds what that held. */
function settled(): Promise<void> {
  return sleep(50)
}

async function heldAfterOneCollection(): Promise<number> {
  globalThis.gc?.()
  await settled()
  // Array buffers are given back by a thread in the background; V8 counts that when it makes the next one.
  void new ArrayBuffer(8)
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** In a function of its own, so that nothing is left of the cache when it returns. */
async function live({ subject, entries, seed }: ReleaseArguments) {
  const random = seededRandom(seed)
  const cache = makeSubject(subject, entries)
  fill(cache, entries, random)
  const keys = someKeys(cache, random)
  const heldBefore = heldBytes()
  const { size: entriesBefore, bytes: bytesBefore } = cache

  const probe = new Probe((at) => cache.get(keys[at % readKeys] ?? ''))
  await sleep(beforehand)
  await summary(probe)
  await sleep(beforehand)
  const before = await summary(probe)
  const started = performance.now()
  const slices = await cache.shrink()
  const took = performance.now() - started
  const during = await summary(probe)
  probe.stop()

  await settled()
  const heldAfter = await heldAfterOneCollection()
  const { size: entriesAfter, bytes: bytesAfter } = cache
  const { knowsWaits } = probe
  const counts = { entriesBefore, entriesAfter, bytesBefore, bytesAfter, slices, took, knowsWaits }
  return { ...counts, heldBefore, heldAfter, before, during, keys }
}

const { heldBefore, heldAfter, keys, ...told } = await live(JSON.parse(process.argv[2] ?? ''))
await settled()
// With the keys, which the cache does not answer for.
const empty = heldBytes()
const heaps = { heapBefore: heldBefore - empty, heapAfter: heldAfter - empty }
tell('released', { ...told, ...heaps, readKeys: keys.length })
