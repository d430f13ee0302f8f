import { readdirSync } from 'node:fs'
import { levelRank } from '@cultus/core'
import { describe, expect, test } from 'vitest'
import {
  endOf,
  monitorClassifier,
  ratioClassifier,
  readTrace,
  replay,
  score,
  type Trace,
  worstLevel,
} from '../src/trace/index.ts'

const folder = new URL('../traces/', import.meta.url)
const traces = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl.gz'))
  .map((name) => ({ name, trace: readTrace(new URL(name, folder)) }))

function of(...workloads: readonly string[]): readonly { name: string; trace: Trace }[] {
  return traces.filter(({ trace }) => workloads.includes(trace.header.workload))
}

describe('recorded runs', () => {
  test('are of every kind, and say how they ended', () => {
    for (const workload of ['W1', 'W2', 'W4', 'W5', 'W7', 'W8'])
      expect(of(workload).length, workload).toBeGreaterThan(0)
    for (const { name, trace } of traces) {
      expect(endOf(trace), name).toBeDefined()
      expect(trace.torn, name).toBe(false)
    }
  })

  test.each(of('W1', 'W5', 'W7'))('$name: no alarm on healthy work', ({ trace }) => {
    expect(worstLevel(replay(trace, monitorClassifier()))).toBe('normal')
    const blind = replay(trace, monitorClassifier({ verify: false }))
    expect(levelRank(worstLevel(blind))).toBeLessThanOrEqual(1)
  })

  test.each(of('W5'))('$name: the page cache did fill the container', ({ trace }) => {
    expect(worstLevel(replay(trace, ratioClassifier('total/limit')))).toBe('critical')
  })

  test.each(of('W2', 'W8'))('$name: the level is up when the process dies', ({ trace }) => {
    for (const verify of [true, false]) {
      const { died, missed, lead } = score(trace, replay(trace, monitorClassifier({ verify })))
      expect({ died, missed }).toEqual({ died: true, missed: false })
      expect(lead.critical).toBeGreaterThan(1_000)
    }
  })

  test.each(of('W4'))('$name: the level falls once the heap is cleared', ({ trace }) => {
    const told = replay(trace, monitorClassifier())
    expect(levelRank(worstLevel(told))).toBeGreaterThanOrEqual(2)
    expect(score(trace, told).recovery).toBeLessThan(15_000)
  })
})
