import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { KeptFile, readText } from '../src/sources/kept-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'cultus-kept-'))
afterAll(() => rmSync(directory, { recursive: true }))

function written(content: string | Uint8Array): string {
  const path = join(directory, 'file')
  writeFileSync(path, content)
  onTestFinished(() => rmSync(path, { force: true }))
  return path
}

function kept(content: string | Uint8Array, capacity?: number): KeptFile {
  const file = new KeptFile(written(content), capacity)
  onTestFinished(() => file.close())
  return file.read()
}

const line = (name: string): Buffer => Buffer.from(`\n${name} `)

describe('a number', () => {
  test.each([
    ['0\n', 0],
    ['12', 12],
    ['12\r\n', 12],
    ['18446744073709551615\n', 2 ** 64],
    ['', undefined],
    ['\n', undefined],
    ['max\n', undefined],
    ['-1\n', undefined],
    ['1.5\n', undefined],
    ['12x\n', undefined],
    ['12\r', undefined],
    ['9'.repeat(21), undefined],
  ])('in %j is %s', (content, number) => {
    expect(kept(content).number()).toBe(number)
  })

  test('is whatever whole number was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        expect(kept(`${number}\n`).number()).toBe(number)
      }),
      { numRuns: 50 },
    )
  })

  test('that the buffer cuts off is none', () => {
    expect(kept('inactive_file 1234\n', 18).field(line('inactive_file'))).toBeUndefined()
    expect(kept('inactive_file 1234\n', 19).field(line('inactive_file'))).toBe(1_234)
    expect(kept('12345', 3).number()).toBeUndefined()
  })

  test('behind an end that moved to the front is none', () => {
    const path = written('anon 1\ninactive_file 5\n')
    const file = new KeptFile(path)
    onTestFinished(() => file.close())
    expect(file.read().field(line('inactive_file'))).toBe(5)
    writeFileSync(path, 'anon 1\n')
    expect(file.read().field(line('inactive_file'))).toBeUndefined()
    writeFileSync(path, '')
    expect(file.read().field(line('anon'))).toBeUndefined()
  })
})

describe('a field', () => {
  test('is found with any number of spaces, on any line, and by its whole name', () => {
    const file = kept('MemTotal:   24 kB\nxMemFree: 9 kB\nMemFree:   7 kB\n')
    expect(file.field(Buffer.from('\nMemTotal:'))).toBe(24)
    expect(file.field(Buffer.from('\nMemFree:'))).toBe(7)
    expect(file.field(Buffer.from('\nMem:'))).toBeUndefined()
  })

  test('with a label is on that line and on no later one', () => {
    const total = Buffer.from('total=')
    const file = kept('some avg10=0.00\nfull avg10=1.00 total=8\n')
    expect(file.labelled(line('full'), total)).toBe(8)
    expect(file.labelled(line('some'), total)).toBeUndefined()
    expect(file.labelled(line('none'), total)).toBeUndefined()
  })

  test('of bytes at random is a number or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const file = kept(bytes)
        for (const found of [
          file.number(),
          file.field(line('a')),
          file.labelled(line('a'), Buffer.from('b=')),
        ])
          expect(found === undefined || (Number.isFinite(found) && found >= 0)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a word', () => {
  test.each([
    ['max\n', true],
    ['max', true],
    ['max\r\n', true],
    ['maxi\n', false],
    ['ma', false],
    ['', false],
    ['500\n', false],
  ])('is told from %j', (content, is) => {
    expect(kept(content).is(Buffer.from('max'))).toBe(is)
  })
})

describe('text', () => {
  test('is read up to a limit, whole lines of it', () => {
    expect(readText(written('ab\n'.repeat(50_000)), 100_001)).toBe('ab\n'.repeat(33_333))
    expect(readText(written('x'.repeat(100)), 100)).toBe('')
    expect(readText(written(''), 10)).toBe('')
  })

  test('is none of a directory or of what is missing', () => {
    expect(readText(directory, 10)).toBeUndefined()
    expect(readText(join(directory, 'missing'), 10)).toBeUndefined()
  })

  test.runIf(process.platform === 'linux')('is the whole of a file handed out in pages', () => {
    const whole = readText('/proc/self/maps', 2 ** 20)
    expect(whole?.length).toBeGreaterThan(4_096)
    expect(whole?.endsWith('\n')).toBe(true)
  })
})

test('closing twice is closing once', () => {
  const file = new KeptFile(written('1'))
  file.close()
  expect(() => file.close()).not.toThrow()
  expect(() => file.read()).toThrow('EBADF')
})
