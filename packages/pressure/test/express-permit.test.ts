import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { requestClasses } from '../src/admission/request-class.ts'
import { atTheEnd, closeAll, send, serving, until } from './express-server.ts'

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(async () => {
  await closeAll()
  vi.restoreAllMocks()
})

describe('the place of an admitted request', () => {
  test('is held until its response is finished', async () => {
    const scene = await serving()
    const answer = send(scene, '/held')
    await until(() => expect(scene.held).toHaveLength(1))
    expect(scene.admission.inFlight).toBe(1)
    scene.held[0]?.response.end('done')
    expect((await answer).text).toBe('done')
    expect(scene.admission.inFlight).toBe(0)
  })

  test('is given back when the client goes away', async () => {
    const scene = await serving()
    const outgoing = request(`${scene.origin}/held`)
    outgoing.on('error', () => {}).end()
    await until(() => expect(scene.held).toHaveLength(1))
    outgoing.destroy()
    await until(() => expect(scene.admission.inFlight).toBe(0))
    scene.held[0]?.response.end('nobody hears this')
    expect(scene.admission.inFlight).toBe(0)
  })

  test('is given back when the client of pipelined requests goes away', async () => {
    const scene = await serving()
    const client = connect(scene.port, '127.0.0.1')
    client.write('GET /held HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(20))
    await until(() => expect(scene.held).toHaveLength(20))
    expect(scene.admission.inFlight).toBe(20)
    client.destroy()
    await until(() => expect(scene.admission.inFlight).toBe(0))
    expect(process.emitWarning).not.toHaveBeenCalled()
  })

  test('is given back one by one when pipelined requests are answered', async () => {
    const scene = await serving()
    const client = connect(scene.port, '127.0.0.1')
    atTheEnd(() => client.destroy())
    client.resume().write('GET /held HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(3))
    await until(() => expect(scene.held).toHaveLength(3))
    for (const [index, { response }] of scene.held.entries()) {
      response.end('done')
      await until(() => expect(scene.admission.inFlight).toBe(2 - index))
    }
  })

  test.each(['/throws', '/rejects'])('is given back when the handler fails: %s', async (path) => {
    const scene = await serving()
    expect((await send(scene, path)).status).toBe(500)
    expect(scene.admission.inFlight).toBe(0)
  })

  test('is given back when the handler destroys the response', async () => {
    const scene = await serving()
    await expect(send(scene, '/destroys')).rejects.toThrow()
    await until(() => expect(scene.admission.inFlight).toBe(0))
  })

  test('is not taken by a request whose client has gone before it came here', async () => {
    const waiting: (() => void)[] = []
    const reached = vi.fn()
    const scene = await serving({}, (app) => {
      app.use((_, __, next) => void waiting.push(next))
    })
    scene.app.get('/slow', reached)
    const outgoing = request(`${scene.origin}/slow`)
    outgoing.on('error', () => {}).end()
    await until(() => expect(waiting).toHaveLength(1))
    outgoing.destroy()
    await until(() => expect(scene.sockets[0]?.destroyed).toBe(true))
    waiting[0]?.()
    expect(reached).not.toHaveBeenCalled()
    expect(scene.admission.status().admitted.standard).toBe(0)
  })

  test('is never lost, over 500 mixed requests at changing levels', async () => {
    const scene = await serving({ limits: { concurrency: 8 } })
    const levels = ['normal', 'warning', 'critical', 'emergency', 'normal'] as const
    const tally = { answered: 0, shed: 0, aborted: 0 }
    const paths = ['/', '/throws', '/soon', '/rejects']
    scene.app.get('/soon', (_, response) => void setImmediate(() => response.end('done')))
    const one = async (index: number): Promise<void> => {
      const abort = new AbortController()
      const url = `${scene.origin}${paths[index % 4]}?class=${requestClasses[index % 3]}`
      const answer = fetch(url, { signal: abort.signal, method: index % 11 === 0 ? 'POST' : 'GET' })
      if (index % 8 === 2) setImmediate(() => abort.abort())
      try {
        const { status } = await answer
        tally[status === 503 ? 'shed' : 'answered']++
      } catch {
        tally.aborted++
      }
    }
    for (let batch = 0; batch < 25; batch++) {
      scene.set(levels[batch % levels.length] ?? 'normal')
      await Promise.all(Array.from({ length: 20 }, (_, index) => one(batch * 20 + index)))
      expect(scene.admission.inFlight).toBeLessThanOrEqual(8)
    }
    await until(() => expect(scene.admission.inFlight).toBe(0))
    expect(tally.answered + tally.shed + tally.aborted).toBe(500)
    expect(tally.answered).toBeGreaterThan(0)
    expect(tally.aborted).toBeGreaterThan(0)
    const { shed } = scene.admission.status()
    const counted = requestClasses.flatMap((one) => [shed[one].concurrency, shed[one].level])
    expect(counted.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(tally.shed)
    expect(tally.shed).toBeGreaterThan(0)
  })
})
