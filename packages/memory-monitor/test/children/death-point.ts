import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type HeapDeathPointOptions, heapDeathPoint } from '@cultus/memory-monitor'

// Plain JavaScript: loaders of the main thread do not reach every worker on every Node.js.
const worker = new Worker(
  `const { parentPort, resourceLimits } = require('node:worker_threads')
  const heapSizeLimit = require('node:v8').getHeapStatistics().heap_size_limit
  const { execArgv, env: { NODE_OPTIONS: nodeOptions } } = process
  parentPort.postMessage({ execArgv, nodeOptions, resourceLimits, heapSizeLimit })`,
  { eval: true, resourceLimits: { maxOldGenerationSizeMb: 50 } },
)
worker.on('message', (facts: HeapDeathPointOptions) => {
  writeSync(1, JSON.stringify({ main: heapDeathPoint(), worker: heapDeathPoint(facts) }))
})
