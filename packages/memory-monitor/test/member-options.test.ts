import cluster from 'node:cluster'
import { expect, test } from 'vitest'
import { reportMemory } from '../src/members/report-memory.ts'
import { watchCluster, watchThreads } from '../src/members/watch.ts'

/** The listeners that a transport of a view or of a member would leave. */
function listeners(): readonly number[] {
  return [
    ...['worker', 'exit', 'message', 'disconnect'].map((name) => process.listenerCount(name)),
    ...['message', 'exit', 'disconnect'].map((name) => cluster.listenerCount(name)),
  ]
}

const calls = [
  ['watchThreads', watchThreads],
  ['watchCluster', watchCluster],
  // Which does nothing here: this process is nobody's worker.
  ['reportMemory', reportMemory],
] as const

test.each(calls)('%s refuses what is no monitor before it listens to anything', (_, call) => {
  const before = listeners()
  for (const monitor of [undefined, null, 5, {}, { snapshot() {} }, { on() {} }]) {
    expect(() => call(monitor as never)).toThrow(
      expect.objectContaining({
        code: 'CULTUS_INVALID_ARGUMENT',
        message: expect.stringMatching(/^`monitor` must have methods `snapshot` and `on`, got /),
      }),
    )
  }
  expect(listeners()).toEqual(before)
})
