import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../../verify/src/harness/bundle.ts'

/** Below the packages of this workspace, where a program finds them. */
const scratch = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))

/** Builds a program that loads the packages it measures as a service loads them, and returns its path. */
export function bundleChild(entry: URL): Promise<string> {
  mkdirSync(scratch, { recursive: true })
  return bundle(entry, { packagesAbove: scratch })
}
