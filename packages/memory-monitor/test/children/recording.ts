import { TraceRecorder } from '../../src/trace/index.ts'

// Leaks until V8 ends it; what is recorded by then is what the test is about.
const [path = '', buffered = ''] = process.argv.slice(2)
const recorder = new TraceRecorder({
  path,
  buffered: buffered === 'buffered',
  workload: 'leak',
  seed: 1,
}).start()
const held: number[][] = []
const fill = (): void => {
  for (let each = 0; each < 2_000; each++) held.push(new Array<number>(64).fill(each))
  recorder.held(held.length * 64 * 8)
  setTimeout(fill, 5)
}
fill()
