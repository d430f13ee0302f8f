import { describe, expect, test } from 'vitest'
import { fromSource, type Told, toldBy } from './told-by.ts'

const mib = 2 ** 20

/** Runs a process that really fills a heap of so many MiB, and returns what it told before it ended. */
function fill(heap: number, ...settings: readonly (number | string)[]): Promise<Told> {
  const program = [...fromSource('filling.ts'), ...settings.map(String)]
  return toldBy(`--max-old-space-size=${heap}`, ...program)
}

const levels = (lines: Told['lines']): readonly unknown[] =>
  lines.filter((line) => 'level' in line).map(({ level }) => level)

describe('a process that fills its heap', () => {
  test.each([
    ['slowly hears of what is coming', mib, 100, ['critical', 'emergency']],
    ['fast hears of the worst level', 5 * mib, 20, ['emergency']],
  ])('%s before it dies', { timeout: 90_000 }, async (_, bytes, step, expected) => {
    const { lines, code, errors } = await fill(96, bytes, step)
    expect(lines[0]).toEqual({ deathPointBytes: 96 * mib })
    expect(code).not.toBe(0)
    expect(errors).toContain('heap out of memory')
    expect(levels(lines)).toEqual(expect.arrayContaining(expected))
    expect(levels(lines).at(-1)).toBe('emergency')
  })

  test('to 90 %, lets go and idles comes back to normal', { timeout: 90_000 }, async () => {
    // V8 itself ends a process that stays over 80 % of its heap; so the point is put lower than it.
    const { lines, code } = await fill(256, mib, 10, '96MiB')
    expect(code).toBe(0)
    expect(levels(lines).some((level) => level === 'critical' || level === 'emergency')).toBe(true)
    expect(levels(lines).at(-1)).toBe('normal')
    // Without a flag for it, which afterwards is as it was; V8 has no reason to collect when idle.
    expect(lines.at(-1)).toEqual({ forced: expect.any(Number), gc: 'undefined' })
    expect(lines.at(-1)?.['forced']).toBeGreaterThan(0)
  })
})
