import cluster, { type Worker } from 'node:cluster'
import { writeSync } from 'node:fs'
import { reportMemory } from '../../src/members/report-memory.ts'
import { watchCluster } from '../../src/members/watch.ts'
import { MemoryMonitor } from '../../src/monitor.ts'

/**
 * A primary with a worker for each heap size (MiB), which sends messages of its own as well. The first worker is
 * killed, the others are told to disconnect; nothing of ours is ever stopped, and yet all of them must end.
 */
const [root = '/', ...heaps] = process.argv.slice(2)

function tell(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

const monitor = new MemoryMonitor({ interval: 100, root }).start()

if (cluster.isPrimary) {
  const view = watchCluster(monitor)
  view.on('left', ({ member, reason }) => tell({ left: member.id, reason }))
  const answers: unknown[] = []
  const workers: Worker[] = heaps.map((heap) => {
    cluster.setupPrimary({ execArgv: [`--max-old-space-size=${heap}`] })
    const worker = cluster.fork()
    worker.on('message', (message) => {
      if (message.app === 'ready') worker.send({ app: 'ping' })
      else if ('app' in message) answers.push(message)
    })
    return worker
  })
  const waiting = setInterval(() => {
    if (view.members().length <= workers.length || answers.length < workers.length) return
    clearInterval(waiting)
    tell({ members: view.members(), total: view.total(), answers })
    const [first, ...others] = workers
    first?.process.kill('SIGKILL')
    for (const worker of others) worker.disconnect()
  }, 20)
} else {
  const counts = (): readonly number[] =>
    process.eventNames().map((name) => process.listenerCount(name))
  const before = counts()
  const leave = reportMemory(monitor, { interval: 100 })
  const same = String(before) === String(counts())
  process.on('message', (message) => process.send?.({ app: 'pong', message, same }))
  process.send?.({ app: 'ready' })
  // Kept, so that it reports until the end.
  process.on('exit', leave)
}
