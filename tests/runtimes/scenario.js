import { BoundedCache } from '@cultus/bounded-cache'
import { consumerRegistry, isCultusError, pressureBus } from '@cultus/core'
import { estimateBytes } from '@cultus/core/sizing'

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits a second at most, for a turn of the loop each time: how timers are rounded differs between runtimes. */
async function until(isSo) {
  for (let turn = 0; turn < 200 && !isSo(); turn++) await pause(5)
  return isSo()
}

const record = (id) => ({ id, name: `record ${id}`, tags: ['a', 'b'] })

function fillBeyondTheBound(policy) {
  const byEntries = new BoundedCache({ name: policy, policy, maxEntries: 100 })
  const byBytes = new BoundedCache({ name: `${policy} bytes`, policy, maxBytes: '64KiB' })
  let inside = true
  for (let id = 0; id < 2_000; id++) {
    byEntries.set(`key ${id}`, record(id))
    byBytes.set(`key ${id}`, record(id))
    byEntries.get(`key ${id - (id % 7)}`)
    inside &&= byEntries.size <= 100 && byBytes.bytes <= 65_536
  }
  const facts = [byEntries.size, inside, byBytes.bytes > 60_000, byEntries.stats().evictions]
  byEntries.dispose()
  byBytes.dispose()
  return facts
}

async function letExpire() {
  const cache = new BoundedCache({ name: 'expiring', maxEntries: 10, ttl: 30 })
  cache.set('short', 1)
  cache.set('long', 2, { ttl: 60_000 })
  const before = cache.get('short')
  const expired = await until(() => cache.get('short') === undefined)
  const facts = [before, expired, cache.get('long')]
  cache.dispose()
  return facts
}

async function loadOnce() {
  const cache = new BoundedCache({ name: 'loading', maxEntries: 10 })
  let loads = 0
  const load = async (key, { signal }) => {
    loads++
    await pause(5)
    return { key, aborted: signal.aborted }
  }
  const values = await Promise.all(Array.from({ length: 100 }, () => cache.fetch('key', load)))
  const error = await cache
    .fetch('other', () => Promise.reject(new TypeError('no such thing')))
    .catch((reason) => reason.name)
  const facts = [loads, new Set(values).size, values[0], cache.get('key') === values[0], error]
  cache.dispose()
  return facts
}

async function shrinkUnderPressure() {
  const bus = pressureBus()
  const cache = new BoundedCache({ name: 'shrinking', maxEntries: 1_000 })
  const known = consumerRegistry().consumers.some(({ label }) => label === 'shrinking')
  for (let id = 0; id < 1_000; id++) cache.set(id, record(id))
  bus.publish('scenario', { level: 'critical', ratio: 0.9 })
  const halved = await until(() => cache.size <= 500)
  bus.publish('scenario', { level: 'emergency', ratio: 0.97 })
  const nearlyEmpty = await until(() => cache.size <= 100)
  bus.publish('scenario', { level: 'normal', ratio: 0.1 })
  const facts = [known, halved, nearlyEmpty, cache.size > 0, bus.level]
  bus.withdraw('scenario')
  cache.dispose()
  return facts
}

function estimate() {
  const bytes = [
    'x'.repeat(1_000),
    new Uint8Array(1_000),
    Array.from({ length: 50 }, (_, id) => record(id)),
    new Map([['key', record(1)]]),
  ].map((value) => estimateBytes(value))
  const [text, buffer, rows, map] = bytes
  return [
    bytes.every((each) => Number.isSafeInteger(each)),
    text >= 1_000 && text < 1_100,
    buffer >= 1_000 && buffer < 1_300,
    rows > 5_000 && rows < 20_000,
    map > 200 && map < 1_000,
  ]
}

function disposeOf() {
  const cache = new BoundedCache({ name: 'gone', maxEntries: 10 })
  cache.set('key', 1)
  cache.dispose()
  const isKnown = consumerRegistry().consumers.some(({ label }) => label === 'gone')
  return [cache.set('key', 2), cache.get('key'), cache.size, cache.bytes, isKnown]
}

function refuse() {
  try {
    new BoundedCache({ maxEntries: 0 })
  } catch (error) {
    return [isCultusError(error), error.code, error.message]
  }
  return []
}

/** What services do with a cache, and what came of it: the same everywhere. */
export async function scenario() {
  const policies = ['adaptive', 'lru', 'sieve', 's3-fifo', 'w-tinylfu', 'gdsf']
  return {
    filled: policies.map(fillBeyondTheBound),
    expired: await letExpire(),
    loaded: await loadOnce(),
    shrunk: await shrinkUnderPressure(),
    estimated: estimate(),
    disposed: disposeOf(),
    refused: refuse(),
  }
}
