/*
 * A process with everything wired as the README says, and a ballast outside every cache that drives the heap up and
 * lets go again. Tells its parent what it saw at each level, a line of JSON each.
 *
 * It measures against half of its real death point. A small heap that is held over 80 % of the real one is ended by V8
 * sooner or later, whatever anybody does; what happens before that is the demo's to show.
 */
import { BoundedCache } from '@cultus/bounded-cache'
import { MemoryMonitor } from '@cultus/memory-monitor'
import { AdmissionController, PressureResponder } from '@cultus/pressure'
import { boundQueries } from '@cultus/query-bounds'
import { QueryClient } from '@tanstack/query-core'

const order = ['normal', 'warning', 'critical', 'emergency']
const longestWait = 40_000
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const row = (index) => ({
  id: index,
  name: `row number ${index}`,
  note: 'x'.repeat(100),
  score: index / 7,
})

const monitor = new MemoryMonitor({
  deathPoint: '128MiB',
  interval: 200,
  fastInterval: 100,
}).start()
const responder = new PressureResponder({ recovery: { regrowth: 0.5 } }).start()
const admission = new AdmissionController()
const pages = new BoundedCache({ name: 'pages', maxBytes: '24MiB' })
const generated = new BoundedCache({ name: 'generated', role: 'ai', maxBytes: '8MiB' })
const client = new QueryClient()
const bounds = boundQueries(client, { maxQueries: 400, grace: 0 })

for (let index = 0; pages.stats().evictions === 0; index++) {
  pages.set(
    index,
    Array.from({ length: 50 }, (_, at) => row(index * 50 + at)),
  )
}
for (let index = 0; generated.stats().evictions === 0; index++) {
  generated.set(index, `${index} `.padEnd(10_000, 'text '))
}
for (let index = 0; index < 400; index++) client.setQueryData(['page', index], [row(index)])
await pause(50)

function tell(step) {
  const verdicts = {}
  for (const requestClass of ['essential', 'standard', 'background']) {
    verdicts[requestClass] = admission.admit(requestClass)
    if (verdicts[requestClass] === 'admitted') admission.release(requestClass)
  }
  const { level, heap } = monitor.snapshot()
  const queries = bounds.stats().queries
  const sizes = { pages: pages.bytes, generated: generated.size, queries }
  const ratios = Object.fromEntries(
    responder.status().consumers.map(({ label, ratio }) => [label, ratio]),
  )
  process.stdout.write(`${JSON.stringify({ step, level, heap, sizes, ratios, verdicts })}\n`)
}

/** Waits for something to become true, and says whether it did. */
async function until(condition) {
  for (let waited = 0; waited < longestWait; waited += 100) {
    if (condition()) return true
    await pause(100)
  }
  return false
}

tell('full')
let ballast = []
for (const level of ['critical', 'emergency']) {
  const reached = () => order.indexOf(monitor.snapshot().level) >= order.indexOf(level)
  while (!reached()) {
    ballast.push(Array.from({ length: 8_000 }, (_, index) => [index, index + 1, index + 2]))
    // About a megabyte.
    await pause(40)
  }
  // Long enough for every slice of the release.
  await pause(300)
  tell(level)
}
ballast = []
await until(() => monitor.snapshot().level === 'normal')
tell('relieved')
await until(() => responder.status().consumers.every(({ ratio }) => ratio === 1))
tell('restored')
responder.stop()
monitor.stop()
admission.dispose()
bounds.detach()
pages.dispose()
generated.dispose()
client.clear()
// With everything stopped nothing keeps the process alive: it must end by itself.
