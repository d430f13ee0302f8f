import { ownTurn } from '@cultus/core'
import { expect, test } from 'vitest'

test('those who ask for a turn get one each, in order, with the event loop free in between', async () => {
  const order: string[] = []
  const turnOf = async (name: string): Promise<void> => {
    await ownTurn()
    order.push(name)
    setImmediate(() => order.push(`after ${name}`))
  }
  await Promise.all([turnOf('first'), turnOf('second'), turnOf('third')])
  await ownTurn()
  expect(order).toEqual(['first', 'after first', 'second', 'after second', 'third', 'after third'])
})
