import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CultusError, invalidOption } from '@cultus/core'
import { boundOf, type Cache, type CacheBound, ReadThrough } from './cache.ts'
import type { Subject } from './subject.ts'

/**
 * A cache of the user's own: a module whose default export takes `{ maxEntries, maxBytes }` and returns
 * `{ get(key), set(key, value, { bytes, cost }) }`.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` for a module that cannot be loaded or exports something else
 */
export async function moduleSubject(path: string): Promise<Subject> {
  let module: { readonly default?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as typeof module
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CultusError(
      'CULTUS_INVALID_OPTION',
      `\`subject\` must be a module that can be imported, got "${path}": ${reason}`,
      { cause },
    )
  }
  const make = module.default as (bound: CacheBound) => Cache
  if (typeof make !== 'function') {
    throw invalidOption('subject', 'export a function by default', module.default)
  }
  return {
    name: basename(path, extname(path)),
    what: `a cache of the user's own, \`${basename(path)}\``,
    weighs: true,
    varies: true,
    make: (setting) => new ReadThrough(checked(make(boundOf(setting)), path), setting),
  }
}

function checked(cache: Cache, path: string): Cache {
  if (typeof cache?.get === 'function' && typeof cache.set === 'function') return cache
  throw invalidOption('subject', `make a cache with \`get\` and \`set\` (${path})`, cache)
}
