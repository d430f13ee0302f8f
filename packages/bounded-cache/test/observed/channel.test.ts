import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test, vi } from 'vitest'
import { cacheChannels } from '../../src/observed/channel.ts'

const names = ['removal', 'load', 'release'] as const

test('messages reach those who subscribed by name, before or after, and nobody else', () => {
  const channels = cacheChannels()
  const heard: unknown[] = []
  const listener = (message: unknown) => heard.push(message)
  const removal = { cache: 'users', key: 'a', cause: 'expired' } as const
  expect(channels.removal.hasSubscribers).toBe(false)
  subscribe('cultus:cache:removal', listener)
  expect(channels.removal.hasSubscribers).toBe(true)
  expect(cacheChannels().removal.hasSubscribers).toBe(true)
  expect(channels.load.hasSubscribers).toBe(false)
  channels.removal.publish(removal)
  unsubscribe('cultus:cache:removal', listener)
  expect(channels.removal.hasSubscribers).toBe(false)
  channels.removal.publish(removal)
  expect(heard).toEqual([removal])
})

test('the channels are those of the process', () => {
  const channels = cacheChannels()
  for (const name of names) expect(channels[name]).toBe(channel(`cultus:cache:${name}`))
})

test.each([
  ['no process', undefined],
  ['a process that knows no modules', {}],
  ['a process without the module', { getBuiltinModule: () => undefined }],
])('they are silent where there is %s', (_, host) => {
  vi.stubGlobal('process', host)
  const channels = cacheChannels()
  vi.unstubAllGlobals()
  for (const name of names) expect(channels[name].hasSubscribers).toBe(false)
  channels.removal.publish({ cache: 'users', key: 1, cause: 'deleted' })
})
