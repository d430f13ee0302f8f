import type { Recording } from '../replay/record.ts'

const mebibyte = 2 ** 20

/** The loads on which everyone is compared; seeded. */
export function loads(quick: boolean, seed: number): readonly Omit<Recording, 'line'>[] {
  const healthyFor = quick ? 20_000 : 60_000
  return [
    ...(quick ? [leak(128, 0.05, seed)] : []),
    ...(quick ? [] : [leak(64, 0.02, seed), leak(128, 0.02, seed), leak(256, 0.01, seed)]),
    ...(quick ? [] : [leak(256, 0.05, seed), leak(512, 0.02, seed)]),
    buffers(quick ? 0.05 : 0.02, seed),
    {
      workload: 'W1',
      capMiB: 256,
      load: {
        kind: 'sawtooth',
        capBytes: 256 * mebibyte,
        baseShare: 0.3,
        churnRate: 40 * mebibyte,
        duration: healthyFor,
        seed,
      },
    },
    {
      workload: 'W4',
      capMiB: 256,
      load: {
        kind: 'fill-and-clear',
        capBytes: 256 * mebibyte,
        rateShare: 0.1,
        plateauShare: 0.9,
        duration: healthyFor + 20_000,
        seed,
      },
    },
    {
      workload: 'W5',
      capMiB: 256,
      limitMiB: 256,
      load: { kind: 'page-cache', capBytes: 256 * mebibyte, duration: healthyFor, seed },
    },
    {
      workload: 'W7',
      capMiB: 256,
      load: {
        kind: 'warm-up',
        capBytes: 256 * mebibyte,
        rateShare: quick ? 0.05 : 0.02,
        plateauShare: 0.44,
        churnRate: 20 * mebibyte,
        duration: healthyFor,
        seed,
      },
    },
  ]
}

/** A leak over churn in the heap. */
function leak(capMiB: number, rateShare: number, seed: number): Omit<Recording, 'line'> {
  const capBytes = capMiB * mebibyte
  const churnRate = 20 * mebibyte
  const duration = 300_000
  return {
    workload: 'W2',
    capMiB,
    load: { kind: 'leak', capBytes, baseShare: 0.4, rateShare, churnRate, duration, seed },
  }
}

/** Growth outside the heap, in a real memory control group. */
function buffers(rateShare: number, seed: number): Omit<Recording, 'line'> {
  const capBytes = 256 * mebibyte
  return {
    workload: 'W8',
    capMiB: 1_024,
    limitMiB: 256,
    load: { kind: 'buffers', capBytes, baseShare: 0.3, rateShare, duration: 300_000, seed },
  }
}
