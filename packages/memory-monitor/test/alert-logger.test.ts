import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { loggerSink } from '../src/alerts/logger-sink.ts'
import { setUp, silenceWarnings } from './alert-setup.ts'

test('writes a line of pino for each alert, at the level its severity asks for', () => {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  const logger = pino({ base: null, timestamp: false }, stream)
  const { raise, resolve, clock } = setUp({ sinks: [loggerSink(logger)] })
  const startsAt = clock.date()
  raise('info')
  raise('warning', { labels: { signal: 'heap' } })
  raise('critical')
  raise('emergency')
  resolve()
  const { info, warn, error } = pino.levels.values as { info: number; warn: number; error: number }
  expect(lines.map(({ level }) => level)).toEqual([info, warn, error, error, info])
  expect(lines[1]).toEqual({
    level: warn,
    alert: 'MemoryPressure',
    source: 'web',
    severity: 'warning',
    status: 'firing',
    change: 'updated',
    labels: { signal: 'heap' },
    startsAt,
    msg: 'MemoryPressure firing: memory is at warning',
  })
  expect(lines[4]).toMatchObject({
    status: 'resolved',
    endsAt: startsAt,
    msg: 'MemoryPressure resolved: back to normal',
  })
})

test('tells with the first alert how much was held back', () => {
  const error = vi.fn()
  const logger = { info: vi.fn(), warn: vi.fn(), error }
  const { raise, resolve, clock } = setUp({
    sinks: [loggerSink(logger)],
    rateLimit: { burst: 1, interval: 1_000 },
  })
  raise('critical', { name: 'A' })
  raise('critical', { name: 'B' })
  resolve({ name: 'B' })
  raise('critical', { name: 'C' })
  raise('critical', { name: 'D' })
  clock.advance(1_000)
  expect(error.mock.calls.map(([fields]) => (fields as { heldBack?: number }).heldBack)).toEqual([
    undefined,
    1,
    undefined,
  ])
})

test('writes to the console, and to anything with its methods', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'info').mockImplementation(() => {})
  const { raise } = setUp({ sinks: [loggerSink(console)] })
  raise('emergency')
  expect(error).toHaveBeenCalledWith(
    expect.objectContaining({ alert: 'MemoryPressure' }),
    'MemoryPressure firing: memory is at emergency',
  )
})

test('that throws is a sink that fails', () => {
  silenceWarnings()
  const warn = (): never => {
    throw new Error('the pipe is closed')
  }
  const { raise, engine } = setUp({ sinks: [loggerSink({ info: warn, warn, error: warn })] })
  raise('warning')
  expect(engine.status().sinks[0]).toMatchObject({ failed: 1, lastFailure: 'the pipe is closed' })
})

test('refuses a logger without the methods it needs', () => {
  expect(() => loggerSink(undefined as never)).toThrow(
    '`logger.info` must be a function, got undefined',
  )
  expect(() => loggerSink({ info() {}, warn() {} } as never)).toThrow(
    '`logger.error` must be a function, got undefined',
  )
})
