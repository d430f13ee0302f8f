import { type CultusError, invalidOption } from '@cultus/core'
import {
  isSimulatorName,
  simulatorNamed,
  simulatorNames,
  varies,
  weighs,
} from '../simulators/named.ts'
import { productPolicies, productSubject } from './product.ts'
import { rivalNames, rivalSubject } from './rivals.ts'
import type { Subject } from './subject.ts'

const simulated = 'sim:'

/**
 * The subject of a name: a policy of `BoundedCache`, a package, or a simulated policy.
 *
 * `sim:` before a name asks for the simulated policy, and may be left out where the product is never going to have
 * one of that name.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` for any other name, and for a package that is not installed
 */
export async function subjectNamed(name: string): Promise<Subject> {
  if (name.startsWith(simulated)) {
    const found = simulatorSubject(name, name.slice(simulated.length))
    if (found !== undefined) return found
  }
  const bare = onlySimulated.includes(name) ? simulatorSubject(name, name) : undefined
  const found = productSubject(name) ?? (await rivalSubject(name)) ?? bare
  if (found === undefined) throw unknown(name)
  return found
}

const onlySimulated = [
  'fifo',
  'clock',
  'sieve-3',
  'w-tinylfu-1',
  'w-tinylfu-10',
  'arc',
  'opt',
  'belady-size',
]

function simulatorSubject(name: string, policy: string): Subject | undefined {
  if (!isSimulatorName(policy)) return undefined
  return {
    name,
    what: policy === 'belady-size' ? 'simulated, a guess at the most object hits' : 'simulated',
    weighs: weighs(policy),
    varies: varies(policy),
    make: (setting) => simulatorNamed(policy, setting),
  }
}

function unknown(name: string): CultusError {
  const known = [
    ...productPolicies(),
    ...rivalNames,
    ...simulatorNames.map((policy) => `${simulated}${policy}`),
  ]
  return invalidOption('policies', `name any of ${known.join(', ')}`, name)
}
