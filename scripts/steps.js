import { spawn } from 'node:child_process'
import { once } from 'node:events'

const heartbeat = 10_000

/**
 * Runs a command as one named step: says what it does, that it is still at it, and how long it took. What the command
 * prints is shown only when it fails.
 */
export async function step(label, command, args, environment = {}) {
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1_000).toFixed(1)} s`
  process.stdout.write(`• ${label} …\n`)
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  })
  const printed = []
  child.stdout.on('data', (chunk) => printed.push(chunk))
  child.stderr.on('data', (chunk) => printed.push(chunk))
  const alive = setInterval(() => process.stdout.write(`  still at it, ${seconds()}\n`), heartbeat)
  const [code] = await once(child, 'close')
  clearInterval(alive)
  if (code !== 0) {
    process.stdout.write(Buffer.concat(printed))
    process.stdout.write(`✗ ${label}: exit code ${code} after ${seconds()}\n`)
    process.exit(1)
  }
  process.stdout.write(`✓ ${label} (${seconds()})\n`)
}

/**
 * Runs a command as one named step whose own output people want to see. What may fail because of whoever else uses the
 * machine is given more than one attempt, and each that failed is told.
 */
export async function shownStep(label, command, args, environment = {}, attempts = 1) {
  process.stdout.write(`• ${label} …\n`)
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  })
  const [code, signal] = await once(child, 'close')
  if (code === 0) return
  if (attempts > 1) {
    process.stdout.write(`  failed (${signal ?? `exit code ${code}`}), and runs once more\n`)
    return shownStep(label, command, args, environment, attempts - 1)
  }
  process.stdout.write(`✗ ${label}: ${signal ?? `exit code ${code}`}\n`)
  process.exit(code ?? 1)
}
