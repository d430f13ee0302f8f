import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import fastify, { type FastifyInstance } from 'fastify'
import overloadProtection from 'overload-protection'
import toobusy from 'toobusy-js'

/** Says whether an observer would refuse work now. */
type Verdict = () => boolean

/** The names of the rivals, in the order of the table. */
export const rivalNames = [
  'under-pressure, as its README',
  'under-pressure, limits at 85 %',
  'overload-protection, limits at 85 %',
  'toobusy-js',
  'heapUsed / heap_size_limit ≥ 0.85',
  'heapUsed / heapTotal ≥ 0.85',
  'RSS / limit ≥ 0.85',
] as const

/** The name of a rival. */
export type RivalName = (typeof rivalNames)[number]

const alarmShare = 0.85
/** The example of the README of under-pressure, in bytes. */
const readmeBytes = 100_000_000
/** A rival measures when it does; its verdict is looked at this often, in milliseconds. */
const lookEvery = 50
/** How often a health check of one's own reads its ratio, in milliseconds: as often as under-pressure. */
const ratioEvery = 1_000

/**
 * Has every rival watch this process, and calls `onVerdict` whenever one of them changes its mind.
 *
 * `limitBytes` is what the memory of the process is limited to.
 */
export async function watchAsRivals(
  limitBytes: number,
  onVerdict: (name: RivalName, up: boolean) => void,
): Promise<void> {
  const verdicts = await startRivals(limitBytes)
  const last = new Map<RivalName, boolean>()
  setInterval(() => {
    for (const name of rivalNames) {
      const up = verdicts[name]()
      if (up === (last.get(name) ?? false)) continue
      last.set(name, up)
      onVerdict(name, up)
    }
  }, lookEvery)
}

async function startRivals(limitBytes: number): Promise<Record<RivalName, Verdict>> {
  const heapLimit = getHeapStatistics().heap_size_limit
  const tuned = {
    maxHeapUsedBytes: alarmShare * heapLimit,
    maxRssBytes: alarmShare * limitBytes,
  }
  const asAdvised = await pluggedIn({ maxHeapUsedBytes: readmeBytes, maxRssBytes: readmeBytes })
  const asTuned = await pluggedIn(tuned)
  const protection = overloadProtection('http', tuned)
  return {
    'under-pressure, as its README': () => asAdvised.isUnderPressure(),
    'under-pressure, limits at 85 %': () => asTuned.isUnderPressure(),
    'overload-protection, limits at 85 %': () => protection.overload,
    // Above `maxLag` it begins to refuse; `toobusy()` itself draws lots.
    'toobusy-js': () => toobusy.lag() > toobusy.maxLag(),
    ...healthChecks(heapLimit, limitBytes),
  }
}

/** A server with under-pressure, at the limits for the event loop that its README advises. */
async function pluggedIn(limits: {
  readonly maxHeapUsedBytes: number
  readonly maxRssBytes: number
}): Promise<FastifyInstance> {
  const server = fastify()
  await server.register(underPressure, {
    maxEventLoopDelay: 1_000,
    maxEventLoopUtilization: 0.98,
    ...limits,
  })
  await server.listen({ port: 0, host: '127.0.0.1' })
  return server
}

/** The ratios that services read for themselves. */
function healthChecks(
  heapLimit: number,
  limitBytes: number,
): Record<Extract<RivalName, `${string} ≥ 0.85`>, Verdict> {
  const now = { ofLimit: 0, ofTotal: 0, ofMemory: 0 }
  setInterval(() => {
    const { heapUsed, heapTotal, rss } = process.memoryUsage()
    now.ofLimit = heapUsed / heapLimit
    now.ofTotal = heapUsed / heapTotal
    now.ofMemory = rss / limitBytes
  }, ratioEvery)
  return {
    'heapUsed / heap_size_limit ≥ 0.85': () => now.ofLimit >= alarmShare,
    'heapUsed / heapTotal ≥ 0.85': () => now.ofTotal >= alarmShare,
    'RSS / limit ≥ 0.85': () => now.ofMemory >= alarmShare,
  }
}
