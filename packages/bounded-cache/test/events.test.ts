import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type BoundedCacheEventName, CacheEvents } from '../src/events.ts'

const names: readonly BoundedCacheEventName[] = [
  'removal',
  'loadFailed',
  'refreshFailed',
  'released',
  'resized',
]

describe('the events of a cache', () => {
  test('reach those who listen, in the order in which they came, until they leave', () => {
    const events = new CacheEvents<string, number>('users')
    const told: string[] = []
    const leave = events.on('removal', ({ key }) => told.push(`first ${key}`))
    events.on('removal', ({ key }) => told.push(`second ${key}`))
    events.tell('removal', () => ({ key: 'a', value: 1, cause: 'evicted' }))
    leave()
    leave()
    events.tell('removal', () => ({ key: 'b', value: 2, cause: 'expired' }))
    expect(told).toEqual(['first a', 'second a', 'second b'])
  })

  test('are not made when nobody listens', () => {
    const events = new CacheEvents<string, number>('users')
    const make = vi.fn(() => ({ key: 'a', error: new Error('no') }))
    events.on('refreshFailed', () => {})()
    events.on('removal', () => {})
    events.tell('refreshFailed', make)
    expect(make).not.toHaveBeenCalled()
  })

  test('reach the others when a listener throws or rejects', () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const events = new CacheEvents<string, number>('events of a listener that throws')
    const heard = vi.fn()
    events.on('resized', () => {
      throw new Error('no')
    })
    events.on('resized', (() => Promise.reject(new Error('no'))) as () => void)
    events.on('resized', heard)
    const resized = {
      maxEntries: 5,
      maxBytes: undefined,
      limitRatio: 0.5,
      cause: 'pressure',
    } as const
    events.tell('resized', () => resized)
    expect(heard.mock.calls).toEqual([[resized]])
    expect(warning.mock.calls[0]?.[0]).toContain(
      'a `resized` listener of cache events of a listener that throws threw: no',
    )
    warning.mockRestore()
  })

  test('are known by name', () => {
    const events = new CacheEvents<string, number>('users')
    const invalid = expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' })
    expect(() => events.on('removed' as 'removal', () => {})).toThrow(invalid)
    expect(() => events.on('removal', 'listener' as never)).toThrow(invalid)
    expect(names.map((name) => events.heard(name))).toEqual(names.map(() => false))
  })
})

test('exactly those are told who came and have not left', () => {
  const name = fc.constantFrom(...names)
  const step = fc.oneof(
    fc.record({ do: fc.constant('come' as const), name }),
    fc.record({ do: fc.constant('leave' as const), who: fc.nat(10) }),
    fc.record({ do: fc.constant('tell' as const), name }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const events = new CacheEvents<string, number>('users')
      const all: { name: BoundedCacheEventName; leave: () => void; told: number }[] = []
      const present = new Set<(typeof all)[number]>()
      const expected = new Map<object, number>()
      for (const step of steps) {
        if (step.do === 'come') {
          const listener = { name: step.name, leave: () => {}, told: 0 }
          listener.leave = events.on(step.name, () => {
            listener.told += 1
          })
          all.push(listener)
          present.add(listener)
        } else if (step.do === 'leave') {
          const listener = all[step.who % all.length]
          listener?.leave()
          if (listener !== undefined) present.delete(listener)
        } else {
          events.tell(step.name, () => ({}) as never)
          for (const listener of present) {
            if (listener.name === step.name)
              expected.set(listener, (expected.get(listener) ?? 0) + 1)
          }
        }
        for (const listener of all) expect(listener.told).toBe(expected.get(listener) ?? 0)
        for (const name of names)
          expect(events.heard(name)).toBe([...present].some((listener) => listener.name === name))
      }
    }),
    { numRuns: 200 },
  )
}, 30_000)
