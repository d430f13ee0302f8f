import { isolate } from '@cultus/core'
import { Account } from './account.ts'
import { type Home, Queue, type Shelf } from './entry.ts'
import { labelOf, matchesKey, type QueryMatch } from './match-key.ts'
import type { QueryLike } from './query-cache-like.ts'

/** Settings of a {@link Group} with every default filled in. */
export interface GroupSettings {
  readonly name: string
  readonly match: QueryMatch
  readonly maxQueries: number
  readonly maxBytes: number
  readonly priority: number
  readonly cost: number
}

/** Keys are made by the application, labels of metrics must be few. */
const mostLabels = 64

/** Queries with a budget of their own. */
export class Group implements Home {
  readonly settings: GroupSettings
  readonly account: Account
  readonly cost: number
  readonly priority: number
  readonly inUse: Queue = new Queue(false)
  /** Lowest priority first. */
  readonly shelves: Shelf[] = []
  readonly accounts: Map<string, Account> = new Map()
  readonly #openedShelf: (shelf: Shelf) => void

  constructor(settings: GroupSettings, total: Account, openedShelf: (shelf: Shelf) => void) {
    this.settings = settings
    this.cost = settings.cost
    this.priority = settings.priority
    this.account = new Account(settings.name, total)
    this.#openedShelf = openedShelf
  }

  takes(query: QueryLike): boolean {
    const { match, name } = this.settings
    return typeof match === 'function'
      ? isolate(`\`match\` of the query group ${name}`, () => match(query)) === true
      : matchesKey(query.queryKey, match)
  }

  accountOf(query: QueryLike): Account {
    const label = labelOf(query.queryKey)
    const account = this.accounts.get(label)
    if (account !== undefined) return account
    const full = this.accounts.size >= mostLabels - 1
    return full ? (this.accounts.get('(other)') ?? this.#open('(other)')) : this.#open(label)
  }

  shelfOf(priority: number): Shelf {
    for (const shelf of this.shelves) if (shelf.priority === priority) return shelf
    return this.#openShelf(priority)
  }

  #open(label: string): Account {
    const account = new Account(label, this.account)
    this.accounts.set(label, account)
    return account
  }

  #openShelf(priority: number): Shelf {
    const shelf: Shelf = {
      priority,
      empty: new Queue(true, false),
      once: new Queue(true),
      proven: new Queue(true),
    }
    this.shelves.push(shelf)
    this.shelves.sort((a, b) => a.priority - b.priority)
    this.#openedShelf(shelf)
    return shelf
  }
}
