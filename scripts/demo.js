import { setUp } from './set-up.js'
import { shownStep } from './steps.js'

// npm run demo [-- --quick] [-- --open]
await setUp()
await shownStep('Running the demo', process.execPath, [
  'examples/express/dist/demo/run.js',
  ...process.argv.slice(2),
])
