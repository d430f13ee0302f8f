import diagnosticsChannel from 'node:diagnostics_channel'
import {
  consumerRegistry,
  PressureBus,
  type PressureLevelEvent,
  pressureBus,
  protocol,
} from '@cultus/core'
import { afterEach, describe, expect, test, vi } from 'vitest'

const key = Symbol.for(`cultus.core.${protocol}`)
const holder = globalThis as { [key: symbol]: unknown }

afterEach(() => {
  delete holder[key]
})

/** A second instance of the whole module graph, as a second installed copy would be. */
async function secondCopy(): Promise<typeof import('@cultus/core')> {
  vi.resetModules()
  return await import('@cultus/core')
}

describe('the state of the process', () => {
  test('is made on first use and not at import', async () => {
    const copy = await secondCopy()
    expect(holder[key]).toBeUndefined()
    const bus = copy.pressureBus()
    expect(copy.pressureBus()).toBe(bus)
    expect(Object.keys(globalThis)).not.toContain(String(key))
  })

  test('is one for two copies of the package', async () => {
    pressureBus()
    const copy = await secondCopy()
    expect(copy.PressureBus).not.toBe(PressureBus)
    expect(copy.pressureBus()).toBe(pressureBus())
    expect(copy.consumerRegistry()).toBe(consumerRegistry())
    expect(copy.pressureBus()).not.toBeInstanceOf(copy.PressureBus)
  })

  test('garbage under its key is replaced rather than used', () => {
    holder[key] = { protocol, bus: null }
    expect(pressureBus().level).toBe('normal')
  })

  test('another protocol is left alone, and warned about once', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const other = Symbol.for('cultus.core.999')
    const state = { protocol: 999 }
    holder[other] = state
    pressureBus()
    delete holder[key]
    pressureBus()
    expect(holder[other]).toBe(state)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('999 and 1'), {
      type: 'CultusWarning',
      code: 'CULTUS_W_PROTOCOL',
    })
    delete holder[other]
    warn.mockRestore()
  })
})

test('a library without a dependency hears the level on diagnostics_channel', () => {
  const heard: unknown[] = []
  const listener = (message: unknown): void => {
    heard.push(message)
  }
  diagnosticsChannel.subscribe('cultus:pressure:change', listener)
  const events: PressureLevelEvent[] = []
  const leave = pressureBus().subscribe('level', (event) => events.push(event))
  pressureBus().publish('test', { level: 'critical', ratio: 0.9 })
  pressureBus().withdraw('test')
  diagnosticsChannel.unsubscribe('cultus:pressure:change', listener)
  leave()
  expect(heard).toHaveLength(2)
  expect(heard).toEqual(events)
})
