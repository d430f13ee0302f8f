import {
  type Confidence,
  isolate,
  levelRank,
  type PressureAlert,
  type PressureLevel,
  type PressureSample,
} from '@cultus/core'
import type { Holds } from './alert-ledger.ts'
import { type AlertRule, holdsOf } from './rule.ts'

/** What a rule says of one source. */
export interface RuleVerdict {
  readonly alert: PressureAlert
  readonly holds: Holds
}

interface BookedRule {
  readonly rule: AlertRule
  readonly holds: Holds
  /**
   * The sources of which the rule holds, each with the time of silence that
   * counts, in milliseconds.
   */
  readonly silence: Map<string, number>
}

/** After so much silence a source cannot be said to be in a state any more. */
const longestSilence = 300_000

/** Tells of each rule whether it holds, and of whom. */
export class RuleBook {
  readonly #rules: readonly BookedRule[]
  readonly #source: string
  readonly #most: number

  /**
   * `source` names the process in alerts about no source in particular; a rule holds of at
   * most `most` sources.
   */
  constructor(rules: readonly AlertRule[], source: string, most: number) {
    this.#source = source
    this.#most = most
    this.#rules = rules.map((rule) => ({
      rule,
      holds: holdsOf('for', rule.for ?? 0),
      silence: new Map(),
    }))
  }

  /** Whether some rule depends on time passing by, not only on events. */
  get needsChecks(): boolean {
    return this.#rules.some(
      ({ rule: { when } }) => when === 'unknown' || typeof when === 'function',
    )
  }

  /** What the rules about levels say of a new one. */
  atLevel(level: PressureLevel, date: number): readonly RuleVerdict[] {
    return this.#rules.flatMap((booked) => {
      const { when } = booked.rule
      if (typeof when === 'function' || when === 'unknown') return []
      return this.#judge(booked, this.#source, levelRank(level) >= levelRank(when), date)
    })
  }

  /** What the rules about samples say of one. A function that throws leaves things as they were. */
  atSample(sample: PressureSample, date: number): readonly RuleVerdict[] {
    return this.#rules.flatMap((booked) => {
      const { name, when } = booked.rule
      if (typeof when !== 'function') return []
      const holds = isolate(`\`when\` of the alert rule ${name}`, () => when(sample))
      if (typeof holds !== 'boolean') return []
      return this.#judge(booked, sample.source, holds, date)
    })
  }

  /** What time that passed in silence does: `elapsed` milliseconds in which the event loop ran. */
  atCheck(
    confidence: Confidence,
    hasSources: boolean,
    elapsed: number,
    date: number,
  ): readonly RuleVerdict[] {
    return this.#rules.flatMap((booked) => {
      const { rule, silence } = booked
      if (typeof rule.when === 'function') {
        return [...silence].flatMap(([source, before]) => {
          const silent = before + elapsed
          silence.set(source, silent)
          return silent < longestSilence ? [] : this.#judge(booked, source, false, date)
        })
      }
      if (rule.when !== 'unknown') return []
      if (confidence !== 'unknown') return this.#judge(booked, this.#source, false, date)
      const lostFor = silence.get(this.#source)
      if (hasSources) {
        const verdicts = this.#judge(booked, this.#source, true, date)
        silence.set(this.#source, lostFor === undefined ? 0 : lostFor + elapsed)
        return verdicts
      }
      // Without sources: one that left before the alert fired was withdrawn; one that was silent so
      // long that the bus forgot it is no less lost for that.
      const fired = lostFor !== undefined && lostFor >= booked.holds[rule.severity]
      return fired ? [] : this.#judge(booked, this.#source, false, date)
    })
  }

  /** Forgets of whom the rules held. */
  clear(): void {
    for (const { silence } of this.#rules) silence.clear()
  }

  #judge(
    { rule, holds, silence }: BookedRule,
    source: string,
    holding: boolean,
    date: number,
  ): readonly RuleVerdict[] {
    if (holding) {
      if (!silence.has(source) && silence.size >= this.#most) return []
      silence.set(source, 0)
    } else if (!silence.delete(source)) return []
    const { name, severity, labels } = rule
    const summary = holding
      ? (rule.summary ?? condition(rule))
      : `over: ${rule.summary ?? condition(rule)}`
    const alert: PressureAlert = {
      name,
      source,
      severity,
      status: holding ? 'firing' : 'resolved',
      summary,
      ...(labels !== undefined && { labels }),
      at: date,
    }
    return [{ alert, holds }]
  }
}

function condition({ name, when }: AlertRule): string {
  if (typeof when === 'function') return `${name} holds`
  return when === 'unknown' ? 'the memory level is not known' : `memory is at ${when} or worse`
}
