import { BoundedCache } from '@cultus/bounded-cache'
import { MemoryMonitor } from '@cultus/memory-monitor'
import { AdmissionController, PressureResponder } from '@cultus/pressure'
import { shedding } from '@cultus/pressure/express'
import { boundQueries } from '@cultus/query-bounds'
import { QueryClient } from '@tanstack/query-core'
import type { RequestHandler } from 'express'
import type { ObjectMetadata, Quiz } from './database.ts'
import type { GeneratedQuiz } from './generator.ts'
import type { Stores } from './stores.ts'

/** Everything this service does about memory, in one place. */
export function withCultus(): { stores: Stores; guard: RequestHandler; level: () => string } {
  // See: how close is this process to the point where V8 kills it?
  const monitor = new MemoryMonitor().start()

  // Bound: together well under half of the heap; the rest is for requests at work.
  const stores: Stores = {
    quizzes: new BoundedCache<string, Quiz>({ name: 'quizzes', maxBytes: '16MiB' }),
    generated: new BoundedCache<string, GeneratedQuiz>({
      name: 'generated',
      role: 'ai',
      maxBytes: '16MiB',
      ttl: 3_600_000,
    }),
    objects: new BoundedCache<string, ObjectMetadata>({
      name: 'objects',
      maxBytes: '8MiB',
      ttl: 60_000,
    }),
    queries: new QueryClient(),
  }
  boundQueries(stores.queries, {
    name: 'admin-queries',
    maxBytes: '40MiB',
    // Pages of a table go before anything else an administrator looks at.
    groups: [{ name: 'tables', match: ['results'], maxQueries: 2_000, priority: -1 }],
  })

  // Respond: shrink caches tier by tier, and refuse the least important requests first.
  new PressureResponder().start()
  const admission = new AdmissionController({
    limits: { concurrency: 400 },
    // The share of those 400 that all requests together may take before this class is refused.
    shares: {
      normal: { essential: 1, standard: 0.7, background: 0.4 },
      warning: { essential: 1, standard: 0.5, background: 0.15 },
      critical: { essential: 1, standard: 0.3, background: 0 },
      emergency: { essential: 1, standard: 0, background: 0 },
    },
  })
  const guard = shedding({ admission, classify: ({ path }) => classOf(path) })

  return { stores, guard, level: () => monitor.snapshot().level }
}

function classOf(path: string): 'essential' | 'standard' | 'background' {
  if (path.startsWith('/admin')) return 'background'
  if (path.startsWith('/objects') || path.startsWith('/generations')) return 'standard'
  return 'essential'
}
