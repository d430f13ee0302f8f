import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstSlot, none, SlotLists } from '../../src/policies/slot-lists.ts'

const listCount = 3

/** The lists as plain arrays, the start of each first. */
class ListsModel {
  readonly lists: number[][] = [[], [], []]
  readonly weights = new Map<number, number>()
  capacity = firstSlot

  slots(list: number): number[] {
    return this.lists[list] ?? []
  }

  listOf(slot: number): number {
    return this.lists.findIndex((slots) => slots.includes(slot))
  }

  get all(): number[] {
    return this.lists.flat()
  }

  get vacant(): number[] {
    const slots = Array.from({ length: this.capacity - firstSlot }, (_, index) => index + firstSlot)
    return slots.filter((slot) => !this.weights.has(slot))
  }

  add(list: number, slot: number, weight: number): void {
    this.slots(list).unshift(slot)
    this.weights.set(slot, weight)
  }

  remove(slot: number): void {
    const slots = this.slots(this.listOf(slot))
    slots.splice(slots.indexOf(slot), 1)
    this.weights.delete(slot)
  }

  /** Compares everything that can be asked; the lists are walked from their ends, so both links of each slot count. */
  check(real: SlotLists): void {
    expect(new Set(this.all).size).toBe(this.all.length)
    for (let list = 0; list < listCount; list++) {
      const slots = this.slots(list)
      expect([...real.slots(list)]).toEqual(slots.toReversed())
      expect(real.count(list)).toBe(slots.length)
      expect(real.weight(list)).toBe(sum(slots.map((slot) => this.weights.get(slot) ?? 0)))
      expect(real.last(list)).toBe(slots.at(-1) ?? none)
      for (const [index, slot] of slots.entries()) {
        expect(real.listOf(slot)).toBe(list)
        expect(real.before(slot)).toBe(slots[index - 1] ?? none)
      }
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

interface Step {
  readonly name: string
  readonly list: number
  readonly other: number
  readonly pick: number
  readonly weight: number
  readonly where: 'start' | 'end'
}

function apply(
  { name, list, other, pick, weight, where }: Step,
  model: ListsModel,
  real: SlotLists,
) {
  const held = model.all.toSorted((left, right) => left - right)
  const slot = held[pick % Math.max(1, held.length)]
  const { vacant } = model
  const free = vacant[pick % Math.max(1, vacant.length)]
  if (name === 'resize' || (name === 'add' && free === undefined)) {
    model.capacity = Math.max(firstSlot, ...held.map((taken) => taken + 1)) + (pick % 8)
    real.resize(model.capacity)
  } else if (name === 'clear') {
    model.lists.forEach((slots) => {
      slots.length = 0
    })
    model.weights.clear()
    real.clear()
  } else if (name === 'join' && list !== other) {
    const slots = model.slots(list).splice(0)
    if (where === 'start') model.slots(other).unshift(...slots)
    else model.slots(other).push(...slots)
    real.join(list, other, where)
  } else if (name === 'add' && free !== undefined) {
    model.add(list, free, weight)
    real.add(list, free, weight)
  } else if (slot !== undefined) change(name, slot, free, list, weight, model, real)
}

function change(
  name: string,
  slot: number,
  free: number | undefined,
  list: number,
  weight: number,
  model: ListsModel,
  real: SlotLists,
): void {
  const before = model.weights.get(slot) ?? 0
  if (name === 'remove') {
    model.remove(slot)
    real.remove(slot, before)
  } else if (name === 'move') {
    model.remove(slot)
    model.add(list, slot, before)
    real.move(list, slot, before)
  } else if (name === 'reweigh') {
    model.weights.set(slot, weight)
    real.reweigh(slot, weight - before)
  } else if (name === 'rename' && free !== undefined) {
    const slots = model.slots(model.listOf(slot))
    slots[slots.indexOf(slot)] = free
    model.weights.delete(slot)
    model.weights.set(free, before)
    real.rename(slot, free)
  }
}

const list = fc.nat(listCount - 1)
const step = (...names: string[]): fc.Arbitrary<Step> =>
  fc.record({
    name: fc.constantFrom(...names),
    list,
    other: list,
    pick: fc.nat(1_000),
    weight: fc.oneof(fc.nat(9), fc.integer({ min: 1, max: 2 ** 40 })),
    where: fc.constantFrom('start', 'end'),
  })

test('is what three plain arrays are, whatever is done to it', () => {
  const names = ['add', 'add', 'add', 'move', 'remove', 'reweigh', 'rename', 'join', 'resize']
  const any = fc.oneof(
    { weight: 40, arbitrary: step(...names) },
    { weight: 1, arbitrary: step('clear') },
  )
  fc.assert(
    fc.property(fc.array(any, { maxLength: 100, size: 'max' }), (steps) => {
      const [model, real] = [new ListsModel(), new SlotLists()]
      for (const next of steps) {
        apply(next, model, real)
        model.check(real)
      }
    }),
    { numRuns: 200 },
  )
}, 60_000)

test('knows the list of each slot after far more joins than there are tags', () => {
  const steps = step('add', 'join', 'join', 'join', 'move', 'remove', 'rename')
  fc.assert(
    fc.property(fc.array(steps, { minLength: 4_000, maxLength: 4_000, size: 'max' }), (all) => {
      const [model, real] = [new ListsModel(), new SlotLists()]
      let joins = 0
      for (const next of all) {
        if (next.name === 'join' && model.slots(next.list).length > 0) joins++
        apply(next, model, real)
        // Between joins, so that a slot keeps its tag through as many of them as can be.
        if (next.name === 'join') model.check(real)
      }
      expect(joins).toBeGreaterThan(256)
    }),
    { numRuns: 8, endOnFailure: true },
  )
}, 60_000)

test('has room for slots that keep the tag of every join there was', () => {
  const [model, real] = [new ListsModel(), new SlotLists()]
  model.capacity = 1_000
  real.resize(model.capacity)
  for (let slot = firstSlot; slot < model.capacity; slot++) {
    const from = slot % 2
    const next: Step = { name: 'join', list: from, other: 2, pick: 0, weight: 0, where: 'start' }
    model.add(from, slot, slot)
    real.add(from, slot, slot)
    apply(next, model, real)
    expect(real.listOf(slot)).toBe(2)
    expect(real.count(2)).toBe(slot - firstSlot + 1)
  }
  model.check(real)
})

test('leaves its lists alone when a slot is renamed that is in none', () => {
  const lists = new SlotLists()
  lists.resize(10)
  lists.add(0, 3, 1)
  lists.add(0, 4, 1)
  lists.remove(4, 1)
  lists.rename(4, 7)
  lists.rename(5, 8)
  expect([...lists.slots(0)]).toEqual([3])
  lists.add(1, 7, 1)
  expect([...lists.slots(1)]).toEqual([7])
})

test('has weights without rounding errors left once it is empty', () => {
  const lists = new SlotLists()
  lists.resize(10)
  for (const [slot, weight] of [
    [3, 0.1],
    [4, 0.2],
    [5, 0.3],
  ] as const)
    lists.add(1, slot, weight)
  for (const [slot, weight] of [
    [3, 0.1],
    [4, 0.2],
    [5, 0.3],
  ] as const)
    lists.remove(slot, weight)
  expect(lists.weight(1)).toBe(0)
})
