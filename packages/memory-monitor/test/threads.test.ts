import { join } from 'node:path'
import { PressureBus } from '@cultus/core'
import { describe, expect, test } from 'vitest'
import { MemoryMonitor } from '../src/index.ts'
import type { Member } from '../src/members/member.ts'
import type { MembersTotal } from '../src/members/total.ts'
import { threadSources } from '../src/sources/thread.ts'
import { bundled } from './bundled.ts'
import type { ThreadsPlan } from './children/watching-main.ts'
import { FakeSources } from './fake-sources.ts'
import { rootWithContainer } from './root-with-container.ts'
import { type Told, toldBy } from './told-by.ts'

const mib = 2 ** 20
const patient = { timeout: 60_000 }

/** A worker that fills a fifth of 32 MiB and stays. */
const quiet = { heap: 32, share: 0.2, stay: true, leave: false }

async function run(plan: Partial<ThreadsPlan>): Promise<Told> {
  const folder = await bundled(
    new URL('children/reporting-thread.ts', import.meta.url),
    new URL('children/watching-main.ts', import.meta.url),
  )
  const text = JSON.stringify({
    workers: [],
    until: 'filled',
    careless: false,
    late: false,
    root: '/',
    ...plan,
  })
  return toldBy(join(folder, 'watching-main.mjs'), text)
}

/** What the view showed when all was as planned. */
function shown({ lines }: Told): {
  readonly members: readonly Member[]
  readonly total: MembersTotal
  readonly rss: number
  readonly level: string
} {
  const line = lines.find((one) => 'members' in one)
  expect(line).toBeDefined()
  return line as unknown as ReturnType<typeof shown>
}

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0)

