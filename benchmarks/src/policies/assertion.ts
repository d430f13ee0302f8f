import { CultusError } from '@cultus/core'
import { metricNames } from './measures.ts'
import { pooledNames } from './summary.ts'

const comparators = {
  '>=': (left: number, right: number) => left >= right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '<': (left: number, right: number) => left < right,
  '==': (left: number, right: number) => left === right,
} as const

type Comparator = keyof typeof comparators

/** `factor` times a metric of a subject, or times 1 where there is none. */
interface Term {
  readonly factor: number
  readonly subject: string | undefined
  readonly metric: string
}

/** A claim about the results, such as `adaptive.hit >= lru.hit - 1`. */
export interface Assertion {
  readonly text: string
  /** Whether it speaks of all points together, or of each. */
  readonly pooled: boolean
  /** The subjects that it speaks of. */
  readonly subjects: readonly string[]
  /** Whether it holds; `undefined` where a metric has no value. Metrics are asked for by subject and name. */
  check(read: (subject: string, metric: string) => number | undefined): Verdict
}

export interface Verdict {
  readonly left: number | undefined
  readonly right: number | undefined
  readonly holds: boolean | undefined
}

const prefix = 'pooled.'

/**
 * The claim that a text makes: two sums of `[number *] subject.metric` and numbers, compared.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` for what is not such a claim
 */
export function parseAssertion(text: string): Assertion {
  const parts = text.split(/(>=|<=|==|>|<)/)
  const [left = '', comparator = '', right = ''] = parts
  if (parts.length !== 3) throw malformed(text, 'compare two sides once, by >=, <=, >, < or ==')
  const sides = [parseSum(left, text), parseSum(right, text)] as const
  const terms = sides.flat().filter(({ subject }) => subject !== undefined)
  if (terms.length === 0) throw malformed(text, 'name a metric, as in `lru.hit`')
  const pooled = terms.some(({ subject }) => subject?.startsWith(prefix))
  if (pooled && !terms.every(({ subject }) => subject?.startsWith(prefix))) {
    throw malformed(text, 'be all of pooled metrics or of none')
  }
  for (const { metric } of terms) {
    const known: readonly string[] = pooled ? pooledNames : metricNames
    if (!known.includes(metric)) throw malformed(text, `name a metric of ${known.join(', ')}`)
  }
  const named = (subject: string): string => (pooled ? subject.slice(prefix.length) : subject)
  return {
    text,
    pooled,
    subjects: [...new Set(terms.map(({ subject = '' }) => named(subject)))],
    check: (read) => {
      const [leftValue, rightValue] = sides.map((side) =>
        valueOfSum(side, (subject, metric) => read(named(subject), metric)),
      )
      const known = leftValue !== undefined && rightValue !== undefined
      const compare = comparators[comparator as Comparator]
      return {
        left: leftValue,
        right: rightValue,
        holds: known ? compare(leftValue, rightValue) : undefined,
      }
    },
  }
}

/** Words apart by spaces: names may hold hyphens, dots and slashes. */
function parseSum(side: string, text: string): readonly Term[] {
  const words = side.trim().split(/\s+/)
  const terms: Term[] = []
  let sign = 1
  for (let index = 0; ; ) {
    const [first = '', star, second = ''] = words.slice(index, index + 3)
    const multiplied = star === '*'
    const factor = multiplied ? sign * parseNumber(first, text) : sign
    terms.push(parseTerm(multiplied ? second : first, factor, text))
    index += multiplied ? 3 : 1
    const operator = words[index]
    if (operator === undefined) return terms
    if (operator !== '+' && operator !== '-') throw malformed(text, 'join terms by + or -')
    sign = operator === '+' ? 1 : -1
    index += 1
  }
}

function parseTerm(word: string, factor: number, text: string): Term {
  if (/^-?\d/.test(word) && !/[a-z]/i.test(word)) {
    return { factor: factor * parseNumber(word, text), subject: undefined, metric: '' }
  }
  // The last dot: names of packages may hold one.
  const [, subject, metric] = /^(.+)\.(\w+)$/.exec(word) ?? []
  if (subject === undefined || metric === undefined || subject === 'pooled') {
    throw malformed(text, 'name metrics as `subject.metric`')
  }
  return { factor, subject, metric }
}

function parseNumber(word: string, text: string): number {
  if (!/^-?\d+(?:\.\d+)?$/.test(word)) throw malformed(text, 'hold plain numbers')
  return Number(word)
}

function valueOfSum(
  terms: readonly Term[],
  read: (subject: string, metric: string) => number | undefined,
): number | undefined {
  let sum = 0
  for (const { factor, subject, metric } of terms) {
    const value = subject === undefined ? 1 : read(subject, metric)
    if (value === undefined) return undefined
    sum += factor * value
  }
  return sum
}

function malformed(text: string, must: string): CultusError {
  return new CultusError('CULTUS_INVALID_OPTION', `\`assert\` must ${must}, got "${text}"`)
}
