import { invalidArgument } from '@cultus/core'
import { seeded, zipfIndexes } from '../zipf.ts'
import type { Trace } from './trace.ts'
import { TraceBuilder } from './trace-builder.ts'

/** What a generated trace depends on. */
interface GenerateOptions {
  readonly requests: number
  readonly seed: number
}

type Generator = (options: GenerateOptions, parameters: readonly number[]) => TraceBuilder

const popularKeys = 100_000
const skew = 0.9

const generators = {
  /** Independent draws; the i-th key in proportion to 1 / i^skew. */
  zipf: ({ requests, seed }, [exponent = skew, keys = popularKeys]) => {
    const trace = new TraceBuilder(requests)
    for (const key of zipfIndexes(requests, keys, exponent, seed)) trace.add(key)
    return trace
  },

  /** Popular keys, interrupted for half of the time by scans over keys that are requested once. */
  scan: ({ requests, seed }, [keys = 20_000]) => {
    const trace = new TraceBuilder(requests)
    const popular = zipfIndexes(requests, keys, skew, seed)
    let once = keys
    for (let start = 0; !trace.full; start += keys) {
      for (const key of popular.subarray(start, start + keys)) trace.add(key)
      for (let step = 0; step < keys; step++) trace.add(once++)
    }
    return trace
  },

  /** The same keys in the same order, over and over. */
  loop: ({ requests }, [keys = 10_000]) => {
    const trace = new TraceBuilder(requests)
    for (let step = 0; step < requests; step++) trace.add(step % keys)
    return trace
  },

  /** Five phases: popular keys, a loop, other popular keys, a loop, the first popular keys again. */
  shift: ({ requests, seed }, [keys = 20_000]) => {
    const trace = new TraceBuilder(requests)
    const phase = Math.ceil(requests / 5)
    const loop = Math.max(1, Math.floor(keys / 10))
    for (const [index, first] of [0, 2 * keys, keys, 2 * keys, 0].entries()) {
      const looped = index % 2 === 1
      const popular = looped ? undefined : zipfIndexes(phase, keys, skew, seed + first)
      for (let step = 0; step < phase; step++) trace.add(first + (popular?.[step] ?? step % loop))
    }
    return trace
  },

  /**
   * A service: popular keys that slowly change, eight scans of a fiftieth of the trace, sizes and load times
   * lognormal and loosely related.
   */
  mix: ({ requests, seed }, [keys = popularKeys]) => {
    const trace = new TraceBuilder(requests)
    const popular = zipfIndexes(requests, keys, skew, seed)
    const scan = Math.max(1, Math.floor(requests / 50))
    const most = 2 * keys + 8 * scan
    const sizes = new Float64Array(most)
    const costs = new Float64Array(most)
    const normal = normals(seed + 1)
    for (let key = 0; key < most; key++) {
      const first = normal()
      const second = 0.3 * first + Math.sqrt(1 - 0.3 ** 2) * normal()
      sizes[key] = Math.max(16, Math.round(800 * Math.exp(1.2 * first)))
      costs[key] = Math.max(1, Math.round(12 * Math.exp(second)))
    }
    let once = 2 * keys
    for (const [step, rank] of popular.entries()) {
      if (step % Math.ceil(requests / 8) === scan) {
        for (let scanned = 0; scanned < scan; scanned++, once++) {
          trace.add(once, sizes[once], costs[once])
        }
      }
      // The ranks move along the keys, by as many keys as there are in the course of the trace.
      const key = (rank + Math.floor((step * keys) / requests)) % (2 * keys)
      trace.add(key, sizes[key], costs[key])
    }
    return trace
  },

  /** Popular keys; costs log-uniform from 1 to 1,000, sizes log-uniform from 200 to 50,000 bytes, independent. */
  costs: ({ requests, seed }, [keys = popularKeys]) => {
    const trace = new TraceBuilder(requests)
    const random = seeded(seed + 1)
    const sizes = Float64Array.from({ length: keys }, () => Math.round(200 * 250 ** random()))
    const costs = Float64Array.from({ length: keys }, () => 1_000 ** random())
    for (const key of zipfIndexes(requests, keys, skew, seed)) {
      trace.add(key, sizes[key], costs[key])
    }
    return trace
  },
} satisfies Record<string, Generator>

export const generatorNames: readonly string[] = Object.keys(generators)

/** Whether a text names a generator: `zipf`, `zipf:1.1`, `zipf:0.9:5000`, `loop:1000`. */
export function isGenerated(text: string): boolean {
  return Object.hasOwn(generators, text.split(':', 1)[0] ?? '')
}

/**
 * A trace out of thin air, the same for the same seed.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for parameters that no trace has
 */
export function generateTrace(text: string, options: GenerateOptions): Trace {
  const [name = '', ...words] = text.split(':')
  const generate: Generator = generators[name as keyof typeof generators]
  const parameters = words.map(Number)
  const keys = name === 'zipf' ? parameters.slice(1) : parameters
  const wanted = name === 'zipf' ? 'zipf[:skew[:keys]]' : `${name}[:keys]`
  const tooMany = parameters.length > (name === 'zipf' ? 2 : 1)
  const wrongSkew =
    name === 'zipf' && !((parameters[0] ?? skew) >= 0 && (parameters[0] ?? skew) <= 5)
  if (
    tooMany ||
    wrongSkew ||
    keys.some((count) => !(Number.isInteger(count) && count >= 1 && count <= 1e8))
  ) {
    throw invalidArgument(
      'trace',
      `be \`${wanted}\`, with a skew from 0 to 5 and a number of keys`,
      text,
    )
  }
  return generate(options, parameters).finish(text)
}

/** Draws from the standard normal distribution, by the method of Box and Muller. */
function normals(seed: number): () => number {
  const random = seeded(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
