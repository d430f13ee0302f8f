import type { ForcedCollection } from './sources/collection.ts'
import {
  afterVerification,
  atOrBefore,
  mayWait,
  unverified,
  type VerificationCause,
  type VerificationFacts,
  verificationDue,
  withoutBackOff,
} from './verify.ts'

/** Remembers when a collection was last forced and what it brought, and says when the next is due. */
export class Verifier {
  #state = unverified
  #idle = false

  /** Why a collection should be forced now, if it should. */
  due(facts: VerificationFacts): VerificationCause | undefined {
    this.#state = atOrBefore(this.#state, facts.now)
    // What freed little under load may free a lot once the program has let go of it.
    if (facts.idle && !this.#idle) this.expectRelief()
    this.#idle = facts.idle
    return verificationDue(this.#state, facts)
  }

  /** Whether an estimate may wait for its proof. */
  mayWait(now: number): boolean {
    return mayWait(this.#state, now)
  }

  /** Lets the next collection come early: memory was released since the last. */
  expectRelief(): void {
    this.#state = withoutBackOff(this.#state)
  }

  /**
   * Takes in a collection that ended at `now`, or that there was none; `byHeap` tells that the heap was in doubt. What
   * another signal holds up is seldom brought down by a collection, however much garbage there was.
   */
  ended(collection: ForcedCollection | undefined, byHeap: boolean, now: number): void {
    const { usedBefore = 0, usedAfter = 0, busy: pause = 0 } = collection ?? {}
    const freedShare = byHeap && usedBefore > 0 ? (usedBefore - usedAfter) / usedBefore : 0
    this.#state = afterVerification(this.#state, { now, pause, freedShare })
  }
}
