import express, { type Express, type RequestHandler, type Response } from 'express'
import { authenticate } from './auth.ts'
import type { Database, ResultPage } from './database.ts'
import { generateQuiz } from './generator.ts'
import type { Store, Stores } from './stores.ts'

/** What the app needs from outside. */
export interface AppParts {
  readonly stores: Stores
  readonly database: Database
  readonly modelUrl: string
  readonly secret: Uint8Array
  /** Runs before everything else; sheds load where there is one. */
  readonly guard: RequestHandler
  readonly level: () => string
}

const largestPage = 1_000

/** The quiz platform: students take quizzes, teachers have them written, admins read tables. */
export function quizApp({ stores, database, modelUrl, secret, guard, level }: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  // A strong hash of every body costs more than these routes do.
  app.disable('etag')

  app.get('/healthz', (_request, response) => {
    response.json({ level: level() })
  })
  app.use(guard, authenticate(secret), express.json({ limit: '32kb' }))

  app.get('/quizzes/:id', async (request, response) => {
    const quiz = await remembered(response, stores.quizzes, request.params.id, async () => {
      const found = await database.quiz(Number(request.params.id))
      if (found === undefined) throw new NotFound()
      return found
    })
    response.json(quiz)
  })

  app.post('/answers', async (request, response) => {
    const { quiz, question, choice } = request.body as Record<string, unknown>
    const student = String(response.locals['student'])
    await database.saveAnswer(student, Number(quiz), Number(question), Number(choice))
    response.status(201).json({ saved: true })
  })

  app.get('/objects/:key', async (request, response) => {
    const metadata = await remembered(response, stores.objects, request.params.key, async () => {
      const found = await database.object(request.params.key)
      if (found === undefined) throw new NotFound()
      return found
    })
    response.json(metadata)
  })

  app.post('/generations', async (request, response) => {
    const { topic, level } = request.body as Record<string, unknown>
    const key = `${level}/${topic}`
    const quiz = await remembered(response, stores.generated, key, () =>
      generateQuiz(modelUrl, String(topic), String(level)),
    )
    response.json(quiz)
  })

  app.get('/admin/results', async (request, response) => {
    const page: ResultPage = {
      course: String(request.query['course']),
      page: Math.max(1, Number(request.query['page']) || 1),
      size: Math.min(largestPage, Number(request.query['size']) || 50),
    }
    let loaded = false
    const rows = await stores.queries.fetchQuery({
      queryKey: ['results', page],
      queryFn: () => {
        loaded = true
        return database.results(page)
      },
      staleTime: 30_000,
      gcTime: 300_000,
    })
    tellCacheStatus(response, !loaded)
    await database.recordView(String(response.locals['student']), page)
    response.json(rows)
  })

  app.use(((error, _request, response, next) => {
    if (response.headersSent) next(error)
    else if (error instanceof NotFound) response.status(404).json({ title: 'Not found' })
    else response.status(500).json({ title: 'Something went wrong' })
  }) satisfies express.ErrorRequestHandler)
  return app
}

class NotFound extends Error {}

async function remembered<V>(
  response: Response,
  store: Store<V>,
  key: string,
  load: () => Promise<V>,
): Promise<V> {
  const kept = store.get(key)
  tellCacheStatus(response, kept !== undefined)
  return kept ?? (await store.fetch(key, load))
}

/** RFC 9211, so that anyone outside can see what the caches do. */
function tellCacheStatus(response: Response, hit: boolean): void {
  response.setHeader('Cache-Status', hit ? 'quiz-platform; hit' : 'quiz-platform; fwd=miss')
}
