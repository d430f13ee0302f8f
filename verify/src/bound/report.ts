import type { PolicyName } from '@cultus/bounded-cache'
import { median } from '../harness/median.ts'
import { table } from '../harness/table.ts'
import type { Verdict } from '../harness/verdict.ts'

/** What one process showed after it had done one thing with its cache; bytes. */
export interface Phase {
  readonly phase: string
  /** What collections left of heap and array buffers, over what they left without the cache. */
  readonly over: number
  readonly charged: number
  /** What keys and values take by themselves, estimated. */
  readonly contents: number
  readonly entries: number
}

/** What became of one process. */
export interface Bounded {
  readonly key: string
  readonly policy: PolicyName
  readonly shape: string
  readonly maxBytes: number
  /** How it ended, where that was before its time. */
  readonly death: string | undefined
  readonly phases: readonly Phase[]
}

const mebibyte = 2 ** 20
/** How much more of the heap than its bound a cache may take, and what it may take beside, whatever the bound. */
const mostOfBound = 1.15
export const constant: number = 2 * mebibyte
/** Bytes of key and value up to which what the cache takes to keep them shows through errors of the estimate. */
const small = 250

const ratio = (value: number): string => value.toFixed(3)
const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b)

/** The phases in which the cache is full, so that what it takes can be set beside what it charges. */
const fullPhases: readonly string[] = ['filled', 'some with ttl', 'filled again']
const whenFull = ({ phases }: Bounded): readonly Phase[] =>
  phases.filter(({ phase }) => fullPhases.includes(phase))
const shareOfCharge = ({ over, charged }: Phase): number => over / charged

/** The bytes by which a phase was nearest to the limit; negative while it was inside. */
function beyond({ phases, maxBytes }: Bounded): number {
  return Math.max(...phases.map(({ over }) => over - mostOfBound * maxBytes - constant))
}

function worstShare({ phases, maxBytes }: Bounded): number {
  return Math.max(...phases.map(({ over }) => over / maxBytes))
}

/** For each shape and bound what a full cache takes as a part of what it charges, and of its bound at the worst. */
export function shapeTable(all: readonly Bounded[]): string {
  const names = [...new Set(all.map(({ shape }) => shape))]
  const bounds = [...new Set(all.map(({ maxBytes }) => maxBytes))]
  const rows = names.flatMap((name) =>
    bounds.flatMap((maxBytes) => {
      const own = all.filter((each) => each.shape === name && each.maxBytes === maxBytes)
      const full = own.flatMap(whenFull)
      if (full.length === 0) return []
      const shares = full.map(shareOfCharge)
      const worst = own.reduce((a, b) => (worstShare(a) >= worstShare(b) ? a : b))
      return [
        [
          name,
          `${maxBytes / mebibyte}`,
          median(full.map(({ charged, entries }) => charged / entries)).toFixed(0),
          ratio(Math.min(...shares)),
          ratio(median(shares)),
          ratio(Math.max(...shares)),
          ratio(worstShare(worst)),
          worst.policy,
        ],
      ]
    }),
  )
  const head = ['full: measured ÷ charged', 'MiB', 'bytes an entry', 'least', 'median', 'most']
  return table([[...head, 'worst ÷ bound', 'with'], ...rows])
}

/** For each policy what it takes to keep a small entry, as charged and as measured; bytes an entry. */
export function overheadTable(all: readonly Bounded[]): string {
  const bounds = [...new Set(all.map(({ maxBytes }) => maxBytes))]
  const policies = [...new Set(all.map(({ policy }) => policy))]
  const rows = policies.flatMap((policy) =>
    bounds.flatMap((maxBytes) =>
      ['filled', 'some with ttl'].flatMap((phase) => {
        const own = all
          .filter((each) => each.policy === policy && each.maxBytes === maxBytes)
          .flatMap(({ phases }) => phases)
          .filter((each) => each.phase === phase && each.contents / each.entries <= small)
        if (own.length === 0) return []
        const spread = sorted(own.map(({ over, contents, entries }) => (over - contents) / entries))
        const charged = own.map((each) => (each.charged - each.contents) / each.entries)
        return [
          [
            policy,
            `${maxBytes / mebibyte}`,
            phase,
            `${own.length}`,
            median(charged).toFixed(1),
            ...[spread[0], median(spread), spread.at(-1)].map((bytes) => bytes?.toFixed(1) ?? '-'),
          ],
        ]
      }),
    ),
  )
  const head = ['bytes to keep a small entry', 'MiB', 'phase', 'shapes', 'charged']
  return table([[...head, 'measured: least', 'median', 'most'], ...rows])
}

/** What the worst process of each phase took of its bound, and of what it charged. */
export function phaseTable(all: readonly Bounded[]): string {
  const names = [...new Set(all.flatMap(({ phases }) => phases.map(({ phase }) => phase)))]
  const rows = names.map((name) => {
    const own = all.flatMap(({ phases, maxBytes }) =>
      phases.filter(({ phase }) => phase === name).map((phase) => ({ ...phase, maxBytes })),
    )
    return [
      name,
      ratio(Math.max(...own.map(({ charged, maxBytes }) => charged / maxBytes))),
      ratio(Math.max(...own.map(({ over, maxBytes }) => over / maxBytes))),
      ratio(median(own.map(shareOfCharge))),
      ratio(Math.max(...own.map(shareOfCharge))),
    ]
  })
  return table([
    ['phase', 'most charged ÷ bound', 'most measured ÷ bound', 'measured ÷ charged', 'most'],
    ...rows,
  ])
}

/** The processes that were over the limit or died, the worst first. */
export function failures(all: readonly Bounded[]): readonly string[] {
  return all
    .filter((each) => each.death !== undefined || beyond(each) > 0)
    .toSorted((a, b) => beyond(b) - beyond(a))
    .map((each) => {
      const end = each.death === undefined ? '' : `, ended by: ${each.death}`
      const worst = each.phases.toSorted((a, b) => b.over - a.over)[0]
      return `${each.key}: ${(beyond(each) / mebibyte).toFixed(2)} MiB beyond (${worst?.phase})${end}`
    })
}

export function verdicts(all: readonly Bounded[]): readonly Verdict[] {
  const lived = all.filter(({ death }) => death === undefined)
  const charged = lived.filter(({ phases, maxBytes }) =>
    phases.every((phase) => phase.charged <= maxBytes),
  )
  const inside = lived.filter((each) => beyond(each) <= 0)
  const worst = Math.max(...lived.map(beyond))
  const share = Math.max(...lived.map(worstShare))
  return [
    {
      passed: all.length > 0 && lived.length === all.length,
      claim: 'every process outlived its cache under an explicit limit of the heap',
      figure: `${lived.length} of ${all.length}`,
    },
    {
      passed: charged.length === lived.length,
      claim: 'no cache charged more than its bound',
      figure: `${charged.length} of ${lived.length}`,
    },
    {
      passed: inside.length === lived.length,
      claim: `measured at most ${mostOfBound} × the bound and ${constant / mebibyte} MiB`,
      figure: `${inside.length} of ${lived.length}, the worst ${(worst / mebibyte).toFixed(2)} MiB from it, ${ratio(share)} × its bound`,
    },
  ]
}
