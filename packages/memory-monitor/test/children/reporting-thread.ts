import { parentPort, workerData } from 'node:worker_threads'
import { pressureBus } from '@cultus/core'
import { reportMemory } from '../../src/members/report-memory.ts'
import { MemoryMonitor } from '../../src/monitor.ts'
import { nodeSources } from '../../src/sources/node.ts'
import { threadSources } from '../../src/sources/thread.ts'
import type { ThreadsPlan } from './watching-main.ts'

const { share, stay, leave } = workerData as ThreadsPlan['workers'][number]
const monitor = new MemoryMonitor({
  interval: 100,
  fastInterval: 50,
  sources: threadSources(nodeSources('/')),
}).start()
const stop = reportMemory(monitor, { interval: 100 })
const { deathPointBytes } = monitor.snapshot().heap

const arrayBytes = 976
const held: number[][] = []
const filling = setInterval(() => {
  for (let bytes = 0; bytes < 2 ** 20; bytes += arrayBytes) {
    if (held.length * arrayBytes >= share * deathPointBytes) {
      clearInterval(filling)
      if (leave) stop()
      return
    }
    held.push(new Array<number>(120).fill(held.length))
  }
}, 10)

pressureBus().subscribe(
  'level',
  ({ level, source }) => parentPort?.postMessage({ level, source }),
  {
    replay: false,
  },
)
if (stay) setInterval(() => held.length, 1_000)
