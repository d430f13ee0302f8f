import { CultusError, invalidArgument, invalidOption } from '@cultus/core'

/** How instances are dealt out to the cohorts of an experiment. */
export interface CohortShares {
  /** The name of the experiment: instances are dealt out anew for each. */
  readonly experiment: string
  /** The share of each cohort, above 0 and together 1; two cohorts at the least. */
  readonly shares: Readonly<Record<string, number>>
}

/** How far the shares may be from 1 together: what adding tenths is off by. */
const shareTolerance = 1e-6

/**
 * The cohort of an instance: the same wherever and whenever it is asked for, and in
 * proportion to the shares.
 *
 * Weighted rendezvous hashing (Mosharaf and Thaler 1998, weighted after Wang and Schindelhauer
 * 2005): of all cohorts the one with the least `-ln(u) / share` wins, where `u` is a number in
 * (0, 1) made of the 32-bit FNV-1a hash of `experiment`, `cohort` and `instance`, each followed
 * by a NUL. So the order of the cohorts does not matter, and a share that grows takes instances
 * in and lets none go.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an instance without a name,
 * `CULTUS_INVALID_OPTION` for an experiment without one or for shares that are not such.
 */
export function assignCohort(instance: string, { experiment, shares }: CohortShares): string {
  if (typeof instance !== 'string' || instance === '')
    throw invalidArgument('instance', 'be a non-empty string', instance)
  if (typeof experiment !== 'string' || experiment === '')
    throw invalidOption('experiment', 'be a non-empty string', experiment)
  checkShares(shares)
  let assigned = ''
  let least = Number.POSITIVE_INFINITY
  for (const [cohort, share] of Object.entries(shares)) {
    const distance = -Math.log(unitHash(`${experiment}\0${cohort}\0${instance}\0`)) / share
    // Of equals the name decides, as the order of the cohorts must not.
    if (distance < least || (distance === least && cohort < assigned)) {
      assigned = cohort
      least = distance
    }
  }
  return assigned
}

function checkShares(shares: Readonly<Record<string, number>>): void {
  const entries = Object.entries(shares ?? {})
  if (entries.length < 2) throw invalidOption('shares', 'name at least two cohorts', entries.length)
  let sum = 0
  for (const [cohort, share] of entries) {
    if (cohort === '') throw invalidOption('shares', 'name every cohort', cohort)
    if (typeof share !== 'number' || !(share > 0 && share < 1))
      throw invalidOption(`shares.${cohort}`, 'be a number between 0 and 1', share)
    sum += share
  }
  if (Math.abs(sum - 1) > shareTolerance)
    throw new CultusError('CULTUS_INVALID_OPTION', `\`shares\` must add up to 1, got ${sum}`)
}

/**
 * A number in (0, 1) made of a text; texts that differ in one character have numbers that
 * differ in no pattern.
 */
function unitHash(text: string): number {
  return (mixed(fnv1a(text)) + 0.5) / 2 ** 32
}

/** FNV-1a of the UTF-16 code units of a text, low byte first, as an unsigned 32-bit number. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return hash >>> 0
}

/**
 * The finaliser of MurmurHash3: FNV-1a alone leaves the high bits of `pod-1` and
 * `pod-2` nearly alike.
 */
function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
