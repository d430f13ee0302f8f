/**
 * Runs in a process of its own: what holds on to more than itself, as it comes and after the copy that a cache makes,
 * with what collections leave of it beside what it is charged with.
 */
import { copyPooled, estimateBytes, flatCopy } from '@cultus/core/sizing'
import { heldBytes } from './held-bytes.ts'
import { flatText } from './shapes.ts'

const [, , name = '', copies = ''] = process.argv
/** What is held on to is large enough to measure on few. */
const count = copies === '' ? 1_000 : 20_000

/** What goes on in a service between two values that are kept. */
let traffic = 0
function useThePool(): void {
  for (let used = 0; used < Buffer.poolSize; used += 1_000)
    traffic += Buffer.allocUnsafe(1_000).length
}

const body = (index: number): string => flatText(`${index}:`.padEnd(6_000, 'body '))

const pinning: Readonly<Record<string, (index: number) => string | Uint8Array>> = {
  'Buffer of 104, out of the pool': (index) => {
    useThePool()
    return Buffer.from(`${index}`.padStart(104, 'x'))
  },
  'Buffer of 16, out of the pool': (index) => {
    useThePool()
    return Buffer.from(`${index}`.padStart(16, 'x'))
  },
  'Uint8Array of 100, of 10 kB': () => new Uint8Array(10_000).subarray(500, 600),
  'key of 31, cut from a body': (index) => body(index).slice(0, 31),
  'text of 200, cut from a body': (index) => body(index).slice(100, 300),
  'key put together': (index) => `tenant:${index}:user:${index * 7}:profile:${index * 31}`,
}
const make = pinning[name]
if (make === undefined) throw new Error(`nothing is called ${name}`)

const keep = (value: string | Uint8Array): string | Uint8Array => {
  if (copies === '') return value
  return typeof value === 'string' ? flatCopy(value) : copyPooled(value)
}
for (let index = 0; index < 50; index++) keep(make(1e6 + index))
const kept: unknown[] = new Array(count).fill(null)
heldBytes()
const before = heldBytes()
for (let index = 0; index < count; index++) kept[index] = keep(make(index))
const pinned = (heldBytes() - before) / count
const charged = kept.reduce((sum: number, value) => sum + estimateBytes(value), 0) / count
process.stdout.write(
  `${JSON.stringify({ type: 'retention', name, pinned, charged, traffic: traffic > 0 })}\n`,
)
