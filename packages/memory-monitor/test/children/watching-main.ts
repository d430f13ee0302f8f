import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { pressureBus } from '@cultus/core'
import { watchThreads } from '../../src/members/watch.ts'
import { MemoryMonitor } from '../../src/monitor.ts'

/** What this thread does, and its workers. */
export interface ThreadsPlan {
  readonly workers: readonly {
    /** The limit of the old generation, in MiB. */
    readonly heap: number
    /** The share of it to fill; more than 1 until the worker dies of it. */
    readonly share: number
    /** Whether to stay alive when that is done. */
    readonly stay: boolean
    /** Whether to end reporting when that is done. */
    readonly leave: boolean
  }[]
  /**
   * When to tell what the view shows and to end it all: when every worker has filled its share, one is elevated,
   * all are gone, or all have heard of the process. `never` leaves it all as it is.
   */
  readonly until: 'filled' | 'elevated' | 'gone' | 'heard' | 'never'
  /** Whether nobody listens for errors of workers, so that one ends the process. */
  readonly careless: boolean
  /** Whether the view comes when the workers are already there. */
  readonly late: boolean
  /** The root under which control groups are looked for. */
  readonly root: string
}

const {
  workers: plans,
  until,
  careless,
  late,
  root,
}: ThreadsPlan = JSON.parse(process.argv[2] ?? '')

function tell(line: unknown): void {
  // Synchronous: what is still in a buffer dies with the process.
  writeSync(1, `${JSON.stringify(line)}\n`)
}

const monitor = new MemoryMonitor({ interval: 100, fastInterval: 100, root }).start()
let heard = 0

const workers = plans.map(({ heap, ...task }) => {
  const worker = new Worker(new URL('./reporting-thread.mjs', import.meta.url), {
    workerData: task,
    // A young generation in which little of what is held can stay.
    resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: 3 },
  })
  if (!careless) worker.on('error', ({ code }: NodeJS.ErrnoException) => tell({ error: code }))
  worker.on('message', (message) => {
    heard++
    tell({ heard: message })
  })
  return worker
})

if (late) await Promise.all(workers.map((worker) => once(worker, 'online')))

const view = watchThreads(monitor)
let gone = 0
view.on('joined', ({ member }) => tell({ joined: member.id }))
view.on('level', ({ member }) => tell({ id: member.id, level: member.level }))
view.on('left', ({ member, reason }) => {
  gone++
  tell({ left: member.id, reason })
})
pressureBus().subscribe('alert', ({ source, status }) => tell({ alert: source, status }))

function isDue(): boolean {
  if (until === 'gone') return gone === plans.length
  if (until === 'heard' && heard < plans.length) return false
  const others = view.members().slice(1)
  if (until === 'elevated' && others.every(({ level }) => level === 'normal')) return false
  return plans.every(({ heap, share }) =>
    others.some(
      ({ heap: { usedBytes, deathPointBytes } }) =>
        deathPointBytes === heap * 2 ** 20 && usedBytes >= 0.9 * share * deathPointBytes,
    ),
  )
}

async function end(): Promise<void> {
  const rss = process.memoryUsage.rss()
  tell({ members: view.members(), total: view.total(), rss, level: pressureBus().level })
  await Promise.all(workers.map((worker) => worker.terminate()))
  view.stop()
  const counts = workers.map((worker) => worker.listenerCount('exit'))
  tell({ listeners: counts.reduce((one, other) => one + other, process.listenerCount('worker')) })
  monitor.stop()
}

if (until !== 'never') {
  const waiting = setInterval(() => {
    if (!isDue()) return
    clearInterval(waiting)
    void end()
  }, 20)
}
