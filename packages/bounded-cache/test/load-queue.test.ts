import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LeavePlace, LoadQueue } from '../src/load-queue.ts'
import { SingleFlight } from '../src/single-flight.ts'
import { Landed, Load, settled } from './manual-load.ts'

describe('a load queue', () => {
  test('begins at once while there is room, and then in the order in which they came', () => {
    const queue = new LoadQueue(2)
    const begun: string[] = []
    const leave = ['a', 'b', 'c', 'd'].map((name) => queue.enter(() => begun.push(name)))
    expect(begun).toEqual(['a', 'b'])
    leave[1]?.()
    expect(begun).toEqual(['a', 'b', 'c'])
    leave[0]?.()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
  })

  test('never begins one that left while it waited', () => {
    const queue = new LoadQueue(1)
    const begun: string[] = []
    const leave = ['a', 'b', 'c'].map((name) => queue.enter(() => begun.push(name)))
    leave[1]?.()
    expect(queue.waiting).toBe(1)
    leave[0]?.()
    expect(begun).toEqual(['a', 'c'])
  })

  test('counts one that leaves twice but once', () => {
    const queue = new LoadQueue(1)
    const leave = queue.enter(() => {})
    queue.enter(() => {})
    queue.enter(() => {})
    leave()
    leave()
    expect(queue).toMatchObject({ begun: 1, waiting: 1 })
  })

  test('lets those in that come while one begins, after those who wait', () => {
    const queue = new LoadQueue(2)
    const begun: string[] = []
    queue.enter(() => {
      begun.push('a')
      queue.enter(() => begun.push('b'))
      queue.enter(() => begun.push('c'))
    })
    expect(begun).toEqual(['a', 'b'])
    expect(queue.waiting).toBe(1)
  })

  test('has no limit where there is none', () => {
    const queue = new LoadQueue(Number.POSITIVE_INFINITY)
    for (let count = 0; count < 1_000; count++) queue.enter(() => {})
    expect(queue).toMatchObject({ begun: 1_000, waiting: 0 })
  })
})

test('a load queue does what a plain list does, whoever leaves when', () => {
  const step = fc.oneof(fc.constant('enter' as const), fc.nat(30))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 60 }),
      (most, steps) => {
        const queue = new LoadQueue(most)
        const begun: number[] = []
        const leaves: LeavePlace[] = []
        let waiting: number[] = []
        let atWork: number[] = []
        const expected: number[] = []
        const advance = (): void => {
          while (atWork.length < most && waiting.length > 0) {
            const next = waiting.shift() ?? -1
            atWork.push(next)
            expected.push(next)
          }
        }
        for (const step of steps) {
          if (step === 'enter') {
            const id = leaves.length
            waiting.push(id)
            advance()
            leaves.push(queue.enter(() => begun.push(id)))
          } else if (leaves.length > 0) {
            const id = step % leaves.length
            leaves[id]?.()
            waiting = waiting.filter((other) => other !== id)
            atWork = atWork.filter((other) => other !== id)
            advance()
          }
          expect(begun).toEqual(expected)
          expect(queue).toMatchObject({ begun: atWork.length, waiting: waiting.length })
          expect(queue.begun).toBeLessThanOrEqual(most)
        }
      },
    ),
    { numRuns: 500 },
  )
}, 30_000)

