import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heapDeathPoint } from '../src/death-point.ts'

const mib = 2 ** 20
const plain = { execArgv: [], nodeOptions: '', resourceLimits: {} }

describe('a heap without flags', () => {
  /** Measured: version, memory of the machine, `heap_size_limit`, and the old generation in it (MiB). */
  const measured = [
    [20, 256, 259, 256],
    [20, 512, 259, 256],
    [20, 600, 312, 300],
    [20, 1024, 524, 512],
    [20, 1500, 774, 750],
    [20, 2048, 1048, 1024],
    [20, 2200, 1148, 1100],
    [20, 4096, 2096, 2048],
    [20, 24_000, 4144, 4096],
    [22, 768, 396, 384],
    [22, 24_000, 4144, 4096],
    [23, 600, 312, 300],
    [23, 16_384, 4144, 4096],
    [24, 512, 259, 256],
    [24, 600, 348, 300],
    [24, 1500, 846, 750],
    [24, 2048, 1120, 1024],
    [24, 24_000, 4288, 4096],
    [25, 600, 348, 300],
    [25, 16_384, 4288, 4096],
    [26, 256, 262, 256],
    [26, 400, 268, 256],
    [26, 600, 324, 300],
    [26, 1500, 798, 750],
    [26, 2200, 1196, 1100],
    [26, 24_000, 4192, 4096],
  ] as const

  test.each(measured)('on Node %i with %i MiB and a limit of %i dies at %i', (...row) => {
    const [nodeMajor, total, limit, oldGeneration] = row
    expect(
      heapDeathPoint({
        ...plain,
        nodeMajor,
        totalBytes: total * mib,
        heapSizeLimit: limit * mib,
      }),
    ).toEqual({ bytes: oldGeneration * mib, origin: 'heap-size-limit' })
  })

  test('has a semi-space flag rounded up to a power of two taken off', () => {
    const execArgv = ['--max-semi-space-size=5']
    const heapSizeLimit = (100 + 24) * mib
    expect(heapDeathPoint({ ...plain, execArgv, heapSizeLimit }).bytes).toBe(100 * mib)
  })
})

describe('a heap with flags', () => {
  test.each([20, 22, 24, 26])('dies at the size it was given on Node %i', (nodeMajor) => {
    const reserve = { 20: 48, 22: 48, 24: 192, 26: 96 }[nodeMajor] ?? 0
    const execArgv = ['--max-old-space-size=96']
    const heapSizeLimit = (96 + reserve) * mib
    expect(
      heapDeathPoint({ ...plain, execArgv, nodeMajor, heapSizeLimit, totalBytes: 24_000 * mib }),
    ).toEqual({ bytes: 96 * mib, origin: 'flag' })
  })

  test.each(['--max-old-space-size=8192', '--max-old-space-size=64'])(
    'ignores an environment that V8 was not started with: %s',
    (nodeOptions) => {
      const options = { nodeMajor: 20, heapSizeLimit: 4144 * mib, totalBytes: 24_000 * mib }
      expect(heapDeathPoint({ ...plain, ...options, nodeOptions })).toEqual({
        bytes: 4096 * mib,
        origin: 'heap-size-limit',
      })
    },
  )

  /** Measured: version, `--max-heap-size`, and where a really filled heap died at the latest (MiB). */
  test.each([
    [20, 200, 191.5],
    [24, 200, 195.1],
    [26, 200, 174.4],
    [20, 64, 59.6],
    [24, 64, 59.4],
    [26, 64, 56],
  ])('divides the heap it was given on Node %i: %i MiB', (nodeMajor, heap, died) => {
    const execArgv = [`--max-heap-size=${heap}`]
    const options = { nodeMajor, heapSizeLimit: heap * mib, totalBytes: 24_000 * mib }
    const { bytes } = heapDeathPoint({ ...plain, ...options, execArgv })
    expect(bytes).toBeLessThan(heap * mib)
    expect(bytes / mib).toBeGreaterThan(died)
    expect(bytes).toBeGreaterThan(0.9 * heap * mib)
  })

  test('dies at its old space beside a size for the whole heap', () => {
    const execArgv = ['--max-old-space-size=100', '--max-heap-size=300']
    const options = { nodeMajor: 20, heapSizeLimit: 484 * mib, totalBytes: 24_000 * mib }
    expect(heapDeathPoint({ ...plain, ...options, execArgv })).toEqual({
      bytes: 100 * mib,
      origin: 'flag',
    })
  })

  test.each(['--optimize-for-size', '--lite-mode'])('has next to no young space: %s', (flag) => {
    const execArgv = [flag, '--max-semi-space-size=8']
    const options = { nodeMajor: 24, heapSizeLimit: 4099 * mib, totalBytes: 24_000 * mib }
    expect(heapDeathPoint({ ...plain, ...options, execArgv }).bytes).toBe(4096 * mib)
  })

  test('lets a percentage win over a size', () => {
    const execArgv = ['--max-old-space-size=2500']
    const nodeOptions = '--max-old-space-size-percentage=10'
    const options = { nodeMajor: 22, heapSizeLimit: 2458 * mib, totalBytes: 24_105 * mib }
    expect(heapDeathPoint({ ...plain, ...options, execArgv, nodeOptions })).toEqual({
      bytes: 2410 * mib,
      origin: 'NODE_OPTIONS',
    })
  })
})

