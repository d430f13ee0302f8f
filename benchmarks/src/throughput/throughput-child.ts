/** One subject in a process of its own, so that its call sites see nothing else; see `throughput.ts`. */
import { readFileSync } from 'node:fs'
import { loadSubject } from '../caches/load-subject.ts'
import type { ChildSetting, Request } from './setting.ts'
import { Workload } from './workload.ts'

const setting = JSON.parse(process.argv[2] ?? '{}') as ChildSetting
const { node, v8 } = process.versions
const loaded = loadSubject(setting.subject, setting.kind, setting.ttl)
let workload: Workload | undefined

function mixedRequests(): Uint32Array {
  const bytes = readFileSync(setting.requests)
  const requests = new Uint32Array(bytes.byteLength / 4)
  new Uint8Array(requests.buffer).set(bytes)
  return requests
}

async function answer(request: Request): Promise<object> {
  const subject = await loaded
  if ('missing' in subject) return { node, v8, missing: subject.missing }
  if (request.type === 'hello') return { node, v8, from: subject.from, version: subject.version }
  const collect = globalThis.gc ?? (() => {})
  workload ??= new Workload(subject.make, setting, mixedRequests(), collect as () => void)
  return request.type === 'prepare'
    ? { warm: workload.prepare(request.operation) }
    : workload.pass()
}

process.on('message', (request: Request) => {
  answer(request).then(
    (message) => process.send?.(message),
    (error: unknown) => process.send?.({ failed: `${error}` }),
  )
})
