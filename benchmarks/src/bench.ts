/**
 * Benchmarks that are commands of their own: `bench policies`, `bench reference`, `bench throughput` and
 * `bench footprint`.
 *
 * Ends with code 1 where an assertion fails, a figure is off or a claim is missed, and with 2 where the command cannot be understood.
 */
import { isCultusError } from '@cultus/core'
import { benchFootprint } from './footprint/footprint.ts'
import type { Output } from './policies/output.ts'
import { benchPolicies } from './policies/policies.ts'
import { benchReference } from './policies/reference.ts'
import { benchThroughput } from './throughput/throughput.ts'

const commands: Readonly<
  Record<string, (args: readonly string[], output: Output) => Promise<boolean>>
> = {
  policies: benchPolicies,
  reference: benchReference,
  throughput: benchThroughput,
  footprint: benchFootprint,
}

const [, , name = '', ...args] = process.argv
const command = Object.hasOwn(commands, name) ? commands[name] : undefined

if (command === undefined) {
  console.error(
    `\`bench\` must be followed by ${Object.keys(commands).join(' or ')}, got "${name}"`,
  )
  process.exitCode = 2
} else {
  try {
    const passed = await command(args, {
      print: (text) => console.log(text),
      write: (text) => process.stderr.write(text),
    })
    process.exitCode = passed ? 0 : 1
  } catch (error) {
    if (!isCultusError(error)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}
