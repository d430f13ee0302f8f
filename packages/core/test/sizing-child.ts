/** Runs in a process of its own: prints, as JSON, what values take of the heap and what is estimated, by name. */
import { copyPooled, estimateBytes, flatCopy } from '../src/sizing/index.ts'

const collect = globalThis.gc as () => void

/** A text in one piece, as it comes from a socket: a concatenated one is a tree of pieces. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

const row = (index: number) => ({
  id: index,
  name: flat(`name of row ${index}`),
  score: index + 0.5,
  active: index % 2 === 0,
  tags: [flat(`tag ${index}`), flat(`label ${index}`)],
})

class Base {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

class Derived extends Base {
  readonly label = flat(`instance ${this.id}`)
  readonly weight = this.id + 0.5
}

const body = (index: number): string => flat(`${index}:`.padEnd(4_000, 'body '))

function fromThePool(index: number): Buffer {
  const small = Buffer.from(`${index}`.padStart(100, 'x'))
  for (let used = 0; used < Buffer.poolSize; used += 1_000) Buffer.allocUnsafe(1_000)
  return small
}

const shapes: Readonly<Record<string, (index: number) => unknown>> = {
  'a small object': (index) => ({ id: index, name: flat(`user ${index}`), score: index + 0.25 }),
  'a page of 50 rows': (index) => times(50, (at) => row(index * 50 + at)),
  'a parsed page': (index) => JSON.parse(JSON.stringify(times(30, (at) => row(index * 30 + at)))),
  'rows that share one': (index) => {
    const author = row(index)
    return times(40, (at) => ({ at, text: flat(`comment ${at} of ${index}`), author }))
  },
  'a Latin-1 text': (index) => flat(`${index}`.padEnd(1_000, 'x')),
  'a two-byte text': (index) =>
    Buffer.from(`${index}`.padEnd(1_000, 'ж'), 'utf16le').toString('utf16le'),
  'an array of fractions': (index) => times(100, (at) => index + at + 0.5),
  'fractions with gaps': (index) => times(100, (at) => (at % 9 === 4 ? null : index + at + 0.5)),
  'a Map': (index) => new Map(times(20, (at) => [flat(`key ${at} ${index}`), { at, index }])),
  'a Set': (index) => new Set(times(50, (at) => flat(`member ${at} ${index}`))),
  'a table by id': (index) =>
    JSON.parse(
      `{${times(40, (at) => `"user:${index * 40 + at}":${JSON.stringify(row(index + at))}`)}}`,
    ),
  'a record without prototype': (index) =>
    Object.assign(Object.create(null), {
      a: flat(`a of ${index}`),
      b: flat(`b of ${index}`),
      c: 1,
    }),
  'instances of a subclass': (index) => times(20, (at) => new Derived(index * 20 + at)),
  'a typed array': () => new Uint8Array(4_000),
  'a big integer': (index) => 2n ** 500n + BigInt(index),
  'a copied key, cut from a body': (index) => flatCopy(body(index).slice(100, 131)),
  'a copied key, put together': (index) => flatCopy(`tenant:${index}:user:${index * 7}:profile`),
  'a copied Buffer, out of the pool': (index) => copyPooled(fromThePool(index)),
}

function held(): number {
  for (let round = 0; round < 5; round++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

interface Comparison {
  readonly actual: number
  readonly estimate: number
}

function compare(make: (index: number) => unknown, count: number, round: number): Comparison {
  const kept: unknown[] = new Array(count).fill(null)
  held()
  const before = held()
  for (let index = 0; index < count; index++) kept[index] = make(round * count + index + 1)
  const actual = (held() - before) / count
  const estimate = kept.reduce((sum: number, value) => sum + estimateBytes(value), 0) / count
  return { actual, estimate }
}

const compared: Record<string, Comparison | undefined> = {}
for (const [name, make] of Object.entries(shapes)) {
  const count = Math.min(150_000, Math.ceil(15e6 / estimateBytes(make(7))))
  for (let index = 0; index < 100; index++) make(1e6 + index)
  // The middle of three: V8 may throw away a few hundred kilobytes of its own meanwhile.
  const rounds = [0, 1, 2].map((round) => compare(make, count, round))
  compared[name] = rounds.sort((a, b) => a.actual - b.actual)[1]
}
process.stdout.write(JSON.stringify(compared))
