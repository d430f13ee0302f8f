import { median } from '../harness/median.ts'
import { table } from '../harness/table.ts'
import type { Verdict } from '../harness/verdict.ts'
import type { Summary } from './release-child.ts'
import type { SubjectName } from './subject.ts'

/** What one process showed; bytes and milliseconds, reads in microseconds. */
export interface Released {
  readonly key: string
  readonly subject: SubjectName
  readonly knowsWaits: boolean
  readonly entriesBefore: number
  readonly entriesAfter: number
  readonly bytesBefore?: number
  readonly bytesAfter?: number
  /** What collections leave of heap and array buffers, before and after. */
  readonly heapBefore: number
  readonly heapAfter: number
  readonly slices: number
  readonly took: number
  readonly before: Summary
  readonly during: Summary
}

/** The subject that is shown and judged by nothing: it makes no claim. */
const peer: SubjectName = 'lru-cache'
const longestSlice = 8
const mostLeft = 0.15
const mostSlower = 5

const millis = (value: number): string => value.toFixed(2)
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

const slower = ({ before, during }: Released): number => during.hits.p99 / before.hits.p99
const heapLeft = ({ heapBefore, heapAfter }: Released): number => heapAfter / heapBefore
const bytesLeft = ({ bytesBefore, bytesAfter }: Released): number | undefined =>
  bytesBefore === undefined || bytesAfter === undefined ? undefined : bytesAfter / bytesBefore

function isJudged({ subject }: Released): boolean {
  return subject !== peer
}

function bySubject(all: readonly Released[]): readonly (readonly [SubjectName, Released[]])[] {
  const names = [...new Set(all.map(({ subject }) => subject))]
  return names.map((name) => [name, all.filter(({ subject }) => subject === name)])
}

/** How long the event loop was held, a row a process. */
export function loopTable(all: readonly Released[]): string {
  return table([
    [
      'event loop, ms',
      'slices',
      'took',
      'longest',
      'without GC',
      'and waits',
      'before',
      'GCs',
      'GC together',
      'longest GC',
      'waited',
      'loop delay',
    ],
    ...all.map(({ key, slices, took, before, during }) => [
      key,
      `${slices}`,
      took.toFixed(0),
      ...[during.longest, during.withoutCollections, during.own, before.own].map(millis),
      `${during.collections}`,
      ...[during.collecting, during.longestCollection, during.waited, during.delay].map(millis),
    ]),
  ])
}

/** How long reads took, a row a process. */
export function readTable(all: readonly Released[]): string {
  const micros = (value: number): string => value.toFixed(2)
  return table([
    [
      'reads, µs',
      'before: p50',
      'p99',
      'during: p50',
      'p99',
      'of hits p50',
      'p99',
      'hits',
      'p99 of hits ÷ before',
    ],
    ...all.map((each) => [
      each.key,
      ...[each.before.hits.p50, each.before.hits.p99].map(micros),
      // Who gives up all at once leaves no time for a read between.
      ...(each.slices === 1
        ? []
        : [
            ...[each.during.all, each.during.hits]
              .flatMap(({ p50, p99 }) => [p50, p99])
              .map(micros),
            `${each.during.hits.reads}`,
            `${slower(each).toFixed(2)} ×`,
          ]),
    ]),
  ])
}

/** What is left of entries, bytes and heap, a row a subject. */
export function memoryTable(all: readonly Released[]): string {
  const rows = bySubject(all).flatMap(([name, own]) => {
    const [one] = own
    if (one === undefined) return []
    const left = bytesLeft(one)
    const bytes = [one.bytesBefore, one.bytesAfter]
    return [
      [
        name,
        `${one.entriesBefore}`,
        `${one.entriesAfter}`,
        ...bytes.map((each) => (each === undefined ? '-' : mebibytes(each))),
        left === undefined ? '-' : percent(left),
        mebibytes(median(own.map(({ heapBefore }) => heapBefore))),
        mebibytes(median(own.map(({ heapAfter }) => heapAfter))),
        percent(median(own.map(heapLeft))),
      ],
    ]
  })
  const head = ['memory, MiB', 'entries', 'left', 'bytes', 'left', 'of it', 'heap', 'after one GC']
  return table([[...head, 'of it'], ...rows])
}

/** The worst subject that makes a claim, by the median of its processes. */
function worst(
  all: readonly Released[],
  figure: (one: Released) => number,
): { readonly figure: number; readonly name: string } {
  return bySubject(all)
    .filter(([, own]) => own.every(isJudged))
    .map(([name, own]) => ({ name, figure: median(own.map(figure)) }))
    .reduce((a, b) => (a.figure >= b.figure ? a : b), {
      figure: Number.NEGATIVE_INFINITY,
      name: '',
    })
}

/** `most` is how many entries may be left. */
export function memoryVerdicts(all: readonly Released[], most: number): readonly Verdict[] {
  const ours = all.filter(isJudged)
  const entries = Math.max(...ours.map(({ entriesAfter }) => entriesAfter))
  const bytes = worst(all, (one) => bytesLeft(one) ?? Number.NaN)
  const heap = worst(all, heapLeft)
  return [
    { passed: entries <= most, claim: `at most ${most} entries left`, figure: `${entries}` },
    {
      passed: bytes.figure <= mostLeft,
      claim: `at most ${percent(mostLeft)} of the bytes left, as estimated`,
      figure: `${percent(bytes.figure)} (${bytes.name})`,
    },
    {
      passed: heap.figure <= mostLeft,
      claim: `at most ${percent(mostLeft)} of the heap left after one collection`,
      figure: `${percent(heap.figure)} (${heap.name})`,
    },
  ]
}

export function timeVerdicts(all: readonly Released[]): readonly Verdict[] {
  const own = worst(all, ({ during }) => during.own)
  const raw = worst(all, ({ during }) => during.longest)
  const reads = worst(all, slower)
  const longest = Math.max(...all.filter(isJudged).map(({ during }) => during.own))
  const knowsWaits = all.every((one) => one.knowsWaits)
  const apart = knowsWaits ? 'collections and waits for a core' : 'collections'
  return [
    {
      passed: own.figure <= longestSlice,
      timed: true,
      claim: `no slice over ${longestSlice} ms, ${apart} apart`,
      figure:
        `${millis(own.figure)} ms (${own.name}), the median of its processes, and ${millis(longest)} ms in the worst of ` +
        `all; with them ${millis(raw.figure)} ms (${raw.name})`,
    },
    {
      passed: reads.figure <= mostSlower,
      timed: true,
      claim: `p99 of a \`get\` that hits at most ${mostSlower} × of before`,
      figure: `${reads.figure.toFixed(2)} × (${reads.name})`,
    },
  ]
}
