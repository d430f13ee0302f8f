import { describe, expect, test } from 'vitest'
import { readHeapFlags } from '../src/v8-flags.ts'

const mib = 2 ** 20

describe('heap flags', () => {
  test.each([
    [['--max-old-space-size=96'], 96],
    [['--max_old_space_size=96'], 96],
    [['--max_old-space_size=96'], 96],
    [['--max-old-space-size', '96'], 96],
    [['--max-old-space-size=96', '--inspect', '--max_old_space_size=128'], 128],
  ])('reads %j', (execArgv, size) => {
    expect(readHeapFlags(execArgv).oldSpace).toEqual({ bytes: size * mib, origin: 'flag' })
  })

  test.each([
    [['--max-old-space-size=0']],
    [['--max-old-space-size=']],
    [['--max-old-space-size']],
    [['--max-old-space-size=many']],
    [['--max-old-space-size=-5']],
    [['max-old-space-size=96']],
    [['-e', 'console.log("--max-old-space-size=96")']],
  ])('takes nothing from %j', (execArgv) => {
    expect(readHeapFlags(execArgv)).toEqual({})
  })

  test('reads the size of the whole heap, and what makes it compact', () => {
    expect(readHeapFlags(['--max-heap-size=300', '--lite-mode'])).toEqual({
      heap: 300 * mib,
      compact: true,
    })
    expect(readHeapFlags([], '--optimize_for_size')).toEqual({ compact: true })
  })

  test('lets the command line win over the environment', () => {
    const { oldSpace } = readHeapFlags(['--max-old-space-size=96'], '--max-old-space-size=128')
    expect(oldSpace).toEqual({ bytes: 96 * mib, origin: 'flag' })
  })

  test.each([
    '--max-old-space-size=96',
    '  --no-warnings   --max_old_space_size=96  ',
    '"--max-old-space-size=96"',
    '--require "./a b.js" --max-old-space-size=96',
    '--require "./a \\" b.js" --max-old-space-size=96',
  ])('reads NODE_OPTIONS %j', (nodeOptions) => {
    expect(readHeapFlags([], nodeOptions).oldSpace).toEqual({
      bytes: 96 * mib,
      origin: 'NODE_OPTIONS',
    })
  })

  test('does not take a quoted word for a flag', () => {
    expect(readHeapFlags([], '--title "a --max-old-space-size=96"')).toEqual({})
  })

  test('reads the other two flags that size the heap', () => {
    expect(
      readHeapFlags(['--max-semi-space-size=4'], '--max-old-space-size-percentage=50'),
    ).toEqual({ semiSpace: 4 * mib, percentage: 'NODE_OPTIONS' })
  })
})
