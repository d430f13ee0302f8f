import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { quizApp } from './app.ts'
import { Database } from './database.ts'
import { plainStores } from './plain.ts'

/*
 * Starts the service. `MEMORY=cultus` keeps what it remembers in bounds; anything else does without.
 * Needs `DATABASE_URL`, `MODEL_URL` and `JWT_SECRET`; listens on `PORT` or any free port.
 */
const { DATABASE_URL = '', MODEL_URL = '', JWT_SECRET = '', MEMORY, PORT = '0' } = process.env

const memory =
  MEMORY === 'cultus'
    ? // Loaded only here: the other twin runs without a line of it.
      (await import('./cultus.ts')).withCultus()
    : {
        stores: plainStores(),
        guard: (_request: unknown, _response: unknown, next: () => void) => next(),
        level: () => 'unknown',
      }

const app = quizApp({
  ...memory,
  database: new Database(DATABASE_URL),
  modelUrl: MODEL_URL,
  secret: new TextEncoder().encode(JWT_SECRET),
})
const server = createServer({ keepAliveTimeout: 60_000 }, app)
server.listen(Number(PORT), '127.0.0.1', 4_096, () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ type: 'listening', url: `http://127.0.0.1:${port}` })
})
// Who was started by another process ends with it.
process.on('disconnect', () => process.exit())
