/**
 * Runs in a process of its own: makes many different values of one shape, and tells what they take of the heap after
 * collection beside what several ways to estimate say.
 */
import { serialize } from 'node:v8'
import { estimateBytes } from '@cultus/core/sizing'
import { heldBytes } from './held-bytes.ts'
import { shapes } from './shapes.ts'

/** Some megabytes in all, so that what else moves on the heap does not matter. */
const together = 12e6
/** What is slow to ask is asked of some. */
const asked = 20

const [, , shape = '', sizeofPath = ''] = process.argv
const make = shapes[shape]
if (make === undefined) throw new Error(`no shape ${shape}`)
const sizeof: ((value: unknown) => number) | undefined =
  sizeofPath === '' ? undefined : (await import(sizeofPath)).default

const count = Math.min(150_000, Math.max(8, Math.ceil(together / estimateBytes(make(0)))))
// Compiles what makes them, and brings its hidden classes about.
for (let index = 0; index < Math.min(200, count); index++) make(1e6 + index)
const kept: unknown[] = new Array(count).fill(null)
// Twice: the first collections throw away code that has run its course.
heldBytes()
const before = heldBytes()
for (let index = 0; index < count; index++) kept[index] = make(index + 1)
const actual = (heldBytes() - before) / count

const mean = (ask: (value: unknown) => number, of: readonly unknown[]): number =>
  of.reduce((sum: number, value) => sum + ask(value), 0) / of.length
const some = kept.filter((_, index) => index % Math.ceil(count / asked) === 0)
process.stdout.write(
  `${JSON.stringify({
    type: 'shape',
    shape,
    count,
    actual,
    ours: mean((value) => estimateBytes(value), kept),
    serialized: mean((value) => serialize(value).byteLength, some),
    sizeof: sizeof && mean(sizeof, some),
  })}\n`,
)
