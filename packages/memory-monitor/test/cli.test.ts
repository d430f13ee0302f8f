import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCommand } from '../src/cli/command.ts'
import { main } from '../src/cli/main.ts'

const mib = 2 ** 20
/** From source a program needs a loader, which an installed package does not. */
const execArgv = ['--conditions=@cultus/source', '--import', 'tsx']

describe('the command line', () => {
  test('tells the death point, for people and as JSON', async () => {
    const { stdout, code } = await main(['death-point'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^The heap dies at \d+\.\d MiB of old generation, from /)
    const facts = JSON.parse((await main(['death-point', '--json'])).stdout)
    expect(facts.bytes).toBeGreaterThan(0)
  })

  test('runs the self-test', { timeout: 90_000 }, async () => {
    const words = ['self-test', '--json', '--old-space-size=48']
    const { stdout, stderr, code } = await main(words, { execArgv })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ reportedBytes: 48 * mib, passed: code === 0 })
  })

  test('fails where the self-test does', { timeout: 90_000 }, async () => {
    const words = ['self-test', '--old-space-size', '256', '--timeout', '1']
    const { stdout, code } = await main(words, { execArgv })
    expect(stdout).toContain('it was still alive when the time was up')
    expect(code).toBe(1)
  })

  test('fails without its usage where the heap does not fit', { timeout: 90_000 }, async () => {
    const words = ['self-test', '--old-space-size', '16777216']
    const { stdout, stderr, code } = await main(words, { execArgv })
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^a heap of 16777216 MiB .* the \d+ MiB of free memory\n$/)
    expect(code).toBe(1)
  })

  test.each([
    ['--help'],
    ['-h'],
    ['death-point', '--help'],
    ['self-test', '--help', '--timeout=x'],
  ])('prints its usage for %j', async (...words) => {
    const { stdout, stderr, code } = await main(words)
    expect(stdout).toMatch(/^Usage: cultus-memory-monitor/)
    expect([stderr, code]).toEqual(['', 0])
  })

  test.each([
    [[], 'no command'],
    [['fly'], 'unknown command: fly'],
    [['death-point', 'now'], 'unexpected argument: now'],
    [['self-test', '--fast'], "Unknown option '--fast'"],
    [['self-test', '--timeout', '-1'], "Option '--timeout' argument is ambiguous"],
    [['death-point', '--old-space-size', '7'], '`--old-space-size` is an option of self-test'],
    [['death-point', '--timeout=7'], '`--timeout` is an option of self-test'],
  ])('refuses %j', async (words, message) => {
    const { stdout, stderr, code } = await main(words)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(stderr).toContain('Usage:')
    expect(code).toBe(2)
  })

  test.each([['abc'], [''], ['0'], ['1.5'], ['-3'], ['Infinity'], ['9007199254740992']])(
    'refuses a size of %j in the words that were typed',
    async (size) => {
      const { stderr, code } = await main(['self-test', `--old-space-size=${size}`])
      const message = `\`--old-space-size\` must be a positive integer, got ${JSON.stringify(size)}`
      expect(stderr.split('\n')[0]).toBe(message)
      expect(code).toBe(2)
    },
  )

  test.each([['abc'], [''], ['0'], ['-3'], ['2147484'], ['NaN']])(
    'refuses a timeout of %j in seconds',
    async (timeout) => {
      const { stderr, code } = await main(['self-test', `--timeout=${timeout}`])
      const must = 'be a number of seconds, more than 0 and at most 2147483'
      expect(stderr.split('\n')[0]).toBe(
        `\`--timeout\` must ${must}, got ${JSON.stringify(timeout)}`,
      )
      expect(code).toBe(2)
    },
  )

  test('hands on numbers only that the self-test takes', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('self-test', 'death-point', '--json', '-h', '--'),
      fc
        .tuple(
          fc.constantFrom('--old-space-size', '--timeout'),
          fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)),
        )
        .map(([name, value]) => `${name}=${value}`),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const command = readCommand(['self-test', ...words])
        if (command.name !== 'self-test') return
        const { oldSpaceMiB = 1, timeout = 1 } = command.options
        expect(Number.isSafeInteger(oldSpaceMiB) && oldSpaceMiB >= 1).toBe(true)
        expect(timeout >= 1 && timeout < 2 ** 31).toBe(true)
      }),
    )
  })
})

describe('the program', () => {
  const bin = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url))

  test('prints what it has to say', { timeout: 90_000 }, async () => {
    const child = spawn(process.execPath, [...execArgv, bin, 'fly'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    const [code] = await once(child, 'close')
    expect(stderr).toMatch(/^unknown command: fly\n\nUsage:/)
    expect(code).toBe(2)
  })

  test('outlives who reads it', { timeout: 90_000 }, async () => {
    const child = spawn(process.execPath, [...execArgv, bin, '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    child.stdout.destroy()
    const [code] = await once(child, 'close')
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})
