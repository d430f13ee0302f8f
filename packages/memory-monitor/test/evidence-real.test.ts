import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fromSource, type Told, toldBy } from './told-by.ts'

/** A directory of its own for a test, removed after it. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'evidence-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Runs a process of 96 MiB that leaks up to a level, or to its death, and collects evidence. */
function leak(
  options: Readonly<Record<string, unknown>>,
  until: 'emergency' | 'death' = 'emergency',
  flags: readonly string[] = [],
): Promise<Told> {
  const program = [...fromSource('evidence-leak.ts'), JSON.stringify(options), until]
  return toldBy('--max-old-space-size=96', ...flags, ...program)
}

interface ProfileNode {
  readonly callFrame: { readonly functionName: string }
  readonly selfSize: number
  readonly children: readonly ProfileNode[]
}

/** The function that holds the most by itself. */
function heaviest(node: ProfileNode): ProfileNode {
  let found = node
  for (const child of node.children) {
    const candidate = heaviest(child)
    if (candidate.selfSize > found.selfSize) found = candidate
  }
  return found
}

const read = (directory: string, ending: string): string => {
  const name = readdirSync(directory).find((each) => each.endsWith(ending))
  if (name === undefined) throw new Error(`no ${ending} among ${readdirSync(directory)}`)
  return readFileSync(join(directory, name), 'utf8')
}

describe('a process that leaks to emergency', { timeout: 120_000 }, () => {
  test('leaves a report and a profile that names the function that leaks', async () => {
    const directory = join(temporaryDirectory(), 'made', 'by', 'the', 'collector')
    const { lines, code, errors } = await leak({ directory, profile: { from: 'start' } })
    expect(errors).toBe('')
    expect(code).toBe(0)
    expect(lines.find((line) => 'omitted' in line)?.['omitted']).toEqual([])
    // No timer, no file that is being written.
    expect(lines.at(-1)).toEqual({ left: expect.not.arrayContaining(['Timeout', 'FSReqPromise']) })

    const report = JSON.parse(read(directory, '.report.json'))
    expect(report).toMatchObject({
      format: 'cultus-evidence-1',
      reason: expect.stringContaining('emergency: '),
      pressure: { level: 'emergency' },
      snapshot: { level: 'emergency', heap: { deathPointBytes: 96 * 2 ** 20 } },
      collection: { complete: true, omitted: [] },
    })
    expect(report.history.length).toBeGreaterThan(1)
    expect(report.collection.files).toEqual([expect.stringMatching(/\.heapprofile$/)])

    const { head } = JSON.parse(read(directory, '.heapprofile')) as { head: ProfileNode }
    expect(heaviest(head).callFrame.functionName).toBe('leakSessions')

    expect(statSync(directory).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  })

  test('leaves a heap snapshot with the objects that leaked, if asked', async () => {
    const directory = temporaryDirectory()
    const heapSnapshot = { mode: 'explicit', memoryFactor: 3 }
    const { lines, code, errors } = await leak({ directory, heapSnapshot })
    expect(errors).toBe('')
    expect(code).toBe(0)
    const [file] = lines.flatMap((line) =>
      ((line['files'] ?? []) as { kind: string; path: string; bytes: number }[]).filter(
        ({ kind }) => kind === 'heap-snapshot',
      ),
    )
    expect(file?.path).toContain(directory)
    expect(statSync(file?.path ?? '').mode & 0o777).toBe(0o600)
    const { snapshot, nodes, strings } = JSON.parse(read(directory, '.heapsnapshot'))
    expect(nodes.length).toBe(snapshot.node_count * snapshot.meta.node_fields.length)
    expect(strings).toContain('session-7')
  })

  test('writes no snapshot that its machine has no memory for, and says so in the report', async () => {
    const directory = temporaryDirectory()
    const heapSnapshot = { mode: 'explicit', memoryFactor: 1_000 }
    const { lines, code, errors } = await leak({ directory, heapSnapshot })
    expect(code).toBe(0)
    expect(errors).toContain('CULTUS_W_EVIDENCE')
    const reason = expect.stringMatching(/may need .* MiB, and .* left/)
    const omitted = [{ kind: 'heap-snapshot', reason }]
    expect(lines.find((line) => 'omitted' in line)).toMatchObject({ omitted })
    expect(JSON.parse(read(directory, '.report.json')).collection).toEqual({
      complete: true,
      files: [],
      omitted,
    })
    expect(readdirSync(directory)).toHaveLength(1)
  })
})

describe('V8, armed near the limit', { timeout: 120_000 }, () => {
  test('writes its snapshot into the directory when the heap is full', async () => {
    const directory = temporaryDirectory()
    const { lines, errors } = await leak(
      { directory, report: false, heapSnapshot: { mode: 'near-limit', memoryFactor: 3 } },
      'death',
      [`--diagnostic-dir=${directory}`],
    )
    expect(lines.filter((line) => 'omitted' in line)).toEqual([])
    expect(errors).toContain(basename(directory))
    const { snapshot } = JSON.parse(read(directory, '.heapsnapshot'))
    expect(snapshot.node_count).toBeGreaterThan(10_000)
  })

  test('is refused where it would write elsewhere', async () => {
    const { code, errors } = await leak({
      directory: temporaryDirectory(),
      heapSnapshot: 'near-limit',
    })
    expect(code).not.toBe(0)
    expect(errors).toContain('`directory` must be the `--diagnostic-dir` of the process')
  })
})
