import { type Clock, elevatedLevels, isolate, levelRank, type PressureLevel } from '@cultus/core'
import type { ResolvedTiers, TierAction } from './tiers.ts'

/** What the actions need from who runs them. */
export interface TierActionsOptions {
  readonly clock: Clock
  /** How long the way back of an action waits for what it is still doing, in milliseconds. */
  readonly patience: number
  /** Called when an action failed. */
  readonly onFailure: (action: string, step: 'apply' | 'revert', error: unknown) => void
}

/** An action and whether it stands. */
export interface ActionStatus {
  readonly name: string
  readonly level: PressureLevel
  readonly active: boolean
}

/**
 * One action as a switch: `apply` and `revert` are called in turns, and never while the other is still at
 * work, except that it is not waited for longer than the patience.
 */
class ActionSwitch {
  readonly name: string
  readonly level: PressureLevel
  readonly #action: TierAction
  readonly #options: TierActionsOptions
  #wanted = false
  #active = false
  #calls = 0
  /** Ends the wait for a call that is still at work. */
  #finish: (() => void) | undefined

  constructor(action: TierAction, level: PressureLevel, options: TierActionsOptions) {
    this.name = action.name
    this.level = level
    this.#action = action
    this.#options = options
  }

  get active(): boolean {
    return this.#active
  }

  set(wanted: boolean): void {
    this.#wanted = wanted
    if (this.#finish === undefined && this.#wanted !== this.#active) this.#toggle()
  }

  /** Reverts now what stands, without waiting for a call that is still at work. */
  revertNow(): void {
    this.#wanted = false
    this.#finish?.()
    this.set(false)
    this.#finish?.()
  }

  #toggle(): void {
    const { clock, patience } = this.#options
    this.#active = this.#wanted
    const call = ++this.#calls
    const work = this.#call(this.#active ? 'apply' : 'revert')
    // A call that stops the responder has been followed by another one before it returns.
    if (work === undefined || call !== this.#calls) return
    const finish = (): void => {
      if (this.#finish !== finish) return
      this.#finish = undefined
      cancel()
      this.set(this.#wanted)
    }
    const cancel = clock.setTimer(finish, patience)
    this.#finish = finish
    work.then(finish, finish)
  }

  #call(step: 'apply' | 'revert'): Promise<unknown> | undefined {
    const failed = (error: unknown): never => {
      this.#options.onFailure(this.name, step, error)
      throw error
    }
    return isolate(`\`${step}\` of action ${this.name}`, () => {
      try {
        const result = this.#action[step]()
        return isThenable(result) ? Promise.resolve(result).catch(failed) : undefined
      } catch (error) {
        return failed(error)
      }
    })
  }
}

/** The actions of all tiers, each standing while the level is at least that of its tier. */
export class TierActions {
  readonly #switches: readonly ActionSwitch[]
  #rank = 0

  constructor(tiers: ResolvedTiers, options: TierActionsOptions) {
    this.#switches = elevatedLevels.flatMap((level) =>
      tiers[level].actions.map((action) => new ActionSwitch(action, level, options)),
    )
  }

  /** Applies what the level calls for, mildest tier first, and reverts the rest, last applied first. */
  enter(level: PressureLevel): void {
    this.#rank = levelRank(level)
    for (const one of this.#switches.toReversed()) if (!this.#called(one)) one.set(false)
    // Asked anew for each: an action may itself have stopped the responder.
    for (const one of this.#switches) if (this.#called(one)) one.set(true)
  }

  /** Reverts everything at once, last applied first. */
  stop(): void {
    this.#rank = 0
    for (const one of this.#switches.toReversed()) one.revertNow()
  }

  status(): readonly ActionStatus[] {
    return this.#switches.map(({ name, level, active }) => ({ name, level, active }))
  }

  #called(one: ActionSwitch): boolean {
    return levelRank(one.level) <= this.#rank
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined | null)?.then === 'function'
}
