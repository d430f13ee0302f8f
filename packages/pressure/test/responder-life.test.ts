import { followPressure } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import { describe, expect, test } from 'vitest'
import { PressureResponder, type PressureResponderOptions } from '../src/responder.ts'
import { Store, settle } from './store-consumer.ts'

function responding(options: PressureResponderOptions = {}, stores: readonly Store[] = []) {
  const pressure = scriptedPressure()
  for (const store of stores) pressure.registry.register(store)
  const responder = new PressureResponder({ ...pressure, ...options }).start()
  return { pressure, responder, ...pressure }
}

describe('start', () => {
  test('answers the level that is there already', async () => {
    const pressure = scriptedPressure()
    const users = new Store('users')
    pressure.registry.register(users)
    pressure.set('critical')
    new PressureResponder(pressure).start()
    await settle()
    expect(users.bytes).toBe(500)
  })

  test('is refused while somebody else coordinates, and changes nothing', () => {
    const pressure = scriptedPressure()
    const users = new Store('users')
    pressure.registry.register(users)
    const first = new PressureResponder(pressure).start()
    const second = new PressureResponder(pressure)
    expect(() => second.start()).toThrow('the seat is taken by "responder"')
    expect(second.status().running).toBe(false)
    pressure.set('warning')
    expect(users.ratiosSet).toEqual([1, 0.75])
    first.stop()
    expect(second.start().status().running).toBe(true)
  })

  test('twice is once', () => {
    const { responder, registry } = responding()
    expect(responder.start()).toBe(responder)
    expect(registry.statusProviders).toHaveLength(1)
  })

  test('takes consumers over from where they followed the bus', () => {
    const pressure = scriptedPressure()
    const users = new Store('users')
    pressure.registry.register(users)
    const end = followPressure(users, pressure)
    pressure.set('critical')
    pressure.set('normal')
    pressure.clock.advance(1_000)
    expect(users.ratio).toBeCloseTo(0.55)
    new PressureResponder(pressure).start()
    expect(users.ratio).toBe(1)
    users.bytes = 1_000
    pressure.set('warning')
    expect(users.ratiosSet.slice(-1)).toEqual([0.75])
    end()
  })
})

describe('stop', () => {
  test('gives everything back at once and leaves nothing behind', async () => {
    const journal: string[] = []
    const action = {
      name: 'pause',
      apply: () => journal.push('+'),
      revert: () => journal.push('-'),
    }
    const users = new Store('users')
    const { pressure, responder, registry, clock, bus } = responding(
      { tiers: { warning: { actions: [action] } } },
      [users],
    )
    pressure.set('emergency')
    await settle(2)
    responder.stop()
    responder.stop()
    expect(users.ratio).toBe(1)
    expect(journal).toEqual(['+', '-'])
    expect(registry.coordinator).toBeUndefined()
    expect(registry.statusProviders).toHaveLength(0)
    bus.withdraw('script')
    expect(clock.pendingTimers).toBe(0)
    const calls = users.ratiosSet.length
    pressure.set('critical')
    registry.register(new Store('later'))
    await settle()
    expect(users.ratiosSet).toHaveLength(calls)
  })

  test('is what the end of a `using` block does', () => {
    const pressure = scriptedPressure()
    {
      using responder = new PressureResponder(pressure).start()
      expect(responder.status().running).toBe(true)
    }
    expect(pressure.registry.coordinator).toBeUndefined()
  })

  test('lets consumers follow the bus again', () => {
    const users = new Store('users', { bytes: 9_000 })
    const { pressure, responder, registry, bus, clock } = responding({}, [users])
    const end = followPressure(users, { registry, bus, clock })
    pressure.set('warning')
    pressure.set('normal')
    responder.stop()
    pressure.set('critical')
    expect(users.ratio).toBe(0.5)
    end()
  })

  test('under pressure leaves followers limited by themselves', () => {
    const users = new Store('users', { bytes: 9_000 })
    const { pressure, responder, registry, bus, clock } = responding({}, [users])
    const end = followPressure(users, { registry, bus, clock })
    pressure.set('critical')
    responder.stop()
    expect(users.ratio).toBe(0.5)
    end()
  })

  test('lets a consumer that leaves go with its full bound, and forgets its counts', () => {
    const { pressure, registry, responder } = responding()
    const users = new Store('users')
    const unregister = registry.register(users)
    pressure.set('emergency')
    expect(users.ratio).toBe(0.1)
    unregister()
    expect(users.ratio).toBe(1)
    expect(responder.status().consumers).toEqual([])
  })
})
