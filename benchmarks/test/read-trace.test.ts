import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { detectFormat, readTrace, traceName } from '../src/policies/read-trace.ts'
import type { Trace } from '../src/policies/trace.ts'
import { csvColumns } from '../src/policies/trace-formats.ts'
import { traceSources } from '../src/policies/trace-sources.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cultus-traces-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function shown({ requests, sizes, costs }: Trace): unknown {
  return {
    requests: [...requests],
    ...(sizes && { sizes: [...sizes] }),
    ...(costs && { costs: [...costs] }),
  }
}

function record(id: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeBigUInt64LE(id, 4)
  bytes.writeUInt32LE(size, 12)
  bytes.writeBigInt64LE(-1n, 16)
  return bytes
}

describe('text', () => {
  test('numbers keys in the order of their first request', async () => {
    const trace = await readTrace(file('keys.txt', '7\nuser:a\n7\n\n007\nuser:a\n'))
    expect(shown(trace)).toEqual({ requests: [0, 1, 0, 2, 1] })
    expect(trace).toMatchObject({ name: 'keys', unique: 3 })
  })

  test('takes the first size and cost of each key, and no size under a byte', async () => {
    const trace = await readTrace(file('costs.txt', '1 10 5\n2 0 0.5\r\n1 99 99\n'))
    expect(shown(trace)).toEqual({ requests: [0, 1, 0], sizes: [10, 1], costs: [5, 0.5] })
  })

  test('reads gzip by its first bytes, whatever the name', async () => {
    const trace = await readTrace(file('packed.txt', gzipSync('5 1\n6 2\n5 1')))
    expect(shown(trace)).toEqual({ requests: [0, 1, 0], sizes: [1, 2] })
  })

  test('puts together lines and characters that a piece of the file cuts in two', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `ключ-${index % 9_000}`)
    const trace = await readTrace(file('long.txt', lines.join('\n')))
    expect(trace).toMatchObject({ unique: 9_000 })
    expect([...trace.requests]).toEqual(lines.map((_, index) => index % 9_000))
  })

  test('ends at the limit', async () => {
    const trace = await readTrace(file('many.txt', '1\n2\n3\n4\n'), { limit: 3 })
    expect(trace.requests).toHaveLength(3)
  })

  test('takes no byte order mark for part of a key', async () => {
    expect((await readTrace(file('mark.txt', '\ufeff1\n1\n'))).unique).toBe(1)
  })

  const garbage = [
    ['1 2\n1 2\n3 x\n', /`line 3 of .*` must be `key size`, got "3 x"/],
    ['1 2\n3 -4\n', /line 2 of/],
    ['1 2\n3 Infinity\n', /line 2 of/],
    ['1 2\n3\n', /line 2 of .* must be `key size`/],
    ['1\n2 3\n', /line 2 of .* must be `key`/],
    ['1 2 3 4 five\n', /line 1 of .* must be `key\[ size\[ cost\]\]`/],
    ['1 2 3\n1 2 x\n', /line 2 of .* must be `key size cost`/],
    ['good\nb\u0001d\n', /line 2 of/],
    [`${'x'.repeat(70_000)}`, /`line 1 of .*` must be at most 65536 characters long/],
    ['\n\n', /must hold requests, got none/],
  ] as const
  for (const [index, [content, message]] of garbage.entries()) {
    test(`refuses ${JSON.stringify(content.slice(0, 20))} and says where`, async () => {
      const path = file(`garbage-${index}.txt`, content)
      await expect(readTrace(path)).rejects.toMatchObject({
        name: 'CultusError',
        message: expect.stringMatching(message),
      })
    })
  }
})

