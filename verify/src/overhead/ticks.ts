/**
 * A monitor of the real sources that ticks once a second of a time that flies, and what the process holds
 * meanwhile. Its one argument is the number of ticks. It is bundled, and wants `--expose-gc`.
 */
import { readdirSync } from 'node:fs'
import { PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { MemoryMonitor } from '@cultus/memory-monitor'
import { tell } from '../workload/tell.ts'

const ticks = Number(process.argv[2])
const checkpoints = 20

function collect(): void {
  const { gc } = globalThis as { gc?: () => void }
  if (gc === undefined) throw new Error('needs --expose-gc')
  gc()
  gc()
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

const clock = new FakeClock()
let samples = 0
const monitor = new MemoryMonitor({ clock, bus: new PressureBus({ clock }), interval: 1_000 })
monitor.on('sample', () => samples++)
monitor.start()
for (let checkpoint = 1; checkpoint <= checkpoints; checkpoint++) {
  const target = (ticks / checkpoints) * checkpoint
  while (samples < target) clock.advance(1_000)
  collect()
  const { heapUsed, external } = process.memoryUsage()
  tell('checkpoint', { samples, heapUsed, external, files: openFiles() })
}
monitor.stop()
