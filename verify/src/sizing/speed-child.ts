/**
 * Runs in a process of its own: times an estimate beside what else tells a size, in rounds that take turns, so that a
 * machine that slows down does it to all alike.
 */

import { serialize } from 'node:v8'
import { estimateBytes } from '@cultus/core/sizing'
import { median } from '../harness/median.ts'
import { shapes } from './shapes.ts'

const [, , shape = '', rounds = '', sizeofPath = ''] = process.argv
const make = shapes[shape]
if (make === undefined) throw new Error(`no shape ${shape}`)
const sizeof: ((value: unknown) => number) | undefined =
  sizeofPath === '' ? undefined : (await import(sizeofPath)).default

// Several values, so that nothing is learnt of one by heart.
const values = Array.from({ length: 8 }, (_, index) => make(index))
const ways: Readonly<Record<string, ((value: unknown) => number) | undefined>> = {
  ours: (value) => estimateBytes(value),
  stringified: (value) => JSON.stringify(value).length,
  serialized: (value) => serialize(value).byteLength,
  sizeof,
}

/** Milliseconds of one round of one way. */
const leastTime = 0.5

let sink = 0
/** Milliseconds a call takes, of so many calls. */
function time(way: (value: unknown) => number, calls: number): number {
  const startedAt = performance.now()
  for (let call = 0; call < calls; call++) sink += way(values[call % values.length])
  return (performance.now() - startedAt) / calls
}

const taken: Record<string, number[]> = {}
const calls: Record<string, number> = {}
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, way] of Object.entries(ways)) {
    if (way === undefined) continue
    taken[name] ??= []
    const each = time(way, calls[name] ?? 1)
    taken[name].push(each)
    calls[name] = Math.max(1, Math.round(leastTime / Math.max(each, 1e-5)))
  }
}
const micros = Object.fromEntries(
  // The first rounds run before the code is compiled.
  Object.entries(taken).map(([name, times]) => [
    name,
    1_000 * median(times.slice(times.length >> 2)),
  ]),
)
process.stdout.write(`${JSON.stringify({ type: 'speed', shape, ...micros, sink: sink > 0 })}\n`)
