import { ConsumerRegistry, type MemoryConsumer, type RegistryEvent } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'

function consumerNamed(name: string, bytes = 10): MemoryConsumer {
  return {
    name,
    kind: 'cache',
    role: 'test',
    usage: () => ({ bytes, entries: 1, hits: 0, misses: 0, evictions: 0 }),
    setLimitRatio: () => undefined,
    release: async () => ({ bytes: 0, entries: 0, slices: 0, completed: true }),
  }
}

describe('registration', () => {
  test('lists consumers under labels that are unique', () => {
    const registry = new ConsumerRegistry()
    for (const name of ['users', 'users', 'pages', 'users']) registry.register(consumerNamed(name))
    expect(registry.consumers.map(({ label }) => label)).toEqual([
      'users',
      'users#2',
      'pages',
      'users#3',
    ])
  })

  test('adding the same consumer twice adds it once', () => {
    const registry = new ConsumerRegistry()
    const consumer = consumerNamed('users')
    registry.register(consumer)
    const unregister = registry.register(consumer)
    expect(registry.consumers).toHaveLength(1)
    unregister()
    unregister()
    expect(registry.consumers).toHaveLength(0)
  })

  test('an old unregister does not remove a newer consumer of the same label', () => {
    const registry = new ConsumerRegistry()
    const leaveOld = registry.register(consumerNamed('users'))
    leaveOld()
    registry.register(consumerNamed('users'))
    leaveOld()
    expect(registry.consumers).toHaveLength(1)
  })

  test.each([
    [undefined, 'a consumer must have `usage()`, got undefined'],
    [{ ...consumerNamed('a'), release: 1 }, 'a consumer must have `release()`, got an object'],
    [{ ...consumerNamed('a'), name: '' }, 'a consumer must have a `name`, got ""'],
  ])('refuses %o', (consumer, message) => {
    const registry = new ConsumerRegistry()
    expect(() => registry.register(consumer as unknown as MemoryConsumer)).toThrow(message)
    expect(registry.consumers).toHaveLength(0)
  })

  test('tells its listeners who came and went', () => {
    const registry = new ConsumerRegistry()
    const events: RegistryEvent['type'][] = []
    const leave = registry.subscribe((event) => events.push(event.type))
    const unregister = registry.register(consumerNamed('users'))
    unregister()
    leave()
    registry.register(consumerNamed('users'))
    expect(events).toEqual(['registered', 'unregistered'])
  })
})

describe('usage', () => {
  test('leaves out a consumer whose usage throws, and warns', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const registry = new ConsumerRegistry()
    registry.register({
      ...consumerNamed('broken'),
      usage: () => {
        throw new Error('no figures')
      },
    })
    registry.register(consumerNamed('users', 42))
    expect(registry.usage()).toEqual([
      {
        label: 'users',
        kind: 'cache',
        role: 'test',
        bytes: 42,
        entries: 1,
        hits: 0,
        misses: 0,
        evictions: 0,
      },
    ])
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
  })
})

describe("the coordinator's seat", () => {
  test('is for one at a time', () => {
    const registry = new ConsumerRegistry()
    const leave = registry.coordinate({ name: 'first' })
    expect(() => registry.coordinate({ name: 'second' })).toThrow('the seat is taken by "first"')
    leave()
    const second = { name: 'second' }
    registry.coordinate(second)
    leave()
    expect(registry.coordinator).toBe(second)
  })

  test('can be taken again by one who left it, without the old leave ending the new stay', () => {
    const registry = new ConsumerRegistry()
    const coordinator = { name: 'responder' }
    const leaveFirst = registry.coordinate(coordinator)
    leaveFirst()
    registry.coordinate(coordinator)
    leaveFirst()
    expect(registry.coordinator).toBe(coordinator)
  })
})

describe('status providers', () => {
  test('are listed until they leave', () => {
    const registry = new ConsumerRegistry()
    const provider = { name: 'admission', kind: 'admission', metrics: () => [], status: () => ({}) }
    const leave = registry.provideStatus(provider)
    expect(registry.statusProviders).toEqual([provider])
    leave()
    expect(registry.statusProviders).toEqual([])
  })
})

test('labels stay unique and every consumer is listed exactly while it is registered', () => {
  const operation = fc.record({ index: fc.nat(5), leave: fc.boolean() })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const registry = new ConsumerRegistry()
      const consumers = ['a', 'a', 'a', 'b', 'b', 'c'].map((name) => consumerNamed(name))
      const leaves = new Map<MemoryConsumer, () => void>()
      for (const { index, leave } of operations) {
        const consumer = consumers[index] as MemoryConsumer
        if (leave) {
          leaves.get(consumer)?.()
          leaves.delete(consumer)
        } else leaves.set(consumer, registry.register(consumer))
        const listed = registry.consumers
        expect(new Set(listed.map(({ label }) => label)).size).toBe(listed.length)
        expect(new Set(listed.map((entry) => entry.consumer))).toEqual(new Set(leaves.keys()))
      }
    }),
  )
})
