/** Runs in a process of its own: tags slots and prints what the heap shows, as JSON. */
import { SlotTags } from '../src/table/slot-tags.ts'

interface HostProcess {
  readonly memoryUsage: () => { heapUsed: number; arrayBuffers: number }
}

const [, , slots = '0', sharedBy = '1', each = '1'] = process.argv

/** A flat string of its own. */
function text(seed: number): string {
  return Buffer.from(`tag:${seed}`.padStart(16, 'x')).toString('latin1')
}

function heap(): number {
  for (let round = 0; round < 6; round++) globalThis.gc?.()
  // V8 counts what it has freed until it makes the next one.
  new ArrayBuffer(64)
  const { heapUsed, arrayBuffers } = (process as HostProcess).memoryUsage()
  return heapUsed + arrayBuffers
}

function fill(count: number): SlotTags {
  const filled = new SlotTags(Math.ceil(1.125 * count) + 64)
  for (let slot = 3; slot < count + 3; slot++) {
    const seed = Math.floor(slot / Number(sharedBy)) * Number(each)
    filled.set(
      slot,
      Array.from({ length: Number(each) }, (_, index) => text(seed + index)),
    )
  }
  return filled
}

fill(1_000)
const before = heap()
const tags = fill(Number(slots))
const heapBytes = heap() - before
const { bytes, size } = tags
for (let slot = 3; slot < Number(slots) + 3; slot++)
  if (slot > Number(slots) / 20) tags.forget(slot)
tags.resize(Math.ceil(Number(slots) / 16))
const left = heap() - before
process.stdout.write(JSON.stringify({ bytes, size, heapBytes, left, leftBytes: tags.bytes }))
