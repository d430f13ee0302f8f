import { writeSync } from 'node:fs'
import { getActiveResourcesInfo } from 'node:process'
import { MemoryMonitor } from '@cultus/memory-monitor'
import { EvidenceCollector } from '../../src/evidence/collector.ts'

/**
 * Leaks up to `emergency` (or on to `death`), gives half of it back, waits until evidence was collected, tells of it, lets everything go and ends
 * by itself.
 */
const [settings = '{}', until = 'emergency'] = process.argv.slice(2)

function tell(line: unknown): void {
  // Synchronous: what is still in a buffer dies with the process.
  writeSync(1, `${JSON.stringify(line)}\n`)
}

const monitor = new MemoryMonitor()
const evidence = new EvidenceCollector({ ...JSON.parse(settings), monitor })
const held: { token: string; payload: number[] }[] = []

let leaks = true

/** One function, since V8 may put a small one into its caller, and then names that. */
function leakSessions(): void {
  for (let session = 0; leaks && session < 1_000; session++)
    held.push({ token: `session-${held.length}`, payload: new Array<number>(120).fill(session) })
}

// The timers of Cultus keep no process alive; this one does, like the server of a service.
const working = setInterval(leakSessions, 50)

monitor.on('level', ({ level }) => {
  tell({ level })
  if (level !== until) return
  leaks = false
  // V8 gives up on a process that stays over 80 %, leaking or not; a service gives something back.
  held.length /= 2
})
evidence.on('collected', ({ files, omitted }) => {
  tell({ files, omitted })
  if (until === 'death') return
  clearInterval(working)
  held.length = 0
  evidence.stop()
  monitor.stop()
  setImmediate(() => tell({ left: getActiveResourcesInfo() }))
})
evidence.start()
monitor.start()
