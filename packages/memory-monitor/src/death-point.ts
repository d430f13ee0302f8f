import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { resourceLimits } from 'node:worker_threads'
import { type HeapFlags, readHeapFlags } from './v8-flags.ts'

/** The old-generation size at which V8 ends the process, and how it was found. */
export interface HeapDeathPoint {
  readonly bytes: number
  /**
   * What told it: a flag on the command line or in `NODE_OPTIONS`, the `resourceLimits` of this
   * worker, V8's `heap_size_limit` less the young generation.
   */
  readonly origin: 'flag' | 'NODE_OPTIONS' | 'resource-limits' | 'heap-size-limit'
}

/** The facts {@link heapDeathPoint} decides by; each defaults to that of the running process. */
export interface HeapDeathPointOptions {
  /** @defaultValue `process.execArgv` */
  readonly execArgv?: readonly string[]
  /** @defaultValue `process.env.NODE_OPTIONS` */
  readonly nodeOptions?: string
  /**
   * The limits of this worker thread, in MiB; empty on the main thread.
   *
   * @defaultValue `resourceLimits` of `node:worker_threads`
   */
  readonly resourceLimits?: {
    readonly maxOldGenerationSizeMb?: number
    readonly maxYoungGenerationSizeMb?: number
  }
  /**
   * V8's limit for the whole heap, in bytes.
   *
   * @defaultValue `heap_size_limit` of `v8.getHeapStatistics()`
   */
  readonly heapSizeLimit?: number
  /**
   * The memory Node sized the heap by, in bytes.
   *
   * @defaultValue the lesser of `os.totalmem()` and `process.constrainedMemory()`
   */
  readonly totalBytes?: number
  /** @defaultValue the major version of the running Node.js */
  readonly nodeMajor?: number
}

const mebibyte = 2 ** 20

/**
 * The young generation is three semi-spaces: two to copy between, one for what is being promoted.
 */
const semiSpacesInYoung = 3

/**
 * Finds the old-generation size at which V8 ends this process for want of memory.
 *
 * `heap_size_limit` is that size plus the room of the young generation (48 to 192 MiB, by the
 * version of Node.js), which never fills; a share of it reaches no 70 % on a small heap. A flag
 * counts only while `heap_size_limit` bears it out: an environment that was changed after the
 * start does not move V8.
 */
export function heapDeathPoint(options: HeapDeathPointOptions = {}): HeapDeathPoint {
  const {
    execArgv = process.execArgv,
    nodeOptions = process.env['NODE_OPTIONS'],
    resourceLimits: limits = resourceLimits,
    heapSizeLimit = getHeapStatistics().heap_size_limit,
    totalBytes = sizingMemory(),
    nodeMajor = Number.parseInt(process.versions.node, 10),
  } = options
  const flags = readHeapFlags(execArgv, nodeOptions)
  // A heap of a given size is divided by V8 as the memory of a machine is, of which it takes half.
  const sizedByHeap = flags.heap !== undefined && flags.heap === heapSizeLimit
  const semiSpace = semiSpaceOf(flags, sizedByHeap ? 2 * heapSizeLimit : totalBytes, nodeMajor)
  const flagged = flags.semiSpace !== undefined || flags.compact === true
  const young =
    limits.maxYoungGenerationSizeMb !== undefined && !flagged
      ? youngOf(limits.maxYoungGenerationSizeMb * mebibyte)
      : semiSpacesInYoung * semiSpace
  // A reserve that leaves nothing was not the reserve of this heap; better a late alarm than none.
  const computed = heapSizeLimit > young ? heapSizeLimit - young : heapSizeLimit
  const largestYoung = Math.max(young, semiSpacesInYoung * largestSemiSpace)
  const borneOut = (bytes: number): boolean =>
    bytes <= heapSizeLimit &&
    (bytes >= heapSizeLimit - largestYoung || heapSizeLimit === bytes + youngBeside(flags, bytes))

  if (flags.percentage !== undefined) return { bytes: computed, origin: flags.percentage }
  if (flags.oldSpace !== undefined && borneOut(flags.oldSpace.bytes)) return flags.oldSpace
  const worker = (limits.maxOldGenerationSizeMb ?? 0) * mebibyte
  // A flag on the command line overrides the limits of a worker, though they still read as set.
  if (worker > 0 && worker === computed) return { bytes: worker, origin: 'resource-limits' }
  return { bytes: computed, origin: 'heap-size-limit' }
}

const largestSemiSpace = 64 * mebibyte

function semiSpaceOf(
  { compact, semiSpace }: HeapFlags,
  totalBytes: number,
  nodeMajor: number,
): number {
  if (compact) return mebibyte
  return semiSpace === undefined
    ? defaultSemiSpace(totalBytes, nodeMajor)
    : powerOfTwoFrom(semiSpace)
}

/** The young generation where both sizes are given: what the old one leaves. */
function youngBeside({ heap = 0 }: HeapFlags, oldSpace: number): number {
  return heap > oldSpace ? youngOf(heap - oldSpace) : 0
}

/** What V8 makes of a size for the young generation: three semi-spaces, each rounded up. */
function youngOf(bytes: number): number {
  return semiSpacesInYoung * Math.max(mebibyte, powerOfTwoFrom(bytes / semiSpacesInYoung))
}

/**
 * The largest semi-space of a Node.js version, which it reaches with an old generation of 2 GiB; a
 * smaller heap has its share of it, rounded up to a power of two.
 *
 * Measured on Node 20.20, 22.23, 23.11, 24.21, 25.9 and 26.10 with hosts of 128 MiB to 24 GiB;
 * after 26 it is taken to stay.
 */
function defaultSemiSpace(totalBytes: number, nodeMajor: number): number {
  const largest = (nodeMajor < 24 ? 16 : nodeMajor < 26 ? 64 : 32) * mebibyte
  const fullAt = 2048 * mebibyte
  const oldGeneration = Math.min(totalBytes / 2, fullAt)
  if (nodeMajor < 26 && oldGeneration <= 256 * mebibyte) return mebibyte
  return Math.max(2 * mebibyte, powerOfTwoFrom((oldGeneration * largest) / fullAt))
}

/** The next power of two, which V8 rounds a semi-space up to. */
function powerOfTwoFrom(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, bytes)))
}

function sizingMemory(): number {
  const total = totalmem()
  const constrained = process.constrainedMemory?.() ?? 0
  // 0 where libuv does not know, and about 2^64 where there is no limit.
  return constrained > 0 ? Math.min(constrained, total) : total
}
