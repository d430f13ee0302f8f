import express, { type Request } from 'express'
import { expectTypeOf, test } from 'vitest'
import { AdmissionController } from '../src/admission/controller.ts'
import { type SheddingRequest, shedding } from '../src/express/index.ts'

const admission = new AdmissionController()
const app = express()

test('is middleware of an Express app, router, path or route', () => {
  const guard = shedding({ admission, classify: () => 'standard' })
  app.use(guard)
  app.use('/api', guard)
  express.Router().use(guard)
  app.get('/items/:id', guard, (_, response) => response.end())
  expectTypeOf(guard).toExtend<express.RequestHandler>()
})

test('classifies by the request of Express where it is mounted at once', () => {
  app.use(
    shedding({
      admission,
      classify: (request) => {
        expectTypeOf(request.ip).toEqualTypeOf<string | undefined>()
        return request.path.startsWith('/admin') ? 'background' : 'essential'
      },
    }),
  )
})

test('classifies by what it uses of a request elsewhere, or by the type it is told', () => {
  shedding({
    admission,
    classify: (request) => {
      expectTypeOf(request).toEqualTypeOf<SheddingRequest>()
      return 'standard'
    },
  })
  const classify = (req: Request) => (req.get('x') ? 'essential' : 'standard')
  app.use(shedding({ admission, classify }))
  app.use(shedding<Request>({ admission, classify: (req) => (req.ip ? 'essential' : 'standard') }))
})

test('refuses what is no class', () => {
  // @ts-expect-error: levels and classes share no word.
  shedding({ admission, classify: () => 'critical' })
  // @ts-expect-error: a promise is no class.
  shedding({ admission, classify: async () => 'standard' as const })
  // @ts-expect-error: without `classify` nobody knows what matters.
  shedding({ admission })
})

test('is not `any`', () => {
  expectTypeOf(shedding).not.toBeAny()
  expectTypeOf(admission.admit('standard')).toEqualTypeOf<'admitted' | 'concurrency' | 'level'>()
})