describe('a worker', () => {
  const limits = { maxOldGenerationSizeMb: 50, maxYoungGenerationSizeMb: 48 }

  test('dies at its resource limit', () => {
    expect(heapDeathPoint({ ...plain, resourceLimits: limits, heapSizeLimit: 98 * mib })).toEqual({
      bytes: 50 * mib,
      origin: 'resource-limits',
    })
  })

  test('dies at the flag of the process, which overrides its resource limit', () => {
    const execArgv = ['--max-old-space-size=100']
    expect(
      heapDeathPoint({ ...plain, execArgv, resourceLimits: limits, heapSizeLimit: 148 * mib }),
    ).toEqual({ bytes: 100 * mib, origin: 'flag' })
  })

  test('dies at that flag even where it cannot see it', () => {
    expect(heapDeathPoint({ ...plain, resourceLimits: limits, heapSizeLimit: 148 * mib })).toEqual({
      bytes: 100 * mib,
      origin: 'heap-size-limit',
    })
  })
})

test('lies inside the heap, whatever the facts', () => {
  fc.assert(
    fc.property(
      fc.record({
        execArgv: fc.array(
          fc.constantFrom(
            '--max-old-space-size=96',
            '--max-semi-space-size=512',
            '--max-heap-size=300',
            '--optimize-for-size',
            '--x',
            '7',
          ),
        ),
        nodeOptions: fc.string(),
        resourceLimits: fc.record({ maxOldGenerationSizeMb: fc.nat(4_096) }),
        heapSizeLimit: fc.integer({ min: 1, max: 2 ** 40 }),
        totalBytes: fc.integer({ min: 1, max: 2 ** 42 }),
        nodeMajor: fc.integer({ min: 18, max: 40 }),
      }),
      (options) => {
        const { bytes } = heapDeathPoint(options)
        expect(bytes).toBeGreaterThan(0)
        expect(bytes).toBeLessThanOrEqual(options.heapSizeLimit)
      },
    ),
  )
})

describe('the running Node.js', () => {
  const child = fileURLToPath(new URL('children/death-point.ts', import.meta.url))
  const run = (flags: readonly string[], nodeOptions = ''): unknown =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--conditions=@cultus/source', '--import', 'tsx', ...flags, child],
        { env: { ...process.env, NODE_OPTIONS: nodeOptions }, encoding: 'utf8' },
      ),
    )

  test('agrees on a flag, the environment and a worker', { timeout: 60_000 }, () => {
    expect(run(['--max-old-space-size=96'])).toEqual({
      main: { bytes: 96 * mib, origin: 'flag' },
      worker: { bytes: 96 * mib, origin: 'flag' },
    })
    expect(run(['--max-semi-space-size=2'], '--max-old-space-size=128')).toEqual({
      main: { bytes: 128 * mib, origin: 'NODE_OPTIONS' },
      worker: { bytes: 128 * mib, origin: 'NODE_OPTIONS' },
    })
    expect(run([])).toMatchObject({
      main: { origin: 'heap-size-limit' },
      worker: { bytes: 50 * mib, origin: 'resource-limits' },
    })
  })
})
