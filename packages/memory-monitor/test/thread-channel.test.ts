import { once } from 'node:events'
import { BroadcastChannel, Worker } from 'node:worker_threads'
import { ConsumerRegistry, PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { MembersView } from '../src/members/members-view.ts'
import { watchThreads } from '../src/members/watch.ts'
import { FakeMonitor, messageOf } from './member-setup.ts'

const toView = 'cultus.memory.1.view'
const toMembers = 'cultus.memory.1.members'

/** A view of the threads of this very process. */
function watching(): MembersView {
  const clock = new FakeClock()
  const [bus, registry] = [new PressureBus({ clock }), new ConsumerRegistry()]
  const view = watchThreads(new FakeMonitor(), { clock, bus, registry })
  onTestFinished(() => view.stop())
  return view
}

/** Says something on the channel to the view, as another thread would. */
function say(name: string, ...messages: readonly unknown[]): void {
  const channel = new BroadcastChannel(name)
  for (const message of messages) channel.postMessage(message)
  channel.close()
}

describe('the channel of a view', () => {
  test('takes reports in, and noise of others does not stop it', async () => {
    const view = watching()
    const joined = new Promise((resolve) => view.on('joined', resolve))
    say(toView, 'noise', null, { cultus: 'memory-member' }, new Map([[1, 2]]), messageOf(7))
    await expect(joined).resolves.toMatchObject({ member: { id: 'worker-7' } })
    expect(view.members()).toHaveLength(2)
  })

  test('does not hear copies that speak another protocol', async () => {
    const view = watching()
    const joined = new Promise((resolve) => view.on('joined', resolve))
    say('cultus.memory.2.view', messageOf(4))
    say(toView, { ...messageOf(5), protocol: 2 }, messageOf(6))
    await joined
    expect(view.members().map(({ number }) => number)).toEqual([0, 6])
  })

  test('is heard by two views of one process', async () => {
    const views = [watching(), watching()]
    const joined = views.map((view) => new Promise((resolve) => view.on('joined', resolve)))
    say(toView, messageOf(7))
    await Promise.all(joined)
    expect(views.map((view) => view.members().length)).toEqual([2, 2])
  })

  test('carries what threads share', async () => {
    const channel = new BroadcastChannel(toMembers)
    onTestFinished(() => channel.close())
    const heard = new Promise((resolve) => {
      channel.onmessage = (event) => resolve((event as { data: unknown }).data)
    })
    watching()
    await expect(heard).resolves.toMatchObject({
      cultus: 'memory-process',
      protocol: 1,
      pid: process.pid,
      report: { level: 'normal', signal: 'process' },
    })
  })

  test('is closed with it, and so is every other trace', async () => {
    const workers = process.listenerCount('worker')
    const view = watching()
    expect(process.listenerCount('worker')).toBe(workers + 1)
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true })
    const exits = worker.listenerCount('exit')
    await once(worker, 'online')
    expect(worker.listenerCount('exit')).toBe(exits + 1)
    const joined = vi.fn()
    view.on('joined', joined)
    view.stop()
    expect(process.listenerCount('worker')).toBe(workers)
    expect(worker.listenerCount('exit')).toBe(exits)
    const other = watching()
    const heard = new Promise((resolve) => other.on('joined', resolve))
    say(toView, messageOf(7))
    await heard
    expect(joined).not.toHaveBeenCalled()
    await worker.terminate()
  })
})

test.each([
  [{ staleAfter: 0 }, '`staleAfter` must be a number from 1'],
  [{ staleAfter: 10, expireAfter: 9 }, '`expireAfter` must be a number from 10'],
  [{ thresholds: { warning: 2 } }, '`thresholds.warning` must be a number from 0 to 1'],
] as const)('a view with %j is refused, and leaves nothing behind', (options, message) => {
  const workers = process.listenerCount('worker')
  expect(() => watchThreads(new FakeMonitor(), options)).toThrow(message)
  expect(process.listenerCount('worker')).toBe(workers)
})