describe('worker threads', () => {
  test('with limits of their own are seen as one process', patient, async () => {
    const heaps = [24, 28, 32, 36, 40, 44, 48, 64]
    const told = await run({ workers: heaps.map((heap) => ({ ...quiet, heap, share: 0.5 })) })
    expect(told).toMatchObject({ code: 0, errors: '' })
    const { members, total, rss } = shown(told)
    const [main, ...workers] = members
    expect(workers.map(({ heap }) => heap.deathPointBytes / mib).sort()).toEqual(heaps)
    expect(total.members).toBe(9)
    expect(total.deathPointBytes).toBe(sum(members.map(({ heap }) => heap.deathPointBytes)))
    expect(total.liveBytes).toBe(sum(members.map(({ heap }) => heap.liveBytes)))
    // Half of each heap is held, and all of it is somewhere in the resident memory, which is there once.
    expect(sum(workers.map(({ heap }) => heap.usedBytes))).toBeGreaterThan(0.45 * sum(heaps) * mib)
    expect(total.usedBytes).toBeLessThan(rss)
    expect(total.rssBytes).toBe(main?.process.rssBytes)
    expect(Math.abs(total.rssBytes - rss)).toBeLessThan(rss / 2)
    expect(workers.every((worker) => worker.signal === 'heap')).toBe(true)
  })

  test(
    'that fill up raise a level of their own, and an alert, but not the main thread',
    patient,
    async () => {
      const told = await run({
        workers: [quiet, { ...quiet, heap: 64, share: 0.78 }],
        until: 'elevated',
      })
      expect(told).toMatchObject({ code: 0, errors: '' })
      const { members, level } = shown(told)
      const full = members.find(({ heap }) => heap.deathPointBytes === 64 * mib)
      expect(full?.signal).toBe('heap')
      expect(['warning', 'critical']).toContain(full?.level)
      expect(members.filter((member) => member !== full).map((member) => member.level)).toEqual([
        'normal',
        'normal',
      ])
      expect(level).toBe('normal')
      expect(told.lines).toContainEqual({ alert: full?.id, status: 'firing' })
      // Terminated by the main thread at the end.
      expect(told.lines).toContainEqual({ alert: full?.id, status: 'resolved' })
      expect(told.lines).toContainEqual({ left: full?.id, reason: 'exited' })
    },
  )

  test(
    'that run out of memory are heard of before and after, and the process lives',
    patient,
    async () => {
      const told = await run({ workers: [{ ...quiet, share: 5 }], until: 'gone' })
      expect(told).toMatchObject({ code: 0, errors: '' })
      const levels = told.lines.filter(({ id }) => id === 'worker-1').map(({ level }) => level)
      expect(['critical', 'emergency']).toContain(levels.at(-1))
      expect(told.lines).toContainEqual({ error: 'ERR_WORKER_OUT_OF_MEMORY' })
      expect(told.lines).toContainEqual({ left: 'worker-1', reason: 'out-of-memory' })
      expect(told.lines.filter((line) => 'alert' in line).at(-1)).toEqual({
        alert: 'worker-1',
        status: 'resolved',
      })
      expect(shown(told).members.map(({ id }) => id)).toEqual(['main'])
    },
  )

  test('whose errors nobody handles still end the process', patient, async () => {
    const told = await run({ workers: [{ ...quiet, share: 5 }], until: 'gone', careless: true })
    expect(told.code).toBe(1)
    expect(told.errors).toContain('ERR_WORKER_OUT_OF_MEMORY')
  })

  test('come and go, and leave no listener behind', patient, async () => {
    const brief = { ...quiet, stay: false }
    const workers = [brief, { ...brief, leave: true }, brief, { ...brief, leave: true }]
    const told = await run({ workers, until: 'gone' })
    expect(told).toMatchObject({ code: 0, errors: '' })
    expect(told.lines.filter((line) => 'joined' in line)).toHaveLength(4)
    expect(told.lines.filter((line) => 'left' in line)).toHaveLength(4)
    expect(told.lines.filter(({ reason }) => reason === 'stopped').length).toBeGreaterThanOrEqual(2)
    expect(told.lines.at(-1)).toEqual({ listeners: 0 })
  })

  test('that were there before the view are seen, and say that they end', patient, async () => {
    const told = await run({ workers: [{ ...quiet, stay: false }], until: 'gone', late: true })
    expect(told).toMatchObject({ code: 0, errors: '' })
    expect(told.lines).toContainEqual({ joined: 'worker-1' })
    expect(told.lines).toContainEqual({ left: 'worker-1', reason: 'stopped' })
  })

  test('and the main thread end by themselves, though nobody stops anything', patient, async () => {
    const told = await run({ workers: [{ ...quiet, stay: false }], until: 'never' })
    expect(told).toMatchObject({ code: 0, errors: '' })
    expect(told.lines).toContainEqual({ joined: 'worker-1' })
  })
})

test('a monitor of a thread measures its heap and nothing that it shares', () => {
  const sources = new FakeSources()
  sources.contain(99)
  sources.rss = 999
  sources.live = 20
  const options = { sources: threadSources(sources), deathPoint: 100, bus: new PressureBus() }
  const { signal, level, container } = new MemoryMonitor(options).snapshot()
  expect({ signal, level, container }).toEqual({
    signal: 'heap',
    level: 'normal',
    container: undefined,
  })
})

test('a container that fills up is heard of in every worker', patient, async () => {
  const root = rootWithContainer(97 * mib, 100 * mib)
  const told = await run({ workers: [quiet, { ...quiet, heap: 48 }], until: 'heard', root })
  expect(told).toMatchObject({ code: 0, errors: '' })
  const heard = { heard: { level: 'emergency', source: 'process' } }
  expect(told.lines.filter((line) => JSON.stringify(line) === JSON.stringify(heard))).toHaveLength(
    2,
  )
  const { members, total, level } = shown(told)
  expect(level).toBe('emergency')
  expect(members.map((member) => member.level)).toEqual(['emergency', 'normal', 'normal'])
  expect(total.containers).toMatchObject([{ path: '/app', usedBytes: 97 * mib }])
})
