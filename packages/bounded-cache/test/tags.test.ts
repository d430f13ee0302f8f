import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linkBytes, mostTagBytes, SlotTags, tagBytes } from '../src/table/slot-tags.ts'
import { tagsArgument } from '../src/tags.ts'

describe('the tags of slots', () => {
  test('are found both ways', () => {
    const tags = new SlotTags(10)
    tags.set(3, ['red', 'round'])
    tags.set(4, ['red'])
    expect(tags.slotsOf('red')).toEqual([4, 3])
    expect(tags.slotsOf('round')).toEqual([3])
    expect(tags.slotsOf('green')).toEqual([])
    expect(tags.tagsOf(3)).toEqual(['red', 'round'])
    expect(tags.tagsOf(5)).toEqual([])
  })

  test('go with their slot, and a tag with the last slot that carried it', () => {
    const tags = new SlotTags(10)
    tags.set(3, ['red'])
    tags.set(4, ['red', 'round'])
    tags.forget(4)
    expect(tags.size).toBe(1)
    expect(tags.slotsOf('round')).toEqual([])
    tags.forget(3)
    expect(tags).toMatchObject({ size: 0, bytes: 0 })
  })

  test('keep no more than their own text', () => {
    const tags = new SlotTags(10)
    const page = 'x'.repeat(1_000_000)
    tags.set(3, [`${page}tag`.slice(-3)])
    expect(tags.slotsOf('tag')).toEqual([3])
    expect(tags.bytes).toBeLessThan(200)
  })
})

describe('tags as a caller gives them', () => {
  test('count once each, and an empty list for none', () => {
    expect(tagsArgument(['a', 'b', 'a'])).toEqual(['a', 'b'])
    expect(tagsArgument([])).toBeUndefined()
    expect(tagsArgument(undefined)).toBeUndefined()
  })

  test.each([['a'.repeat(3)], [null], [[1]], [['']], [['a', undefined]], [{ length: 1 }]])(
    'are refused when they are %j',
    (tags) => {
      expect(() => tagsArgument(tags)).toThrow('`tags` must be an array of non-empty strings')
    },
  )
})

const firstSlot = 3
const slots = 40

/** Tags by slot in a plain `Map`, and by tag in the order in which they came. */
class Model {
  readonly bySlot = new Map<number, readonly string[]>()
  readonly byTag = new Map<string, number[]>()

  set(slot: number, tags: readonly string[]): void {
    this.forget(slot)
    if (tags.length > 0) this.bySlot.set(slot, tags)
    for (const tag of tags) this.byTag.set(tag, [slot, ...(this.byTag.get(tag) ?? [])])
  }

  forget(slot: number): void {
    for (const tag of this.bySlot.get(slot) ?? []) {
      const rest = (this.byTag.get(tag) ?? []).filter((other) => other !== slot)
      if (rest.length > 0) this.byTag.set(tag, rest)
      else this.byTag.delete(tag)
    }
    this.bySlot.delete(slot)
  }

  rename(from: number, to: number): void {
    const tags = this.bySlot.get(from)
    if (tags === undefined) return
    this.bySlot.delete(from)
    this.bySlot.set(to, tags)
    for (const tag of tags) {
      const renamed = (this.byTag.get(tag) ?? []).map((slot) => (slot === from ? to : slot))
      this.byTag.set(tag, renamed)
    }
  }

  check(tags: SlotTags, names: readonly string[]): void {
    let links = 0
    for (let slot = firstSlot; slot < slots; slot++) {
      const expected = this.bySlot.get(slot) ?? []
      expect(tags.tagsOf(slot)).toEqual(expected)
      links += expected.length
    }
    let bytes = links * linkBytes + this.byTag.size * tagBytes
    for (const name of names) {
      const expected = this.byTag.get(name)
      expect(tags.slotsOf(name)).toEqual(expected ?? [])
      if (expected !== undefined) bytes += mostTagBytes([name]) - linkBytes - tagBytes
    }
    expect(tags.size).toBe(this.byTag.size)
    expect(tags.bytes).toBe(bytes)
  }
}

test('tags do what plain lists do, whatever comes, goes and moves', () => {
  const names = Array.from({ length: 12 }, (_, index) => `tag ${index}`)
  const slot = fc.integer({ min: firstSlot, max: slots - 1 })
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('set' as const),
        slot,
        tags: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 6 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), slot }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), slot, to: slot }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('thin out' as const) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const tags = new SlotTags(firstSlot)
      tags.resize(slots)
      const model = new Model()
      // Enough that links are moved together when they go.
      for (let slot = firstSlot; slot < slots; slot++) {
        const many = names.filter((_, index) => (index + slot) % 3 > 0)
        tags.set(slot, many)
        model.set(slot, many)
      }
      for (const step of steps) {
        if (step.do === 'set') {
          tags.set(step.slot, step.tags)
          model.set(step.slot, step.tags)
        } else if (step.do === 'forget') {
          tags.forget(step.slot)
          model.forget(step.slot)
        } else if (step.do === 'rename') {
          if (model.bySlot.has(step.to)) continue
          tags.rename(step.slot, step.to)
          model.rename(step.slot, step.to)
        } else {
          for (let slot = firstSlot; slot < slots; slot++) {
            if (slot % 5 === 0) continue
            tags.forget(slot)
            model.forget(slot)
          }
        }
        model.check(tags, names)
      }
    }),
    { numRuns: 300 },
  )
}, 60_000)

test('what tags can take at the most is what they take when nobody else has them', () => {
  const tags = new SlotTags(10)
  tags.set(3, ['red', 'round'])
  expect(mostTagBytes(['red', 'round'])).toBe(tags.bytes)
  tags.set(4, ['red', 'round'])
  expect(tags.bytes).toBeLessThan(2 * mostTagBytes(['red', 'round']))
})
