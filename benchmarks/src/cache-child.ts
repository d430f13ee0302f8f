/** One subject in a process of its own, so that its call sites see nothing else; see `cache.ts`. */
import { flatKey, type Subject, subjects } from './cache-subjects.ts'
import { type Pass, workloads } from './cache-workloads.ts'

/** What the parent asks for. */
export type Request =
  | { readonly type: 'pass'; readonly workload: string }
  | { readonly type: 'memory'; readonly entries: number }

/** What the child answers. */
export type Answer = Pass | { readonly bytesPerEntry: number }

const [, , name = '', size = '0'] = process.argv
const make = subjects[name]
if (make === undefined) throw new Error(`no subject ${name}`)
const prepared = new Map<string, () => Pass>()

function pass(workload: string): Pass {
  let run = prepared.get(workload)
  if (run === undefined) {
    const prepare = workloads[workload]
    if (prepare === undefined || make === undefined) throw new Error(`no workload ${workload}`)
    run = prepare(make(Number(size)), Number(size))
    for (let count = 0; count < 4; count++) run()
    prepared.set(workload, run)
  }
  return run()
}

function heap(): number {
  for (let round = 0; round < 6; round++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

let held: Subject | undefined

/** In a function of its own, or what was prepared would be freed between the two readings of the heap. */
function warmUp(): void {
  const small = make?.(1_000)
  for (let index = 0; index < 1_000; index++) small?.set(flatKey(index), {})
}

function bytesPerEntry(entries: number): number {
  if (make === undefined) return Number.NaN
  const value = {}
  warmUp()
  const before = heap()
  held = make(entries)
  for (let index = 0; index < entries; index++) held.set(flatKey(index), value)
  return (heap() - before) / entries
}

process.on('message', (request: Request) => {
  const answer: Answer =
    request.type === 'pass'
      ? pass(request.workload)
      : { bytesPerEntry: bytesPerEntry(request.entries) }
  process.send?.(answer)
})