describe('other formats', () => {
  test('ARC: ranges of blocks', async () => {
    const trace = await readTrace(file('p.lis', '10 3 0 0\n11 1 0 1\n'))
    expect(shown(trace)).toEqual({ requests: [0, 1, 2, 1] })
    await expect(readTrace(file('bad.lis', '10 3 0 0\n10 -3 0 0\n'))).rejects.toThrow(/line 2 of/)
  })

  test('LIRS: block numbers, stars passed over', async () => {
    const trace = await readTrace(file('two.trc', '5\n*\n6\n5\n'))
    expect(shown(trace)).toEqual({ requests: [0, 1, 0] })
    await expect(readTrace(file('bad.trc', '5\n*\nx\n'))).rejects.toThrow(/line 3 of/)
  })

  test('CSV: columns by the header, else time, id and size', async () => {
    const headed = file('headed.csv', 'obj_size, time, obj_id\n10,0,a\n20,1,"b"\n10,2,a\n')
    expect(shown(await readTrace(headed))).toEqual({ requests: [0, 1, 0], sizes: [10, 20] })
    const bare = file('bare.csv', '0,a,10\n1,b,20\n')
    expect(shown(await readTrace(bare))).toEqual({ requests: [0, 1], sizes: [10, 20] })
  })

  test('CSV: columns as the caller names them', async () => {
    const path = file('named.csv', 'a,3,0\nb,4,1\n')
    const trace = await readTrace(path, { columns: csvColumns('key,cost,time') })
    expect(shown(trace)).toEqual({ requests: [0, 1], costs: [3, 4] })
    expect(() => csvColumns('time,size')).toThrow('`columns` must name one of')
  })

  test('CSV: refuses a line without a key or with a size that is none', async () => {
    const message = /line 2 of .* must be `time,id,size`/
    await expect(readTrace(file('a.csv', '0,a,10\n1,,10\n'))).rejects.toThrow(message)
    await expect(readTrace(file('b.csv', '0,a,10\n1,b,big\n'))).rejects.toThrow(message)
    await expect(readTrace(file('c.csv', '0,a,10\n1,b\n'))).rejects.toThrow(message)
  })

  test('oracleGeneral: records, ids of 64 bits told apart', async () => {
    const ids = [2n ** 60n, 2n ** 60n + 1n, 5n, 2n ** 60n]
    const bytes = Buffer.concat(ids.map((id, index) => record(id, 100 + index)))
    const trace = await readTrace(file('cloud.oracleGeneral', bytes))
    expect(shown(trace)).toEqual({ requests: [0, 1, 2, 0], sizes: [100, 101, 102] })
    const packed = await readTrace(file('cloud.oracleGeneral.bin.gz', gzipSync(bytes)))
    expect(shown(packed)).toEqual(shown(trace))
  })

  test('oracleGeneral: refuses a record that is cut off', async () => {
    const bytes = Buffer.concat([record(1n, 1), record(2n, 2).subarray(0, 20)])
    await expect(readTrace(file('cut.bin', bytes))).rejects.toThrow(
      /`record 2 of .*` must be 24 bytes long, got 20/,
    )
  })

  test('says what to do about zstd, damage and files that are missing', async () => {
    const zstd = file('a.zst', Buffer.from('28b52ffd0000', 'hex'))
    await expect(readTrace(zstd)).rejects.toThrow('a zstd file: decompress it first')
    const cut = file('cut.gz', gzipSync('1\n'.repeat(1_000)).subarray(0, 20))
    await expect(readTrace(cut)).rejects.toThrow(/must be a readable file/)
    await expect(readTrace(join(folder, 'nowhere.txt'))).rejects.toThrow(/ENOENT/)
  })
})

describe('detection', () => {
  const cases = [
    ['a.txt', '1 2\n3 4\n', 'text'],
    ['a.txt', '1 2 3 4\n', 'arc'],
    ['a.txt', '1\n*\n2\n', 'lirs'],
    ['a.txt', '0,1,2\n', 'csv'],
    ['a.lis.gz', '1\n', 'arc'],
    ['a.TRC', '1\n', 'lirs'],
    ['a', '\0\0\0\0', 'oracle-general'],
    ['a', '1\n2', 'text'],
  ] as const
  for (const [name, head, format] of cases) {
    test(`takes ${JSON.stringify(head)} in ${name} for ${format}`, () => {
      expect(detectFormat(name, Buffer.from(head))).toBe(format)
    })
  }

  test('names a trace after its file', () => {
    expect(traceName('some/where/w106.txt.gz')).toBe('w106')
    expect(traceName('w106.oracleGeneral.bin.gz')).toBe('w106')
    expect(traceName('plain')).toBe('plain')
  })
})

describe('sources', () => {
  const options = { seed: 1, requests: 10 }
  const names = (text: string): readonly string[] =>
    traceSources(text, options).map(({ name }) => name)

  test('are a file, all traces of a folder, or what a pattern matches', () => {
    file('one.csv', '0,1,1\n')
    file('notes.md', '# none')
    expect(names(join(folder, 'one.csv'))).toEqual(['one'])
    expect(names(folder)).toContain('one')
    expect(names(folder)).not.toContain('notes')
    expect(names(join(folder, 'on?.c*'))).toEqual(['one'])
  })

  test('are refused where there is nothing', async () => {
    for (const text of ['nowhere', join(folder, 'x*'), join(folder, 'no', 'x*'), 'zipf:no']) {
      const load = async (): Promise<unknown> => await traceSources(text, options)[0]?.load()
      await expect(load()).rejects.toMatchObject({ code: 'CULTUS_INVALID_ARGUMENT' })
    }
  })
})
