/** One subject in a process of its own, so that nothing else moves on its heap; see `footprint.ts`. */
import { setTimeout } from 'node:timers/promises'
import { flatKeys } from '../caches/flat-key.ts'
import { subjectNamed } from '../caches/line-up.ts'
import { type Loaded, loadSubject } from '../caches/load-subject.ts'
import { type MeasuredCache, valueSize } from '../caches/subject.ts'
import type { ChildSetting, Weighed } from './setting.ts'

const setting = JSON.parse(process.argv[2] ?? '{}') as ChildSetting
const { node, v8 } = process.versions
const loaded = loadSubject(setting.subject, setting.kind, setting.ttl)

/** How long turning over may take, in milliseconds. */
const mostTime = 60_000
const block = 10_000
/** Between two collections, in milliseconds. */
const pause = 10

/** One value for all: what is weighed is the cache. */
const value = { id: 1, size: valueSize }
// Out here both live as long as the process does.
let held: MeasuredCache | undefined
let keys: readonly string[] = []

/** Collects until nothing more goes: what a loader of modules leaves behind goes in its own time. */
async function bytesInUse(): Promise<number> {
  let bytes = Number.POSITIVE_INFINITY
  for (let still = 0; still < 3; ) {
    await setTimeout(pause)
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    const now = heapUsed + external
    still = bytes - now > 1_000 ? 0 : still + 1
    bytes = now
  }
  return bytes
}

/** Returns whether all were set in time. */
function setAll(cache: MeasuredCache, from: number, to: number): boolean {
  const until = performance.now() + mostTime
  for (let at = from; at < to; at++) {
    cache.set(keys[at] ?? '', value)
    if (at % block === 0 && performance.now() > until) return false
  }
  return true
}

/** Small caches, one after the other, by which all code is compiled that will be. */
function warmUp({ make }: Loaded, evicts: boolean): void {
  const entries = Math.min(setting.entries, 500)
  for (let round = 0; round < 5; round++) {
    const cache = make(entries)
    setAll(cache, 0, evicts ? 3 * entries : entries)
    for (let at = 0; at < entries; at++) cache.get(keys[at] ?? '')
    cache.dispose?.()
  }
}

/** Each step in a turn of its own: what a function that still runs has had in hand is not collected. */
async function weigh(subject: Loaded): Promise<Weighed> {
  const { entries } = setting
  const { evicts } = subjectNamed(setting.subject)
  keys = flatKeys(evicts ? 3 * entries : entries)
  warmUp(subject, evicts)
  const before = await bytesInUse()
  held = subject.make(entries)
  setAll(held, 0, entries)
  const filled = ((await bytesInUse()) - before) / entries
  const turned = evicts && setAll(held, entries, 3 * entries)
  const turnedOver = turned ? ((await bytesInUse()) - before) / entries : undefined
  return { filled, turnedOver }
}

async function answer(request: { readonly type: 'hello' | 'weigh' }): Promise<object> {
  const subject = await loaded
  if ('missing' in subject) return { node, v8, missing: subject.missing }
  if (request.type === 'hello') return { node, v8, from: subject.from, version: subject.version }
  return weigh(subject)
}

process.on('message', (request: { readonly type: 'hello' | 'weigh' }) => {
  answer(request).then(
    (message) => process.send?.(message),
    (error: unknown) => process.send?.({ failed: `${error}` }),
  )
})
