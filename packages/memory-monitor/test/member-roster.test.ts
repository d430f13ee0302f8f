import { levelRank, type PressureLevel, pressureLevels } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LeaveReason } from '../src/members/member.ts'
import { mostMembers, Roster, type RosterChange } from '../src/members/roster.ts'
import { messageOf, readingAt } from './member-setup.ts'

function roster(): Roster {
  return new Roster({
    idOf: (number) => `worker-${number}`,
    staleAfter: 5_000,
    expireAfter: 60_000,
  })
}

const kinds = (changes: readonly RosterChange[]): readonly string[] =>
  changes.map(({ kind }) => kind)

describe('a roster', () => {
  test('says who joined, and at what level', () => {
    const known = roster()
    const [joined, level, ...rest] = known.hear(messageOf(3, { reading: readingAt('critical') }), 7)
    expect(joined).toMatchObject({ kind: 'joined', member: { id: 'worker-3', heardAt: 7 } })
    expect(level).toMatchObject({
      kind: 'level',
      previous: 'normal',
      member: { level: 'critical' },
    })
    expect(rest).toEqual([])
  })

  test('says nothing while nothing changes', () => {
    const known = roster()
    known.hear(messageOf(3), 1)
    expect(known.hear(messageOf(3), 2)).toEqual([])
    expect(known.members).toHaveLength(1)
    expect(known.members[0]?.heardAt).toBe(2)
  })

  test('keeps the level of one that has gone silent, as unknown, and forgets it in the end', () => {
    const known = roster()
    known.hear(messageOf(3, { reading: readingAt('critical') }), 1)
    known.age(4_999)
    expect(known.members[0]).toMatchObject({ level: 'critical', confidence: 'confirmed' })
    known.age(1)
    expect(known.members[0]).toMatchObject({ level: 'critical', confidence: 'unknown' })
    known.age(54_999)
    expect(known.members).toHaveLength(1)
    expect(known.age(1)).toMatchObject([{ kind: 'left', reason: 'silent' }])
    expect(known.members).toEqual([])
  })

  test('waits for one that reports seldom', () => {
    const known = roster()
    known.hear(messageOf(3, { interval: 30_000 }), 1)
    known.age(89_999)
    expect(known.members[0]?.confidence).toBe('confirmed')
    known.age(1)
    expect(known.members).toEqual([])
  })

  test('knows one again that was silent for long', () => {
    const known = roster()
    known.hear(messageOf(3), 1)
    known.age(60_000)
    expect(kinds(known.hear(messageOf(3), 2))).toEqual(['joined'])
  })

  test('does not bring one that has ended back by a message that was under way', () => {
    const known = roster()
    known.hear(messageOf(3), 1)
    expect(known.end(3, 'out-of-memory')).toMatchObject([{ kind: 'left', reason: 'out-of-memory' }])
    expect(known.hear(messageOf(3), 2)).toEqual([])
    expect(known.end(3, 'exited')).toEqual([])
    expect(known.end(9, 'exited')).toEqual([])
  })

  test('counts the first of two monitors of one thread, and the other when that falls silent', () => {
    const known = roster()
    known.hear(messageOf(3, { instance: 1 }), 1)
    expect(known.hear(messageOf(3, { instance: 2, reading: readingAt('critical') }), 2)).toEqual([])
    expect(known.hear(messageOf(3, { instance: 2, reading: null }), 2)).toEqual([])
    known.age(5_000)
    expect(
      kinds(known.hear(messageOf(3, { instance: 2, reading: readingAt('critical') }), 3)),
    ).toEqual(['level'])
    expect(known.members).toHaveLength(1)
  })

  test('does not grow without limit, whatever it hears', () => {
    const known = roster()
    for (let number = 1; number <= mostMembers + 10; number++) known.hear(messageOf(number), 1)
    expect(known.members).toHaveLength(mostMembers)
    for (let number = 1; number <= 3 * mostMembers; number++) known.end(number, 'exited')
    expect(known.members).toEqual([])
  })
})

type Op =
  | {
      readonly op: 'hear'
      readonly number: number
      readonly instance: number
      readonly level: PressureLevel
    }
  | { readonly op: 'goodbye'; readonly number: number; readonly instance: number }
  | { readonly op: 'end'; readonly number: number; readonly reason: LeaveReason }
  | { readonly op: 'age'; readonly elapsed: number }

const number = fc.integer({ min: 1, max: 4 })
const instance = fc.integer({ min: 1, max: 2 })
const ops: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('hear' as const),
      number,
      instance,
      level: fc.constantFrom(...pressureLevels),
    }),
  },
  fc.record({ op: fc.constant('goodbye' as const), number, instance }),
  fc.record({
    op: fc.constant('end' as const),
    number,
    reason: fc.constantFrom<LeaveReason>('exited', 'out-of-memory'),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('age' as const),
      elapsed: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constant(61_000)),
    }),
  },
)

test('what a roster says and what it shows agree after every step', () => {
  fc.assert(
    fc.property(fc.array(ops, { maxLength: 60 }), (steps) => {
      const known = roster()
      /** The level of everyone, by the changes alone. */
      const told = new Map<number, PressureLevel>()
      const ended = new Set<number>()
      for (const step of steps) {
        let changes: readonly RosterChange[] = []
        if (step.op === 'hear')
          changes = known.hear(
            messageOf(step.number, { instance: step.instance, reading: readingAt(step.level) }),
            1,
          )
        else if (step.op === 'goodbye')
          changes = known.hear(
            messageOf(step.number, { instance: step.instance, reading: null }),
            1,
          )
        else if (step.op === 'age') changes = known.age(step.elapsed)
        else {
          changes = known.end(step.number, step.reason)
          ended.add(step.number)
        }
        for (const change of changes) {
          const { member } = change
          if (change.kind === 'joined') {
            expect(told.has(member.number)).toBe(false)
            told.set(member.number, 'normal')
          } else if (change.kind === 'level') {
            expect(told.get(member.number)).toBe(change.previous)
            expect(member.level).not.toBe(change.previous)
            told.set(member.number, member.level)
          } else {
            expect(told.delete(member.number)).toBe(true)
          }
        }
        expect(new Map(known.members.map((member) => [member.number, member.level]))).toEqual(told)
        for (const gone of ended) expect(told.has(gone)).toBe(false)
        for (const { level } of known.members) expect(levelRank(level)).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})
