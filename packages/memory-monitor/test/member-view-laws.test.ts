import fc from 'fast-check'
import { expect, test } from 'vitest'
import { messageOf, readingAt } from './member-setup.ts'
import { set } from './member-view-setup.ts'

test('an alert fires for every worker that is elevated and for no other, whatever happens', () => {
  const number = fc.integer({ min: 1, max: 4 })
  const step = fc.oneof(
    fc.tuple(
      fc.constant('hear' as const),
      number,
      fc.constantFrom('normal', 'warning', 'emergency'),
    ),
    fc.tuple(fc.constant('goodbye' as const), number),
    fc.tuple(fc.constant('end' as const), number),
    fc.tuple(fc.constant('wait' as const), fc.integer({ min: 0, max: 400_000 })),
    fc.tuple(fc.constant('jump' as const), fc.integer({ min: -1e6, max: 1e6 })),
    fc.tuple(fc.constant('noise' as const), fc.anything()),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { view, clock, shift, transport, alerts, bus } = set()
      for (const [op, value, level] of steps) {
        if (op === 'hear')
          transport.arrive(messageOf(value, { reading: readingAt(level as 'normal' | 'warning') }))
        else if (op === 'goodbye') transport.arrive(messageOf(value, { reading: null }))
        else if (op === 'end') transport.handlers?.end(value, 'exited')
        else if (op === 'wait') clock.advance(value)
        else if (op === 'jump') shift(value)
        else transport.arrive(value)
        const firing = new Set<string>()
        for (const { source, status } of alerts) {
          if (status === 'firing') firing.add(source)
          else firing.delete(source)
        }
        const elevated = view.members().filter((member) => member.level !== 'normal')
        expect(firing).toEqual(new Set(elevated.map(({ id }) => id)))
        expect(bus.level).toBe('normal')
      }
      view.stop()
      expect(alerts.at(-1)?.status ?? 'resolved').toBe('resolved')
    }),
    { numRuns: 60 },
  )
})
