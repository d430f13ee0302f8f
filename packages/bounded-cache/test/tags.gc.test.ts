import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

interface TagsReport {
  readonly bytes: number
  readonly size: number
  readonly heapBytes: number
  readonly left: number
  readonly leftBytes: number
}

const child = fileURLToPath(new URL('./tags-child.ts', import.meta.url))
const packageFolder = fileURLToPath(new URL('..', import.meta.url))

/** Tags so many slots in a process of its own, each tag shared by so many, and so many tags each. */
async function fill(slots: number, sharedBy: number, each: number): Promise<TagsReport> {
  const flags = [
    '--expose-gc',
    '--max-old-space-size=128',
    '--import=tsx',
    '--conditions=@cultus/source',
  ]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, child, `${slots}`, `${sharedBy}`, `${each}`],
    { cwd: packageFolder },
  )
  return JSON.parse(stdout)
}

test.each([
  [100_000, 1, 1],
  [140_000, 1, 1],
  [100_000, 1_000, 1],
  [50_000, 3, 2],
])(
  'tags of %d slots, shared by %d, %d each, take what they say',
  async (slots, sharedBy, each) => {
    const { bytes, heapBytes, left } = await fill(slots, sharedBy, each)
    expect(heapBytes).toBeLessThanOrEqual(1.15 * bytes)
    expect(heapBytes).toBeGreaterThan(0.7 * bytes)
    // Of one slot in 20, and what measuring itself leaves behind.
    expect(left).toBeLessThan(0.2 * heapBytes + 300_000)
  },
  60_000,
)
