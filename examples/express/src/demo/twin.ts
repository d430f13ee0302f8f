import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LoadDone, LoadFigures, LoadOrder, LoadProgress } from './load.ts'
import { pinned } from './pinning.ts'
import type { ProbeLevel, ProbeReading } from './probe.ts'
import { longestRecovery, phases, type Schedule } from './schedule.ts'
import type { Phase } from './traffic.ts'

/** Which of the two services. */
export type TwinName = 'unprotected' | 'cultus'

export interface TwinSettings {
  readonly name: TwinName
  readonly heapMegabytes: number
  readonly schedule: Schedule
  readonly databaseUrl: string
  readonly modelUrl: string
  readonly secret: string
  readonly seed: number
  readonly users: number
}

/** How the service's process ended before it was told to. */
interface Death {
  readonly phase: Phase
  /** Milliseconds after the start of the run. */
  readonly after: number
  readonly code: number | null
  readonly signal: string | null
  /** What V8 said. */
  readonly words: string
}

/** Everything measured in one run of one twin. */
export interface TwinRecord {
  readonly name: TwinName
  readonly startedAt: number
  readonly phaseStarts: Partial<Record<Phase, number>>
  readonly endedAt: number
  readonly deathPoint: number
  readonly readings: readonly ProbeReading[]
  readonly levels: readonly ProbeLevel[]
  readonly figures: LoadFigures
  readonly death: Death | undefined
}

/** What is known while a run goes on. */
export interface TwinProgress {
  readonly name: TwinName
  readonly phase: Phase
  readonly elapsed: number
  readonly total: number
  readonly reading: ProbeReading | undefined
  readonly deathPoint: number
  readonly level: string | undefined
  readonly load: LoadProgress | undefined
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Runs one twin through all phases under load, and tells `onProgress` several times a second. */
export async function runTwin(
  settings: TwinSettings,
  onProgress: (progress: TwinProgress) => void,
): Promise<TwinRecord> {
  const service = startService(settings)
  const url = await service.listening
  const load = startLoad()
  const startedAt = Date.now()
  const phaseStarts: Partial<Record<Phase, number>> = {}
  const total = phases.reduce((sum, phase) => sum + settings.schedule[phase], 0)
  let phase: Phase = 'calm'
  const show = (): void =>
    onProgress({
      name: settings.name,
      phase,
      elapsed: Date.now() - startedAt,
      total,
      reading: service.readings.at(-1),
      deathPoint: settings.heapMegabytes * 2 ** 20,
      level: service.levels.at(-1)?.level,
      load: load.latest(),
    })
  const ticker = setInterval(show, 250)
  const { secret, seed, users } = settings
  load.start({ url, secret, seed, users, arrival: settings.schedule.calm / 2 })
  for (const each of phases) {
    phase = each
    phaseStarts[each] = Date.now()
    load.enter(each)
    await Promise.race([sleep(settings.schedule[each]), service.died])
    if (service.exit() !== undefined) break
  }
  const backToNormal = (): boolean => (service.levels.at(-1)?.level ?? 'normal') === 'normal'
  const recoveredBy = (phaseStarts.recovery ?? 0) + longestRecovery
  while (service.exit() === undefined && !backToNormal() && Date.now() < recoveredBy) {
    await Promise.race([sleep(200), service.died])
  }
  const exit = service.exit()
  const endedAt = Date.now()
  const figures = await load.stop()
  clearInterval(ticker)
  await service.stop()
  return {
    name: settings.name,
    startedAt,
    phaseStarts,
    endedAt,
    deathPoint: settings.heapMegabytes * 2 ** 20,
    readings: service.readings,
    levels: service.levels,
    figures,
    death: exit && {
      phase,
      after: exit.at - startedAt,
      code: exit.code,
      signal: exit.signal,
      words: exit.words,
    },
  }
}

function startService({ name, heapMegabytes, databaseUrl, modelUrl, secret }: TwinSettings) {
  const [command, args] = pinned('service', process.execPath, [
    `--max-old-space-size=${heapMegabytes}`,
    `--import=${new URL('./probe.js', import.meta.url).href}`,
    here('../service/server.js'),
  ])
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: databaseUrl,
      MODEL_URL: modelUrl,
      JWT_SECRET: secret,
      MEMORY: name,
    },
  })
  const readings: ProbeReading[] = []
  const levels: ProbeLevel[] = []
  let stderr = ''
  let exited: { at: number; code: number | null; signal: string | null; words: string } | undefined
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-20_000)
  })
  const died = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      exited = { at: Date.now(), code, signal, words: lastWords(stderr) }
      resolve()
    })
  })
  const listening = new Promise<string>((resolve, reject) => {
    child.on(
      'message',
      (message: ProbeReading | ProbeLevel | { type: 'listening'; url: string }) => {
        if (message.type === 'reading') readings.push(message)
        else if (message.type === 'level') levels.push(message)
        else resolve(message.url)
      },
    )
    child.once('error', reject)
    void died.then(() => reject(new Error(`the service did not start: ${stderr}`)))
  })
  return {
    readings,
    levels,
    died,
    listening,
    exit: () => exited,
    async stop(): Promise<void> {
      if (exited === undefined) child.kill('SIGKILL')
      await died
    },
  }
}

/** The line in which V8 says why, or the last thing that was said. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => line.startsWith('FATAL ERROR')) ?? lines.at(-1) ?? '').trim()
}

function startLoad() {
  const [command, args] = pinned('load', process.execPath, [here('./load.js')])
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let latest: LoadProgress | undefined
  const done = new Promise<LoadFigures>((resolve, reject) => {
    child.on('message', (message: LoadProgress | LoadDone) => {
      if (message.type === 'progress') latest = message
      else resolve(message.figures)
    })
    child.once('exit', (code) => reject(new Error(`the load generator ended with code ${code}`)))
  })
  return {
    latest: () => latest,
    start: (order: LoadOrder) => child.send({ type: 'start', order }),
    enter: (phase: Phase) => child.send({ type: 'phase', phase }),
    stop(): Promise<LoadFigures> {
      child.send({ type: 'stop' })
      return done
    },
  }
}
