import { describe, expect, test } from 'vitest'
import { type Contestant, lineUp } from '../src/caches/line-up.ts'
import { checkClaims } from '../src/footprint/claims.ts'
import { toPage } from '../src/footprint/page.ts'
import type { Footprint } from '../src/footprint/point.ts'
import { cellCounts } from './page-tables.ts'
import { runHeader } from './run-header.ts'

const node = '24.0.0'
const place = { node, entries: 100_000 }

function found(bound: 'entries' | 'bytes', name: string): Contestant {
  const contestant = lineUp(bound).find((one) => one.name === name)
  if (contestant === undefined) throw new Error(`no ${name}`)
  return contestant
}

function footprint(contestant: Contestant, filled: number, turnedOver?: number): Footprint {
  return { ...place, contestant, filled, turnedOver }
}

const footprints = [
  footprint(found('entries', 'Map'), 37),
  footprint(found('entries', 'Map + ring'), 46, 83),
  footprint(found('entries', 'lru-cache'), 65, 100),
  footprint(found('entries', 'sieve + ttl'), 200, 200),
  footprint(found('bytes', 'sieve + ttl'), 77, 110),
  footprint(found('bytes', 'adaptive + ttl'), 77.5, 110),
]

describe('the claim on bytes', () => {
  test('is checked of what is bounded by bytes and has a time to live, against a Map', () => {
    expect(checkClaims(footprints, [place], ['sieve', 'adaptive'])).toEqual([
      {
        claim: 'sieve + ttl, by bytes ≤ Map + 40 B for each entry (Node 24, 100,000 entries)',
        figure: 'Map + 40.0 B',
        passed: true,
        timed: false,
      },
      {
        claim: 'adaptive + ttl, by bytes ≤ Map + 40 B for each entry (Node 24, 100,000 entries)',
        figure: 'Map + 40.5 B',
        passed: false,
        timed: false,
      },
    ])
  })

  test('is missed by what was to be measured and was not, and not made of anybody else', () => {
    const other = { node, entries: 10_000 }
    const [verdict] = checkClaims(footprints, [other], ['sieve'])
    expect(verdict).toMatchObject({ figure: 'not measured', passed: false })
    expect(checkClaims(footprints, [place], ['lru-cache'])).toEqual([])
  })
})

describe('the page', () => {
  const page = toPage(
    {
      header: runHeader,
      nodes: ['Node 24.0.0 (V8 13)'],
      runs: 3,
      notes: ['flru is left out: it is not there.'],
      footprints,
      verdicts: checkClaims(footprints, [place], ['sieve', 'adaptive']),
    },
    new Map([[node, 'a.svg']]),
  )

  test('has a table for each bound, with as many cells in each row as in its head', () => {
    expect(cellCounts(page)).toEqual([[5], [5]])
  })

  test('compares what is full with a Map, and what has evicted with a Map that evicts', () => {
    expect(page).toContain('| lru-cache | 65 | 28 | 100 | 17 |')
    expect(page).toContain('| Map | 37 | 0 | – | – |')
    expect(page).toContain('| **sieve + ttl** | 77 | 40 | 110 | 27 |')
  })

  test('tells what was missed and what is left out', () => {
    expect(page).toContain('**missed**: adaptive + ttl')
    expect(page).toContain('flru is left out')
    expect(page).toContain('(a.svg)')
  })
})
