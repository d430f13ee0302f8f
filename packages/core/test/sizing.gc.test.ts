import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { copyPooled, flatCopy } from '@cultus/core/sizing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const child = fileURLToPath(new URL('./sizing-child.ts', import.meta.url))
const packageFolder = fileURLToPath(new URL('..', import.meta.url))

test('what values of many kinds take of the heap is estimated to within a tenth less and three more', async () => {
  const flags = ['--expose-gc', '--max-old-space-size=128', '--import=tsx']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--conditions=@cultus/source', child],
    { cwd: packageFolder },
  )
  const compared: Readonly<Record<string, { actual: number; estimate: number }>> =
    JSON.parse(stdout)
  const ratios = Object.entries(compared).map(([name, { actual, estimate }]) => ({
    name,
    ratio: Math.round((100 * estimate) / actual) / 100,
  }))
  expect(ratios).toHaveLength(18)
  expect(ratios.filter(({ ratio }) => ratio < 0.9 || ratio > 1.3)).toEqual([])
  const errors = ratios.map(({ ratio }) => Math.abs(ratio - 1)).sort((a, b) => a - b)
  expect(errors[errors.length >> 1]).toBeLessThanOrEqual(0.1)
}, 60_000)

describe('a copied text', () => {
  test('is the same text, whatever its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, from) => {
        expect(flatCopy(text)).toBe(text)
        // Cut anywhere, in the middle of a pair too.
        expect(flatCopy(text.slice(from))).toBe(text.slice(from))
      }),
      { numRuns: 1_000 },
    )
  }, 20_000)
})

describe('a copied view', () => {
  const views = [
    (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    (bytes: Uint8Array) => bytes,
    (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    (bytes: Uint8Array) => new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1),
  ]

  test('has the same class and bytes, in a buffer of its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...views), (bytes, viewOf) => {
        const slab = new Uint8Array(10_000)
        slab.set(bytes, 512)
        const view = viewOf(slab.subarray(512, 512 + bytes.length))
        const copy = copyPooled(view)
        expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(view))
        expect(copy.buffer.byteLength).toBe(view.byteLength)
        expect(bytesOf(copy)).toEqual(bytesOf(view))
      }),
      { numRuns: 500 },
    )
  }, 20_000)

  test('is the view itself where it holds on to little more, shares memory or is of another class', () => {
    class Own extends Uint8Array {}
    const kept: ArrayBufferView[] = [
      new Uint8Array(100).subarray(0, 50),
      new Uint8Array(new SharedArrayBuffer(10_000), 0, 10),
      new Own(10_000).subarray(0, 10),
      new Uint8Array(0),
    ]
    for (const view of kept) expect(copyPooled(view)).toBe(view)
  })
})

function bytesOf(view: ArrayBufferView): number[] {
  return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]
}
