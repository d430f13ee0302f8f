import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveSelfTest } from '../src/self-test/options.ts'
import { readHeapFlags } from '../src/v8-flags.ts'

const mib = 2 ** 20

describe('the flags of the child', () => {
  test('are those of the parent', () => {
    const execArgv = ['--max-old-space-size=96', '--import', 'tsx', '--max-semi-space-size=2']
    expect(resolveSelfTest({ execArgv }, '--no-warnings')).toEqual({
      flags: execArgv,
      nodeOptions: '--no-warnings',
      timeout: 120_000,
    })
  })

  test.each([
    [['-e', 'code', '--stack-size=900']],
    [['--eval', 'code', '--stack-size=900']],
    [['-p', '1', '--stack-size=900']],
    [['--inspect=9229', '--inspect-brk', '--stack-size=900']],
    [['--watch', '--watch-path=.', '--stack-size=900']],
    [['--test', '--test-only', '--stack-size=900']],
    [['-i', '-c', '--check', '--input-type=module', '--stack-size=900']],
  ])('leave out what says what to run: %j', (execArgv) => {
    expect(resolveSelfTest({ execArgv }, '').flags).toEqual(['--stack-size=900'])
  })

  test.each([
    [['--max-old-space-size=96'], ''],
    [['--max-old-space-size-percentage=50'], ''],
    [['--max_old_space_size_percentage', '50'], ''],
    [[], '--max-old-space-size-percentage=50 --max-old-space-size=96'],
    [[], '--no-warnings --max_old-space-size_percentage 50'],
    [[], '"--max-old-space-size-percentage=50"'],
  ])('size the heap as asked, over %j and NODE_OPTIONS %j', (execArgv, environment) => {
    const { flags, nodeOptions } = resolveSelfTest({ execArgv, oldSpaceMiB: 64 }, environment)
    const { oldSpace, percentage } = readHeapFlags(flags, nodeOptions)
    expect(oldSpace).toEqual({ bytes: 64 * mib, origin: 'flag' })
    expect(percentage).toBeUndefined()
  })

  test('leave the rest of NODE_OPTIONS as it is', () => {
    const environment = '--require "./a b.js" --max-old-space-size-percentage=50 --no-warnings'
    const { nodeOptions } = resolveSelfTest({ execArgv: [], oldSpaceMiB: 64 }, environment)
    expect(nodeOptions).toMatch(/^--require "\.\/a b\.js" +--no-warnings$/)
  })

  test('size the heap as asked, whatever the parent has', () => {
    const flag = fc.constantFrom(
      '--max-old-space-size=96',
      '--max-old-space-size-percentage=10',
      '--max_old_space_size_percentage',
      '10',
      '-e',
      '--import',
      '--max-semi-space-size=8',
    )
    fc.assert(
      fc.property(
        fc.array(flag),
        fc.array(flag),
        fc.integer({ min: 1, max: 65_536 }),
        (execArgv, environment, oldSpaceMiB) => {
          const resolved = resolveSelfTest({ execArgv, oldSpaceMiB }, environment.join(' '))
          const { oldSpace, percentage } = readHeapFlags(resolved.flags, resolved.nodeOptions)
          expect(oldSpace).toEqual({ bytes: oldSpaceMiB * mib, origin: 'flag' })
          expect(percentage).toBeUndefined()
        },
      ),
    )
  })
})

describe('a self-test that cannot be meant', () => {
  test.each([
    [{ oldSpaceMiB: 0 }, '`oldSpaceMiB` must be a positive integer, got 0'],
    [{ oldSpaceMiB: 1.5 }, '`oldSpaceMiB` must be a positive integer, got 1.5'],
    [{ oldSpaceMiB: Number.NaN }, '`oldSpaceMiB` must be a positive integer, got NaN'],
    [{ timeout: 0 }, '`timeout` must be a number from 1 to 2147483647, got 0'],
    [{ execArgv: '--x' as never }, '`execArgv` must be an array of strings, got "--x"'],
    [{ execArgv: [1] as never }, '`execArgv` must be an array of strings, got an array'],
  ])('is refused: %j', (options, message) => {
    expect(() => resolveSelfTest(options, '')).toThrow(message)
  })
})