describe('a load that waits for its turn', () => {
  test('begins when there is room, in the order of the first callers', async () => {
    const flights = new SingleFlight<string, string>(1)
    const [first, second, third] = [new Load(), new Load(), new Load()]
    const answers = [
      flights.start('a', first.loader, new Landed()),
      flights.start('b', second.loader, new Landed()),
      flights.start('c', third.loader, new Landed()),
      flights.join('c'),
    ]
    expect(flights).toMatchObject({ size: 3, loading: 1, waiting: 2 })
    first.reject(new Error('no'))
    await settled()
    expect([second.calls, third.calls]).toEqual([1, 0])
    second.resolve('b')
    await settled()
    third.resolve('c')
    const outcomes = await Promise.allSettled(answers)
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ])
    expect(flights).toMatchObject({ size: 0, loading: 0, waiting: 0 })
  })

  test.each([
    [
      'when the last caller gives up',
      (_: SingleFlight<string, string>, aborter: AbortController) => aborter.abort(),
    ],
    [
      'when its key is set',
      (flights: SingleFlight<string, string>) => flights.overtake('b', 'set'),
    ],
    ['when all end', (flights: SingleFlight<string, string>) => flights.abortAll()],
  ])('never begins %s', async (_, end) => {
    const flights = new SingleFlight<string, string>(1)
    const [running, queued] = [new Load(), new Load()]
    const aborter = new AbortController()
    const first = flights.start('a', running.loader, new Landed())
    const second = flights.start('b', queued.loader, new Landed(), aborter.signal)
    end(flights, aborter)
    expect(flights.waiting).toBe(0)
    running.resolve('a')
    await Promise.allSettled([first, second])
    expect(queued.calls).toBe(0)
    expect(flights).toMatchObject({ size: 0, loading: 0 })
  })

  test('never begins when it was to refresh what has been deleted', async () => {
    const flights = new SingleFlight<string, string>(1)
    const [running, queued] = [new Load(), new Load()]
    const first = flights.start('a', running.loader, new Landed())
    flights.refresh('b', queued.loader, new Landed())
    flights.disown('b')
    expect(flights).toMatchObject({ size: 1, waiting: 0 })
    running.resolve('a')
    await first
    await settled()
    expect(queued.calls).toBe(0)
  })

  test('is kept after a delete, for it begins after it', async () => {
    const flights = new SingleFlight<string, string>(1)
    const [running, queued, landed] = [new Load(), new Load(), new Landed()]
    const first = flights.start('a', running.loader, new Landed())
    const before = flights.start('b', queued.loader, landed)
    flights.disown('b')
    const after = flights.join('b')
    running.resolve('a')
    queued.resolve('b')
    expect(await Promise.all([first, before, after])).toEqual(['a', 'b', 'b'])
    expect(landed.values).toEqual(['b'])
    expect(queued.calls).toBe(1)
  })

  test('waits for a load that was given up until its loader comes to an end', async () => {
    const flights = new SingleFlight<string, string>(1)
    const [deaf, next] = [new Load(), new Load()]
    const aborter = new AbortController()
    const gone = flights.start('a', deaf.loader, new Landed(), aborter.signal)
    const waiting = flights.start('b', next.loader, new Landed())
    aborter.abort()
    await expect(gone).rejects.toBe(aborter.signal.reason)
    expect(next.calls).toBe(0)
    deaf.resolve('at last')
    await settled()
    expect(next.calls).toBe(1)
    next.resolve('b')
    expect(await waiting).toBe('b')
  })
})

describe('a test of landings', () => {
  test('cuts off what it concerns, and is not put to a load that will begin later', async () => {
    const flights = new SingleFlight<string, string, Landed>(2)
    const loads = [new Load(), new Load(), new Load()]
    const landings = loads.map(() => new Landed())
    const [concerned, other, queued] = landings
    const answers = ['a', 'b', 'c'].map((key, index) =>
      flights.start(key, loads[index]?.loader ?? (() => ''), landings[index] ?? new Landed()),
    )
    const asked: Landed[] = []
    flights.disownWhere((landing) => {
      asked.push(landing)
      return landing === concerned
    })
    expect(asked).toEqual([concerned, other])
    for (const load of loads) load.resolve('loaded')
    expect(await Promise.all(answers)).toEqual(['loaded', 'loaded', 'loaded'])
    expect([concerned, other, queued].map((landed) => landed?.values)).toEqual([
      [],
      ['loaded'],
      ['loaded'],
    ])
  })
})
