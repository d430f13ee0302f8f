import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'

export interface OpenSettings {
  readonly heapMegabytes: number
  readonly databaseUrl: string
  readonly modelUrl: string
  readonly secret: string
  say(text: string): void
}

/** Runs the protected service for whoever wants to try it, until Ctrl-C. */
export async function serveUntilInterrupted({
  heapMegabytes,
  databaseUrl,
  modelUrl,
  secret,
  say,
}: OpenSettings): Promise<void> {
  const server = fileURLToPath(new URL('../service/server.js', import.meta.url))
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, server], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      MODEL_URL: modelUrl,
      JWT_SECRET: secret,
      MEMORY: 'cultus',
    },
  })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('visitor')
    .setIssuer('quiz')
    .setExpirationTime('8h')
    .sign(new TextEncoder().encode(secret))
  say(`\nThe service is open at ${url} until Ctrl-C. Try:\n`)
  say(`  curl ${url}/healthz`)
  say(`  curl -i -H 'authorization: Bearer ${token}' ${url}/quizzes/1\n`)
  await once(child, 'exit')
}
