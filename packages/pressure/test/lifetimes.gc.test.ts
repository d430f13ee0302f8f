import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ownTurn } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import express from 'express'
import { expect, test } from 'vitest'
import { AdmissionController } from '../src/admission/controller.ts'
import { shedding } from '../src/express/index.ts'
import { PressureResponder } from '../src/responder.ts'
import { Store, settle } from './store-consumer.ts'

/** Collects until `reference` is empty, a bounded number of times. */
async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 20 && reference.deref() !== undefined; round++) {
    await ownTurn()
    globalThis.gc?.()
  }
  return reference.deref() === undefined
}

test('a consumer that left is not kept alive by the responder that limited it', async () => {
  const pressure = scriptedPressure()
  new PressureResponder(pressure).start()
  const visit = async (): Promise<WeakRef<Store>> => {
    const store = new Store('visitor')
    const unregister = pressure.registry.register(store)
    pressure.set('critical')
    await settle()
    pressure.set('normal')
    unregister()
    return new WeakRef(store)
  }
  expect(await isCollected(await visit())).toBe(true)
})

test('a request that was answered is not kept alive by its place, nor a refused one', async () => {
  const pressure = scriptedPressure()
  const admission = new AdmissionController(pressure)
  const requests: WeakRef<object>[] = []
  const app = express()
  app.use((request, _, next) => {
    requests.push(new WeakRef(request))
    next()
  })
  app.use(shedding({ admission, classify: () => 'standard' }))
  app.get('/', (_, response) => response.end())
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const visit = async (): Promise<void> => {
    const [response] = (await once(get({ port, agent }), 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
  }
  await visit()
  pressure.set('emergency')
  await visit()
  // The connection itself keeps the last request it carried.
  await visit()
  for (const reference of requests.slice(0, 2)) expect(await isCollected(reference)).toBe(true)
  agent.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('admitting, refusing and releasing leave nothing on the heap', () => {
  const pressure = scriptedPressure()
  const admission = new AdmissionController(pressure)
  const cycle = (): void => {
    for (let count = 0; count < 100_000; count++) {
      if (admission.admit('essential') === 'admitted') admission.release('essential')
      admission.admit('background')
    }
  }
  pressure.set('critical')
  for (let round = 0; round < 5; round++) cycle()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  cycle()
  // 200,000 verdicts: one object each would be at least 3 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000)
})
