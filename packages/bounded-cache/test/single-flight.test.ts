import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SingleFlight } from '../src/single-flight.ts'
import { Landed, Load, settled } from './manual-load.ts'
import { Origin } from './origin.ts'

describe('a caller that aborts', () => {
  test('is rejected at once with the reason of its signal, while the others wait on', async () => {
    const flights = new SingleFlight<string, string>()
    const [load, landed] = [new Load(), new Landed()]
    const aborter = new AbortController()
    const waiting = flights.start('a', load.loader, landed)
    const gone = flights.join('a', aborter.signal)
    const reason = new Error('the request was closed')
    aborter.abort(reason)
    await expect(gone).rejects.toBe(reason)
    expect(load.signal?.aborted).toBe(false)
    load.resolve('loaded')
    expect(await waiting).toBe('loaded')
    expect(landed.values).toEqual(['loaded'])
  })

  test('ends the load with its reason when it was the last, and the next caller loads anew', async () => {
    const flights = new SingleFlight<string, string>()
    const [load, next, landed] = [new Load(), new Load(), new Landed()]
    const [first, second] = [new AbortController(), new AbortController()]
    const answers = [
      flights.start('a', load.loader, landed, first.signal),
      flights.join('a', second.signal),
    ]
    first.abort()
    expect(load.signal?.aborted).toBe(false)
    second.abort(new Error('closed'))
    expect(load.signal?.reason).toEqual(new Error('closed'))
    expect(flights.join('a')).toBeUndefined()
    const anew = flights.start('a', next.loader, landed)
    load.resolve('too late')
    next.resolve('new')
    expect(await anew).toBe('new')
    expect(await Promise.allSettled(answers)).toEqual([
      { status: 'rejected', reason: first.signal.reason },
      { status: 'rejected', reason: new Error('closed') },
    ])
    expect(landed).toMatchObject({ values: ['new'], errors: [] })
  })

  test('before it asked starts and joins nothing', async () => {
    const flights = new SingleFlight<string, string>()
    const load = new Load()
    const signal = AbortSignal.abort(new Error('closed'))
    await expect(flights.start('a', load.loader, new Landed(), signal)).rejects.toThrow('closed')
    expect(flights.size).toBe(0)
    const waiting = flights.start('a', load.loader, new Landed())
    await expect(flights.join('a', signal)).rejects.toThrow('closed')
    load.resolve('loaded')
    expect(await waiting).toBe('loaded')
    expect(load.calls).toBe(1)
  })

  test('from inside the loader ends the load', async () => {
    const flights = new SingleFlight<string, string>()
    const aborter = new AbortController()
    let wasAborted = false
    const answer = flights.start(
      'a',
      (_, { signal }) => {
        aborter.abort(new Error('closed'))
        wasAborted = signal.aborted
        return 'loaded'
      },
      new Landed(),
      aborter.signal,
    )
    await expect(answer).rejects.toThrow('closed')
    expect(wasAborted).toBe(true)
    expect(flights).toMatchObject({ size: 0, loading: 0 })
  })

  test('after it was answered changes nothing, and leaves no listener on its signal', async () => {
    const flights = new SingleFlight<string, string>()
    const aborter = new AbortController()
    const listeners = new Set<() => void>()
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener: (_: 'abort', listener: () => void) => listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => listeners.delete(listener),
    }
    const [good, bad] = [new Load(), new Load()]
    const answers = [
      flights.start('a', good.loader, new Landed(), signal),
      flights.start('b', bad.loader, new Landed(), signal),
      flights.join('a', aborter.signal),
    ]
    expect(listeners.size).toBe(2)
    good.resolve('loaded')
    bad.reject(new Error('no'))
    const [a, b, c] = await Promise.allSettled(answers)
    expect(listeners.size).toBe(0)
    aborter.abort()
    expect([a?.status, b?.status, c?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(good.signal?.aborted).toBe(false)
  })

  test('when the value has just arrived is too late to abort the load', async () => {
    const flights = new SingleFlight<string, string>()
    const load = new Load()
    const aborter = new AbortController()
    const landing = { loaded: () => aborter.abort(), failed() {} }
    const gone = flights.start('a', load.loader, landing, aborter.signal)
    load.resolve('loaded')
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' })
    expect(load.signal?.aborted).toBe(false)
  })

  test('of a load that was cut off by a delete ends it, and not the one after it', async () => {
    const flights = new SingleFlight<string, string>()
    const [before, after] = [new Load(), new Load()]
    const aborter = new AbortController()
    const gone = flights.start('a', before.loader, new Landed(), aborter.signal)
    flights.disown('a')
    const waiting = flights.start('a', after.loader, new Landed())
    aborter.abort()
    await expect(gone).rejects.toBe(aborter.signal.reason)
    expect(before.signal?.aborted).toBe(true)
    expect(after.signal?.aborted).toBe(false)
    after.resolve('new')
    expect(await waiting).toBe('new')
  })
})

describe('a refresh', () => {
  test('goes on though nobody waits, and its error reaches nobody but the landing', async () => {
    const flights = new SingleFlight<string, string>()
    const [good, bad, landed] = [new Load(), new Load(), new Landed()]
    flights.refresh('a', good.loader, landed)
    flights.refresh('b', bad.loader, landed)
    good.resolve('loaded')
    bad.reject(new Error('no'))
    await settled()
    expect(landed).toMatchObject({ values: ['loaded'], errors: [new Error('no')] })
  })

  test('can be joined, and is not ended by a caller that gives up', async () => {
    const flights = new SingleFlight<string, string>()
    const [load, landed] = [new Load(), new Landed()]
    const aborter = new AbortController()
    flights.refresh('a', load.loader, landed)
    const gone = flights.join('a', aborter.signal)
    const waiting = flights.join('a')
    aborter.abort()
    await expect(gone).rejects.toBe(aborter.signal.reason)
    load.resolve('loaded')
    expect(await waiting).toBe('loaded')
    expect(landed.values).toEqual(['loaded'])
  })

  test('ends with a delete, unless somebody waits for it', async () => {
    const flights = new SingleFlight<string, string>()
    const [alone, awaited, landed] = [new Load(), new Load(), new Landed()]
    flights.refresh('a', alone.loader, landed)
    flights.refresh('b', awaited.loader, landed)
    const waiting = flights.join('b')
    flights.disownAll()
    expect(alone.signal?.aborted).toBe(true)
    expect(awaited.signal?.aborted).toBe(false)
    alone.reject(alone.signal?.reason)
    awaited.resolve('loaded')
    expect(await waiting).toBe('loaded')
    expect(landed).toMatchObject({ values: [], errors: [] })
  })
})

describe('a load that fails', () => {
  test('gives those who wait the fallback, if there is one', async () => {
    const flights = new SingleFlight<string, string>()
    const [load, landed] = [new Load(), new Landed()]
    landed.instead = { value: 'old' }
    const waiting = [flights.start('a', load.loader, landed), flights.join('a')]
    load.reject(new Error('no'))
    expect(await Promise.all(waiting)).toEqual(['old', 'old'])
    expect(landed).toMatchObject({ values: [], errors: [new Error('no')] })
  })

  test('gives none after a delete', async () => {
    const flights = new SingleFlight<string, string>()
    const [load, landed] = [new Load(), new Landed()]
    landed.instead = { value: 'deleted' }
    const waiting = flights.start('a', load.loader, landed)
    flights.disown('a')
    load.reject(new Error('no'))
    await expect(waiting).rejects.toThrow('no')
    expect(landed.errors).toEqual([new Error('no')])
  })
})

test.each([7, Number.POSITIVE_INFINITY])(
  '10,000 callers of 100 keys make 100 loads, at most %d at once',
  async (maxLoads) => {
    const flights = new SingleFlight<number, string>(maxLoads)
    let [calls, open, mostOpen] = [0, 0, 0]
    const loader = async (key: number): Promise<string> => {
      calls += 1
      open += 1
      mostOpen = Math.max(mostOpen, open)
      await settled()
      open -= 1
      return `value ${key}`
    }
    const landing = { loaded() {}, failed() {} }
    const answers = Array.from({ length: 10_000 }, (_, index) => {
      const key = (index * 7) % 100
      const signal = index % 3 === 0 ? new AbortController().signal : undefined
      return flights.join(key, signal) ?? flights.start(key, loader, landing, signal)
    })
    const values = await Promise.all(answers)
    expect(values.every((value, index) => value === `value ${(index * 7) % 100}`)).toBe(true)
    expect(calls).toBe(100)
    expect(mostOpen).toBe(Math.min(100, maxLoads))
    expect(flights).toMatchObject({ size: 0, loading: 0, waiting: 0 })
  },
)

test('nobody is served what was removed, and every promise is kept, whatever happens when', async () => {
  const key = fc.nat(3)
  const step = fc.oneof(
    fc.record({ do: fc.constant('ask' as const), key, abortable: fc.boolean() }),
    fc.record({ do: fc.constant('refresh' as const), key }),
    fc.record({ do: fc.constantFrom('set' as const, 'delete' as const, 'clear' as const), key }),
    fc.record({ do: fc.constant('abort' as const), caller: fc.nat(20) }),
    fc.record({
      do: fc.constant('settle' as const),
      load: fc.nat(5),
      end: fc.constantFrom('resolve' as const, 'reject' as const),
    }),
    fc.record({ do: fc.constant('turn' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      fc.array(step, { maxLength: 40 }),
      async (maxLoads, steps) => {
        const origin = new Origin(maxLoads)
        for (const step of steps) {
          if (step.do === 'ask')
            origin.ask(step.key, step.abortable ? new AbortController() : undefined)
          else if (step.do === 'refresh') origin.refresh(step.key)
          else if (step.do === 'abort') {
            const { callers } = origin
            callers[step.caller % callers.length]?.aborter?.abort(new Error('closed'))
          } else if (step.do === 'settle') origin.settle(step.load, step.end)
          else if (step.do === 'turn') {
            await settled()
            origin.check()
          } else origin[step.do](step.key)
        }
        await settled()
        origin.check()
        for (let rest = 0; rest < 200 && origin.flights.loading > 0; rest++) {
          origin.settle(0, 'resolve')
          await settled()
          origin.check()
        }
        expect(origin.flights).toMatchObject({ size: 0, loading: 0, waiting: 0 })
        for (const { outcome } of origin.callers) expect(outcome).toBeDefined()
      },
    ),
    { numRuns: 1_000 },
  )
}, 60_000)
