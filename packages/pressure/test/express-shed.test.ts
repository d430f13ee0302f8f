import { connect } from 'node:net'
import { scriptedPressure } from '@cultus/core/testing'
import express from 'express'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AdmissionController } from '../src/admission/controller.ts'
import { type RequestClass, requestClasses } from '../src/admission/request-class.ts'
import { shedding } from '../src/express/index.ts'
import { byQuery, closeAll, send, serving, until } from './express-server.ts'

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(async () => {
  await closeAll()
  vi.restoreAllMocks()
})

describe('a shed request', () => {
  test('is answered with 503, a wait, and a problem that says why', async () => {
    const scene = await serving({ random: () => 0.5 })
    scene.set('critical')
    const { status, headers, text } = await send(scene, '/?class=background')
    expect(status).toBe(503)
    expect(headers).toMatchObject({
      'retry-after': '4',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'content-length': String(text.length),
    })
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'The service is short of memory and answers more important requests first.',
      level: 'critical',
      class: 'background',
      reason: 'level',
      retryAfter: 4,
    })
  })

  test('is told whether the level or the number of requests was the reason', async () => {
    const scene = await serving({ limits: { concurrency: 1 } })
    const first = send(scene, '/held')
    await until(() => expect(scene.held).toHaveLength(1))
    const refused = await fetch(`${scene.origin}/`)
    expect(await refused.json()).toMatchObject({
      level: 'normal',
      class: 'standard',
      reason: 'concurrency',
      detail: 'The service is at its limit of requests in progress.',
    })
    scene.held[0]?.response.end()
    await first
    expect((await fetch(`${scene.origin}/`)).status).toBe(200)
  })

  test('gets no body for HEAD', async () => {
    const scene = await serving()
    scene.set('emergency')
    const { status, text, headers } = await send(scene, '/', { method: 'HEAD' })
    expect([status, text]).toEqual([503, ''])
    expect(Number(headers['content-length'])).toBeGreaterThan(0)
  })

  test('is refused before a parser reads its body, and its connection carries the next one', async () => {
    const verified: unknown[] = []
    const scene = await serving()
    const verify = (): void => void verified.push('read')
    scene.app.post('/parsed', express.json({ verify }), (_, response) => response.json('ok'))
    scene.set('emergency')
    const body = JSON.stringify({ text: 'x'.repeat(32 * 1_024) })
    for (let round = 0; round < 3; round++) {
      const shed = await send(scene, '/parsed', { method: 'POST', body })
      expect([shed.status, shed.reused]).toEqual([503, round > 0])
    }
    expect(verified).toEqual([])
    const next = await send(scene, '/parsed?class=essential', { method: 'POST', body })
    expect([next.status, next.reused]).toEqual([200, true])
    expect(verified).toEqual(['read'])
    expect(scene.sockets).toHaveLength(1)
  })

  test('that goes on sending is answered, then cut off', async () => {
    const scene = await serving()
    scene.set('emergency')
    const client = connect(scene.port, '127.0.0.1')
    client.on('error', () => {})
    const total = 64 * 2 ** 20
    let answer = ''
    client.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    client.write(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${total}\r\n\r\n`)
    const closed = new Promise((resolve) => client.on('close', resolve))
    const piece = Buffer.alloc(2 ** 16)
    const flood = (): void => {
      while (!client.destroyed && client.write(piece)) {
        // Until the socket asks for a pause.
      }
    }
    client.on('drain', flood)
    await until(() => expect(answer).toContain('retryAfter'))
    flood()
    await closed
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
    expect(scene.sockets[0]?.bytesRead).toBeLessThan(4 * 2 ** 20)
  })

  test('asks clients to come back at different times', async () => {
    const scene = await serving()
    scene.set('emergency')
    const waits = new Set<string | undefined>()
    for (let round = 0; round < 60; round++)
      waits.add((await send(scene, '/')).headers['retry-after'])
    expect([...waits].sort()).toEqual(['2', '3', '4', '5'])
  })
})

describe('exempt routes', () => {
  test.each(['/livez', '/readyz', '/healthz', '/metrics', '/healthz?verbose=1'])(
    'always pass: GET and HEAD %s',
    async (path) => {
      const scene = await serving({ limits: { concurrency: 1 } })
      void send(scene, '/held?class=essential').catch(() => {})
      await until(() => expect(scene.held).toHaveLength(1))
      scene.set('emergency')
      expect((await fetch(scene.origin + path)).status).toBe(200)
      expect((await fetch(scene.origin + path, { method: 'HEAD' })).status).toBe(200)
      expect(scene.admission.inFlight).toBe(1)
    },
  )

  test.each([
    ['POST', '/healthz'],
    ['GET', '/healthz/../admin'],
    ['GET', '/metrics-export'],
    ['GET', '/?path=/livez'],
  ])('are no way around for %s %s', async (method, path) => {
    const scene = await serving()
    scene.set('emergency')
    expect((await send(scene, path, { method })).status).toBe(503)
  })

  test('are found by the whole URL where the middleware is mounted on a path', async () => {
    const pressure = scriptedPressure()
    const admission = new AdmissionController(pressure)
    const scene = await serving({}, (app) => {
      app.use('/api', shedding({ admission, classify: () => 'background' }))
    })
    pressure.set('critical')
    expect((await send(scene, '/api/livez')).status).toBe(503)
    expect((await send(scene, '/livez')).status).toBe(200)
  })

  test('are those the service names, and only `true` exempts', async () => {
    const answers: unknown[] = [true, 'yes', Promise.resolve(true), undefined]
    const scene = await serving({ exempt: () => answers.shift() as boolean })
    scene.set('emergency')
    const seen: (number | undefined)[] = []
    for (let round = 0; round < 4; round++) seen.push((await send(scene, '/livez')).status)
    expect(seen).toEqual([200, 503, 503, 503])
  })

  test('are none when the function that names them throws', async () => {
    const scene = await serving({
      exempt: () => {
        throw new Error('no idea')
      },
    })
    scene.set('emergency')
    expect((await send(scene, '/livez')).status).toBe(503)
  })
})

describe('a class', () => {
  test('that cannot be told counts as standard, and is reported once', async () => {
    const answers = [
      () => 'urgent',
      () => undefined,
      () => Promise.reject(new Error('too late')),
      () => {
        throw new Error('no idea')
      },
    ]
    const scene = await serving({ classify: () => answers.shift()?.() as RequestClass })
    scene.set('critical')
    for (let round = 0; round < 4; round++) expect((await send(scene, '/')).status).toBe(200)
    expect(scene.admission.status().admitted.standard).toBe(4)
    const codes = vi
      .mocked(process.emitWarning)
      .mock.calls.map(([, options]) => (options as { code?: string }).code)
    expect(codes.sort()).toEqual(['CULTUS_W_CALLBACK_THREW', 'CULTUS_W_REQUEST_CLASS'])
  })

  test('decides who is shed first', async () => {
    const scene = await serving()
    const statuses = async (): Promise<(number | undefined)[]> => {
      const seen: (number | undefined)[] = []
      for (const one of requestClasses) seen.push((await send(scene, `/?class=${one}`)).status)
      return seen
    }
    scene.set('warning')
    expect(await statuses()).toEqual([200, 200, 200])
    scene.set('critical')
    expect(await statuses()).toEqual([200, 200, 503])
    scene.set('emergency')
    expect(await statuses()).toEqual([200, 503, 503])
    scene.set('normal')
    expect(await statuses()).toEqual([200, 200, 200])
  })
})

test('a controller that is disposed sheds no more', async () => {
  const scene = await serving()
  scene.set('emergency')
  expect((await send(scene, '/')).status).toBe(503)
  scene.admission.dispose()
  expect((await send(scene, '/')).status).toBe(200)
})

test.each([
  [{ classify: byQuery }, '`admission` must be an admission controller, got undefined'],
  [{ admission: new AdmissionController(scriptedPressure()) }, '`classify` must be a function'],
  [
    { admission: new AdmissionController(scriptedPressure()), classify: byQuery, exempt: '/livez' },
    '`exempt` must be a function, got "/livez"',
  ],
])('middleware is not made from %j', (options, message) => {
  expect(() => shedding(options as never)).toThrow(message)
})
