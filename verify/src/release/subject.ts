import { BoundedCache, type PolicyName } from '@cultus/bounded-cache'
import { ConsumerRegistry, PressureBus } from '@cultus/core'
import { LRUCache } from 'lru-cache'

/** What is shrunk: a policy of ours, or a peer. */
export type SubjectName = PolicyName | 'lru-cache'

/** A value as services cache many of. */
export interface Small {
  readonly id: number
  readonly name: string
  readonly score: number
}

/** A cache that can be shrunk to a tenth. */
export interface Subject {
  readonly size: number
  /** What it says that it holds; `undefined` where it does not know. */
  readonly bytes: number | undefined
  set(key: string, value: Small): unknown
  get(key: string): Small | undefined
  keys(): Iterable<string>
  /** Gives up nine tenths, and returns in how many slices. */
  shrink(): Promise<number>
}

const keptShare = 0.1

export function makeSubject(name: SubjectName, maxEntries: number): Subject {
  return name === 'lru-cache' ? peer(maxEntries) : ours(name, maxEntries)
}

function ours(policy: PolicyName, maxEntries: number): Subject {
  const cache = new BoundedCache<string, Small>({
    policy,
    maxEntries,
    // Never reached: it has every entry charged with what it takes, and not with what others took.
    maxBytes: '64GiB',
    bus: new PressureBus(),
    registry: new ConsumerRegistry(),
    followPressure: false,
  })
  return {
    get size() {
      return cache.size
    },
    get bytes() {
      return cache.bytes
    },
    set: (key, value) => cache.set(key, value),
    get: (key) => cache.get(key),
    keys: () => cache.keys(),
    async shrink() {
      cache.setLimitRatio(keptShare)
      return (await cache.release()).slices
    },
  }
}

/** All at once, as its users do it. */
function peer(max: number): Subject {
  const cache = new LRUCache<string, Small>({ max })
  return {
    get size() {
      return cache.size
    },
    bytes: undefined,
    set: (key, value) => cache.set(key, value),
    get: (key) => cache.get(key),
    keys: () => cache.keys(),
    async shrink() {
      await new Promise((resolve) => setImmediate(resolve))
      while (cache.size > keptShare * max) cache.pop()
      return 1
    },
  }
}
