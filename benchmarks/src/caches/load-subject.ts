import { readFileSync } from 'node:fs'
import { subjectNamed } from './line-up.ts'
import type { BoundKind, MeasuredCache } from './subject.ts'

/** Tells that a package is not there, or is not what it should be. */
interface Missing {
  readonly missing: string
}

/** A subject that is ready to be made. */
export interface Loaded {
  /** The package that it comes from. */
  readonly from: string | undefined
  readonly version: string | undefined
  readonly make: (entries: number) => MeasuredCache
}

const hour = 3_600_000

/** Loads the package of a subject. The product must be the built one: what is published is what is measured. */
export async function loadSubject(
  name: string,
  kind: BoundKind,
  ttl: boolean,
): Promise<Loaded | Missing> {
  const { from, make } = subjectNamed(name)
  if (from?.startsWith('@cultus/') && !import.meta.resolve(from).endsWith('/dist/index.js')) {
    return { missing: `${from} is not the built package` }
  }
  let module: unknown
  try {
    module = from === undefined ? undefined : await import(from)
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split('\n')[0] ?? '') : `${error}` }
  }
  const room = { kind, ttl: ttl ? hour : undefined }
  return {
    from,
    version: from === undefined ? undefined : versionOf(from),
    make: (entries) => make(module as never, { ...room, entries }),
  }
}

/** Read from the folder of the package, which need not export its manifest. */
function versionOf(name: string): string | undefined {
  const entry = import.meta.resolve(name)
  const folder = `/node_modules/${name}/`
  const at = entry.lastIndexOf(folder)
  const manifest = at === -1 ? '../package.json' : `${entry.slice(0, at)}${folder}package.json`
  const text = readFileSync(new URL(manifest, entry), 'utf8')
  return (JSON.parse(text) as { readonly version?: string }).version
}
