import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ClusterWorkerTransport, type IpcChannel } from '../src/members/cluster-channel.ts'
import type { Member } from '../src/members/member.ts'
import { reportMemory } from '../src/members/report-memory.ts'
import type { MembersTotal } from '../src/members/total.ts'
import { bundled } from './bundled.ts'
import { FakeMonitor } from './member-setup.ts'
import { rootWithContainer } from './root-with-container.ts'
import { toldBy } from './told-by.ts'

const mib = 2 ** 20

test('a cluster is seen as one, its container once, and ends by itself', {
  timeout: 60_000,
}, async () => {
  const folder = await bundled(new URL('children/watching-primary.ts', import.meta.url))
  const root = rootWithContainer(40 * mib, 100 * mib)
  const told = await toldBy(join(folder, 'watching-primary.mjs'), root, '64', '96', '128')
  expect(told).toMatchObject({ code: 0, errors: '' })
  const { members, total, answers } = told.lines[0] as unknown as {
    readonly members: readonly Member[]
    readonly total: MembersTotal
    readonly answers: readonly unknown[]
  }
  const [primary, ...workers] = members
  expect(primary).toMatchObject({ id: 'primary', number: 0 })
  expect(workers.map(({ id }) => id).sort()).toEqual([1, 2, 3].map((id) => `cluster-worker-${id}`))
  const points = workers.map(({ heap }) => heap.deathPointBytes / mib)
  expect(points.sort((one, other) => one - other)).toEqual([64, 96, 128])
  expect(new Set(members.map(({ pid }) => pid)).size).toBe(4)
  const rss = members.map(({ process }) => process.rssBytes)
  expect(total.rssBytes).toBe(rss.reduce((one, other) => one + other))
  expect(total.containers).toEqual([
    { version: 'v2', path: '/app', usedBytes: 40 * mib, limitBytes: 100 * mib },
  ])
  // Messages of the host went both ways, undisturbed, and no listener was added to the process.
  const answer = { app: 'pong', message: { app: 'ping' }, same: true }
  expect(answers).toEqual([answer, answer, answer])
  const left = told.lines.slice(1)
  expect(left).toHaveLength(3)
  expect(left).toContainEqual({ left: 'cluster-worker-1', reason: 'exited' })
})

describe('a cluster worker', () => {
  /** A channel whose messages are taken when a test says so. */
  function channel(): IpcChannel & { connected: boolean; readonly sent: unknown[]; take(): void } {
    const waiting: (() => void)[] = []
    const sent: unknown[] = []
    return {
      pid: 7,
      connected: true,
      sent,
      send(data, _handle, _options, done) {
        sent.push(data)
        waiting.push(done)
        return true
      },
      take: () => waiting.shift()?.(),
    }
  }

  test('has one message under way, and keeps the last of those that wait', () => {
    const ipc = channel()
    const transport = new ClusterWorkerTransport(2, ipc)
    for (let number = 0; number < 100; number++) transport.send(number)
    expect(ipc.sent).toEqual([0])
    ipc.take()
    expect(ipc.sent).toEqual([0, 99])
    ipc.take()
    transport.send(100)
    expect(ipc.sent).toEqual([0, 99, 100])
  })

  test('that is disconnected sends nothing', () => {
    const ipc = channel()
    const transport = new ClusterWorkerTransport(2, ipc)
    ipc.connected = false
    transport.send(1)
    expect(ipc.sent).toEqual([])
  })

  test('whose channel throws goes on when it works again', () => {
    const ipc = channel()
    const { send } = ipc
    const transport = new ClusterWorkerTransport(2, ipc)
    ipc.send = () => {
      throw new Error('closed')
    }
    expect(() => transport.send(1)).toThrow('closed')
    Object.assign(ipc, { send })
    transport.send(2)
    expect(ipc.sent).toEqual([2])
  })
})

test('a process that is nobody’s worker reports to nobody', () => {
  const monitor = new FakeMonitor()
  const leave = reportMemory(monitor)
  expect(monitor.listeners).toBe(0)
  leave()
})
