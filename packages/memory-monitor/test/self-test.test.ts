import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { selfTest } from '../src/self-test/self-test.ts'

const mib = 2 ** 20
/** From source the child needs a loader, which an installed package does not. */
const execArgv = ['--conditions=@cultus/source', '--import', 'tsx']

/** How many children this process has, once the handles of those that ended are closed. */
async function children(): Promise<number> {
  // Handles are closed at the end of a turn, after its immediates.
  await turn()
  await turn()
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length
}

describe('the self-test', () => {
  test('drives a child to its death and finds the report true', { timeout: 90_000 }, async () => {
    const result = await selfTest({ oldSpaceMiB: 64, execArgv })
    expect(result).toMatchObject({ reportedBytes: 64 * mib, origin: 'flag', passed: true })
    expect(['heap-limit', 'ineffective-collections']).toContain(result.how)
    expect(result.emergencyBefore).toBeGreaterThan(0)
    expect(await children()).toBe(0)
  })

  test('takes the flags as they are without a size', { timeout: 90_000 }, async () => {
    const result = await selfTest({ execArgv: [...execArgv, '--max-old-space-size=48'] })
    expect(result).toMatchObject({ reportedBytes: 48 * mib, origin: 'flag' })
  })

  test('ends a child that outlives its time', { timeout: 90_000 }, async () => {
    const result = await selfTest({ oldSpaceMiB: 512, timeout: 2_500, execArgv })
    expect(result).toMatchObject({ how: 'timeout', passed: false, emergencyBefore: undefined })
    expect(await children()).toBe(0)
  })

  test('ends the child when it is aborted, and leaves nothing', { timeout: 90_000 }, async () => {
    const before = process.listenerCount('exit')
    const stopping = new AbortController()
    const testing = selfTest({ oldSpaceMiB: 512, execArgv, signal: stopping.signal })
    const reason = new Error('enough')
    await delay(200)
    stopping.abort(reason)
    await expect(testing).rejects.toBe(reason)
    expect(await children()).toBe(0)
    expect(process.listenerCount('exit')).toBe(before)
    await expect(selfTest({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('says why a child did not start', { timeout: 90_000 }, async () => {
    await expect(selfTest({ execArgv: ['--no-such-flag'] })).rejects.toThrow(
      /did not start: .*bad option/,
    )
  })

  test('fills no heap that the machine cannot hold', { timeout: 90_000 }, async () => {
    await expect(selfTest({ oldSpaceMiB: 2 ** 24, execArgv })).rejects.toThrow(
      /^a heap of 16777216 MiB and what a process takes .* the \d+ MiB of free memory$/,
    )
  })
})
