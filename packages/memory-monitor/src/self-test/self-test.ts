import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CultusError } from '@cultus/core'
import type { HeapDeathPoint } from '../death-point.ts'
import { parseMessage } from './message.ts'
import { resolveSelfTest, type SelfTestOptions } from './options.ts'
import { deathOf, judge, type SelfTestResult } from './result.ts'

/**
 * Where the program of the child is: beside this file, or from the root of the build, or from a
 * folder in it.
 */
const places = ['./child.ts', './self-test/child.js', '../self-test/child.js']

/** What is kept of the child's stderr, in characters: a fatal error is at its head. */
const longestStderr = 100_000
const fatal = /<--- Last few GCs --->|FATAL ERROR/

/**
 * Drives a child process to its death and compares: whether the death point that is reported is the
 * true one, and whether `emergency` is published before it, on this machine, with this Node.js and
 * its flags.
 *
 * The child is the running Node.js with the same flags and environment. It really fills its heap,
 * within ten seconds or at 200 MB a second, and takes the memory for it. The running process is
 * not touched.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`, also for a heap that the free memory does not hold;
 * Error when the child cannot be started, as where its program was not shipped with a bundle; the
 * reason of `signal` when that is aborted.
 */
export async function selfTest(options: SelfTestOptions = {}): Promise<SelfTestResult> {
  const { flags, nodeOptions, timeout } = resolveSelfTest(options)
  const { signal: aborted } = options
  aborted?.throwIfAborted()
  const child = spawn(process.execPath, [...flags, programOfChild()], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
    windowsHide: true,
  })
  let deathPoint: HeapDeathPoint | undefined
  let shortBytes: number | undefined
  let usedBytes = 0
  let emergencyAt: number | undefined
  let diedAt: number | undefined
  let stderr = ''
  let timedOut = false
  createInterface(child.stdout).on('line', (line) => {
    const message = parseMessage(line)
    if (message === undefined) return
    if ('deathPoint' in message) deathPoint = message.deathPoint
    else if ('shortBytes' in message) shortBytes = message.shortBytes
    else if ('usedBytes' in message) usedBytes = Math.max(usedBytes, message.usedBytes)
    else if (message.level === 'emergency') emergencyAt ??= performance.now()
  })
  child.stderr.on('data', (data: Buffer) => {
    if (stderr.length < longestStderr) stderr += data.toString()
    // Writing down how it died takes V8 a while; the service was dead before.
    if (fatal.test(stderr)) diedAt ??= performance.now()
  })
  const end = (): void => void child.kill('SIGKILL')
  const watchdog = setTimeout(() => {
    timedOut = true
    end()
  }, timeout)
  // A parent that ends takes its child along.
  process.once('exit', end)
  aborted?.addEventListener('abort', end, { once: true })
  try {
    const signal = await new Promise<string | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => {
        diedAt ??= performance.now()
      })
      child.once('close', (_, signal) => resolve(signal))
    })
    aborted?.throwIfAborted()
    const how = timedOut ? 'timeout' : deathOf(stderr, signal)
    if (deathPoint === undefined && !timedOut)
      throw new Error(`the child of the self-test did not start: ${stderr.trim().slice(0, 2_000)}`)
    if (shortBytes !== undefined) throw tooLittleMemory(deathPoint?.bytes ?? 0, shortBytes)
    return judge({
      deathPoint,
      usedBytes,
      emergencyAt,
      diedAt: diedAt ?? performance.now(),
      how,
    })
  } finally {
    clearTimeout(watchdog)
    process.off('exit', end)
    aborted?.removeEventListener('abort', end)
  }
}

function tooLittleMemory(heapBytes: number, availableBytes: number): CultusError {
  const [heap, available] = [heapBytes, availableBytes].map((bytes) => Math.floor(bytes / 2 ** 20))
  return new CultusError(
    'CULTUS_INVALID_OPTION',
    `a heap of ${heap} MiB and what a process takes beside it do not fit into the ` +
      `${available} MiB of free memory`,
  )
}

function programOfChild(): string {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const path = paths.find((each) => existsSync(each))
  if (path !== undefined) return path
  throw new Error('the program of the self-test is not beside this package: it cannot be bundled')
}
