import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CultusError } from '@cultus/core'
import { boundOf, type Cache, type CacheBound, type CacheKey, ReadThrough } from './cache.ts'
import type { Subject } from './subject.ts'

type Make<Module> = (module: Module, bound: CacheBound) => Cache

interface Rival {
  readonly weighs?: boolean
  readonly varies?: boolean
  readonly note?: string
  readonly make: Make<never>
}

interface GetSet {
  get(key: CacheKey): unknown
  set(key: CacheKey, value: CacheKey): unknown
}

const hour = 3_600_000

function rival<Module>(make: Make<Module>, more: Omit<Rival, 'make'> = {}): Rival {
  return { ...more, make }
}

/** Cuts a cache down to what is called, so that all are called alike. */
function plain(cache: GetSet, dispose?: () => void): Cache {
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    ...(dispose && { dispose }),
  }
}

interface SizedSet {
  get(key: CacheKey): unknown
  set(key: CacheKey, value: CacheKey, options?: { readonly size: number }): unknown
}

interface Transitory {
  getIfPresent(key: CacheKey): unknown
  set(key: CacheKey, value: CacheKey): unknown
}

interface TransitoryBuilder {
  maxSize(size: number): TransitoryBuilder
  withWeigher(weigher: (key: CacheKey, value: CacheKey) => number): TransitoryBuilder
  build(): Transitory
}

const rivals: Readonly<Record<string, Rival>> = {
  'lru-cache': rival<{ LRUCache: new (options: object) => SizedSet }>(
    ({ LRUCache }, { maxEntries, maxBytes }) => {
      const cache = new LRUCache(
        maxBytes === undefined ? { max: maxEntries } : { maxSize: maxBytes },
      )
      if (maxBytes === undefined) return plain(cache)
      return {
        get: (key) => cache.get(key),
        set: (key, value, { bytes = 1 }) => cache.set(key, value, { size: bytes }),
      }
    },
    { weighs: true },
  ),
  'tiny-lru': rival<{ lru: (max: number) => GetSet }>(({ lru }, { maxEntries = 1 }) =>
    plain(lru(maxEntries)),
  ),
  'quick-lru': rival<{ default: new (options: object) => GetSet }>(
    ({ default: QuickLru }, { maxEntries }) => plain(new QuickLru({ maxSize: maxEntries })),
    { note: 'holds up to twice the entries' },
  ),
  mnemonist: rival<{ LRUMap: new (capacity: number) => GetSet }>(({ LRUMap }, { maxEntries = 1 }) =>
    plain(new LRUMap(maxEntries)),
  ),
  'lru.min': rival<{ createLRU: (options: object) => GetSet }>(({ createLRU }, { maxEntries }) =>
    plain(createLRU({ max: maxEntries })),
  ),
  flru: rival<{ default: (max: number) => GetSet }>(
    ({ default: flru }, { maxEntries = 1 }) => plain(flru(maxEntries)),
    { note: 'holds up to twice the entries' },
  ),
  'node-cache': rival<{ default: new (options: object) => GetSet & { close(): void } }>(
    ({ default: NodeCache }, { maxEntries }) => {
      const cache = new NodeCache({ maxKeys: maxEntries, useClones: false, checkperiod: 0 })
      return {
        get: (key) => cache.get(key),
        set(key, value) {
          try {
            cache.set(key, value)
          } catch {
            // It evicts nothing: when it is full, it throws.
          }
        },
        dispose: () => cache.close(),
      }
    },
    { note: 'takes in nothing more once it is full' },
  ),
  '@isaacs/ttlcache': rival<{ TTLCache: new (options: object) => GetSet & { clear(): void } }>(
    ({ TTLCache }, { maxEntries }) => {
      const cache = new TTLCache({ max: maxEntries, ttl: hour })
      return plain(cache, () => cache.clear())
    },
    { note: 'evicts what expires soonest' },
  ),
  transitory: rival<{ newCache: () => TransitoryBuilder }>(
    ({ newCache }, { maxEntries = 1, maxBytes }) => {
      const builder = newCache().maxSize(maxBytes ?? maxEntries)
      // The value is the size: its weigher sees nothing else.
      const weighed =
        maxBytes === undefined ? builder : builder.withWeigher((_, value) => Number(value))
      const cache = weighed.build()
      return {
        get: (key) => cache.getIfPresent(key),
        set: (key, value, { bytes = value }) => cache.set(key, bytes),
      }
    },
    { weighs: true, varies: true, note: 'may hold a hundredth more' },
  ),
  cacheable: rival<{ CacheableMemory: new (options: object) => GetSet }>(
    ({ CacheableMemory }, { maxEntries }) => {
      const cache = new CacheableMemory({ lruSize: maxEntries, useClone: false, checkInterval: 0 })
      return {
        get: (key) => cache.get(`${key}`),
        set: (key, value) => cache.set(`${key}`, value),
      }
    },
    { note: 'its `CacheableMemory`, keys always as texts: numbers it does not bound' },
  ),
}

/** Packages that can be measured where they are installed. */
export const rivalNames: readonly string[] = Object.keys(rivals)

/**
 * A cache of another package.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` where it is not installed
 */
export async function rivalSubject(name: string): Promise<Subject | undefined> {
  const entry = Object.hasOwn(rivals, name) ? rivals[name] : undefined
  if (entry === undefined) return undefined
  let module: never
  try {
    module = (await import(name)) as never
  } catch (cause) {
    throw new CultusError(
      'CULTUS_INVALID_OPTION',
      `\`policies\` must name what is installed, got "${name}", which is not`,
      { cause },
    )
  }
  const version = versionOf(name)
  return {
    name,
    what: [`\`${name}\` ${version}`, ...(entry.note === undefined ? [] : [entry.note])].join(', '),
    weighs: entry.weighs === true,
    varies: entry.varies === true,
    make: (setting) => new ReadThrough(entry.make(module, boundOf(setting)), setting),
  }
}

/** The version in the manifest of a package, which it need not export. */
function versionOf(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)))
  for (;;) {
    const path = join(folder, 'package.json')
    if (existsSync(path)) {
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string }
      if (manifest.name === name && manifest.version !== undefined) return manifest.version
    }
    const above = dirname(folder)
    if (above === folder) return 'of unknown version'
    folder = above
  }
}
