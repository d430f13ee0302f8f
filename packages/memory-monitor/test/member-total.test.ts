import { pressureLevels } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Member, MemberContainer } from '../src/members/member.ts'
import { totalOf, worstOf } from '../src/members/total.ts'
import { readingAt } from './member-setup.ts'

const mib = 2 ** 20

function member(number: number, parts: Partial<Member> = {}): Member {
  return { ...readingAt(), id: `worker-${number}`, number, pid: 7, heardAt: 1, ...parts }
}

function container(parts: Partial<MemberContainer> = {}): MemberContainer {
  return { version: 'v2', path: '/app', usedBytes: 100 * mib, limitBytes: 500 * mib, ...parts }
}

describe('threads of one process', () => {
  test('have heaps that add up, and one resident memory and container', () => {
    const members = [
      member(0, { container: container() }),
      // One that measures the whole process, as it would without a scope.
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => member(number, { container: container() })),
    ]
    expect(totalOf(members, true)).toEqual({
      members: 9,
      level: 'normal',
      liveBytes: 9 * 40 * mib,
      usedBytes: 9 * 50 * mib,
      deathPointBytes: 9 * 100 * mib,
      rssBytes: 200 * mib,
      externalBytes: 9 * 3 * mib,
      arrayBuffersBytes: 9 * 2 * mib,
      containers: [container()],
    })
  })
})

describe('processes of one cluster', () => {
  test('have resident memories that add up, and one container by its latest reading', () => {
    const members = [
      member(0, { container: container({ usedBytes: 90 * mib }), measuredAt: 10 }),
      member(1, { container: container({ usedBytes: 80 * mib }), measuredAt: 12 }),
      member(2, { container: container({ usedBytes: 99 * mib }), measuredAt: 11 }),
    ]
    const total = totalOf(members, false)
    expect(total.rssBytes).toBe(3 * 200 * mib)
    expect(total.containers).toEqual([container({ usedBytes: 80 * mib })])
  })

  test('in two containers have both', () => {
    const members = [
      member(0),
      member(1, { container: container() }),
      member(2, { container: container({ path: '/other' }) }),
      member(3, { container: container({ limitBytes: 700 * mib }) }),
    ]
    expect(totalOf(members, false).containers).toHaveLength(3)
  })

  test('of equally late readings the fuller one counts', () => {
    const members = [3, 9, 5].map((used) =>
      member(used, { container: container({ usedBytes: used }) }),
    )
    expect(totalOf(members, false).containers).toEqual([container({ usedBytes: 9 })])
  })
})

test('the worst member is the one with the worst level, and among equals the fullest', () => {
  const arbitrary = fc.record({
    level: fc.constantFrom(...pressureLevels),
    ratio: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(
      fc.array(arbitrary, { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      (parts, shared) => {
        const members = parts.map((part, number) => member(number, part))
        const [first] = [...parts].sort(
          (one, other) =>
            pressureLevels.indexOf(other.level) - pressureLevels.indexOf(one.level) ||
            other.ratio - one.ratio,
        )
        expect(worstOf(members)).toMatchObject(first ?? {})
        const total = totalOf(members, shared)
        expect(total.level).toBe(first?.level)
        expect(total.rssBytes).toBe((shared ? 1 : members.length) * 200 * mib)
      },
    ),
  )
})
