import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ContainerReading } from '../src/sources/container-group.ts'
import { tree } from './cgroup-tree.ts'

const mib = 2 ** 20

interface Told {
  readonly before: { usage: number; used: number }
  readonly reading: ContainerReading
  readonly after: { usage: number; used: number }
}

/** A group in a tighter one, both made for this test; or why none can be made here. */
function makeGroups(): { group: string; limited: string } | string {
  const mount = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find((path) =>
    existsSync(join(path, 'cgroup.procs')),
  )
  if (mount === undefined) return 'no hierarchy of control groups is mounted'
  const limited = join(mount, `cultus-test-${process.pid}`)
  const group = join(limited, 'inner')
  const made: string[] = []
  onTestFinished(async () => {
    // A group stays busy for a moment after its last process.
    for (const path of made.reverse()) await vi.waitFor(() => rmdirSync(path), 5_000)
  })
  try {
    mkdirSync(limited)
    made.push(limited)
    const v1 = existsSync(join(limited, 'memory.limit_in_bytes'))
    if (!v1) writeFileSync(join(limited, 'cgroup.subtree_control'), '+memory')
    mkdirSync(group)
    made.push(group)
    const limit = v1 ? 'memory.limit_in_bytes' : 'memory.max'
    writeFileSync(join(limited, limit), String(128 * mib))
    writeFileSync(join(group, limit), String(512 * mib))
    return { group, limited }
  } catch (error) {
    return `no group with a limit can be made: ${error instanceof Error ? error.message : ''}`
  }
}

function run(...settings: readonly string[]): Promise<{ output: string; code: number | null }> {
  const child = spawn(
    process.execPath,
    [
      '--max-old-space-size=256',
      '--conditions=@cultus/source',
      '--import',
      'tsx',
      fileURLToPath(new URL('children/contained.ts', import.meta.url)),
      ...settings,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ output, code })))
}

test('a real group is read as the kernel counts it, flooded with file cache (needs leave to make one)', {
  timeout: 90_000,
}, async ({ skip }) => {
  const made = makeGroups()
  if (typeof made === 'string') return skip(made)
  const { output, code } = await run(made.group, made.limited, join(tree({}), 'flood'))
  expect(code).toBe(0)
  const { before, reading, after }: Told = JSON.parse(output)
  expect(reading).toMatchObject({
    path: expect.stringMatching(/\/cultus-test-\d+$/),
    limitBytes: 128 * mib,
  })
  // Between two looks at the same numbers, give or take what the kernel counts in batches.
  const slack = 2 * mib
  expect(reading.usedBytes).toBeGreaterThan(Math.min(before.used, after.used) - slack)
  expect(reading.usedBytes).toBeLessThan(Math.max(before.used, after.used) + slack)
  // The limit is reached by cache alone, which is counted as an event and not as use.
  expect(before.usage).toBeGreaterThan(0.9 * reading.limitBytes)
  expect(reading.usedBytes).toBeGreaterThan(48 * mib)
  expect(reading.usedBytes).toBeLessThan(0.7 * reading.limitBytes)
  expect(reading.recentEvents).toBeGreaterThan(0)
})
