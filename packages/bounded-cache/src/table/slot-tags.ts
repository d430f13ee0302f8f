import { estimateBytes } from '@cultus/core/sizing'
import { resized } from '../policies/cells.ts'
import { unpinnedKey } from '../unpinned.ts'

/** Stands for no link. */
const noLink = 0
/** The cells of a link: its slot, its tag, its neighbours among the links of the tag, and the next of its slot. */
const cells = 5
const [slotCell, tagCell, previousCell, nextCell, alsoCell] = [0, 1, 2, 3, 4] as const
const leastLinks = 64
/** Larger tables grow by a quarter: half of a large one would lie idle after a doubling. */
const doubledUpTo = 65_536
/** The most links that are told of another number of their tag, so that to forget one takes no longer. */
const mostTold = 16

/**
 * The bytes of one tag of one entry: a link of 20, with what lies idle after growth, and the cell of the slot.
 *
 * This and {@link tagBytes} were measured as growth of heap and array buffers, which `test/tags.gc.test.ts` does again.
 */
export const linkBytes = 32

/** The bytes of a tag beside its name: an entry in a `Map`, and two cells. */
export const tagBytes = 72

/** The most bytes that tags can take: when no other entry has any of them. */
export function mostTagBytes(tags: readonly string[]): number {
  let bytes = tags.length * (linkBytes + tagBytes)
  for (const tag of tags) bytes += estimateBytes(tag)
  return bytes
}

/**
 * Which slots carry which tags: a doubly linked list of slots for each tag, and a list of tags for each slot.
 *
 * All of it lies in typed arrays but for the names of the tags, so that the garbage collector has little to look at.
 */
export class SlotTags {
  readonly #ids = new Map<string, number>()
  #names: (string | undefined)[] = []
  #firstOfTag: number[] = []
  #freeTags: number[] = []
  /** The most tags there were since the lists of them were last cut. */
  #tagRoom = 0
  #firstOfSlot: Int32Array
  #links: Int32Array = new Int32Array(cells * leastLinks)
  /** The links from here on are free. */
  #end = 1
  #nameBytes = 0

  constructor(capacity: number) {
    this.#firstOfSlot = new Int32Array(capacity)
  }

  /** The bytes of all that it holds. */
  get bytes(): number {
    return (this.#end - 1) * linkBytes + this.#ids.size * tagBytes + this.#nameBytes
  }

  /** How many tags there are. */
  get size(): number {
    return this.#ids.size
  }

  /** Gives a slot tags, each named once, in place of those that it carried. */
  set(slot: number, tags: readonly string[]): void {
    this.forget(slot)
    for (const tag of tags) this.#link(slot, this.#idOf(tag))
  }

  /** Takes all its tags from a slot. */
  forget(slot: number): void {
    let link = this.#firstOfSlot[slot] ?? noLink
    if (link === noLink) return
    for (; link !== noLink; link = this.#firstOfSlot[slot] ?? noLink) {
      this.#firstOfSlot[slot] = this.#cell(link, alsoCell)
      this.#unlink(link)
    }
    const room = this.#links.length / cells
    if (this.#end * 4 < room && room > leastLinks) this.#fit(Math.max(leastLinks, 2 * this.#end))
  }

  /** The slots that carry a tag, the last one first. */
  slotsOf(tag: string): number[] {
    const id = this.#ids.get(tag)
    const slots: number[] = []
    if (id === undefined) return slots
    let link = this.#firstOfTag[id] ?? noLink
    for (; link !== noLink; link = this.#cell(link, nextCell))
      slots.push(this.#cell(link, slotCell))
    return slots
  }

  /** The tags that a slot carries. */
  tagsOf(slot: number): string[] {
    const tags: string[] = []
    let link = this.#firstOfSlot[slot] ?? noLink
    for (; link !== noLink; link = this.#cell(link, alsoCell))
      tags.push(this.#names[this.#cell(link, tagCell)] ?? '')
    return tags.reverse()
  }

  /** The entry of a slot lies in another one now, which carries none. */
  rename(from: number, to: number): void {
    const first = this.#firstOfSlot[from] ?? noLink
    this.#firstOfSlot[from] = noLink
    this.#firstOfSlot[to] = first
    for (let link = first; link !== noLink; link = this.#cell(link, alsoCell))
      this.#put(link, slotCell, to)
  }

  /** Makes room for slots below `capacity`, or gives room back. */
  resize(capacity: number): void {
    this.#firstOfSlot = resized(this.#firstOfSlot, new Int32Array(capacity))
  }

  #cell(link: number, cell: number): number {
    return this.#links[link * cells + cell] ?? 0
  }

  #put(link: number, cell: number, value: number): void {
    this.#links[link * cells + cell] = value
  }

  #idOf(tag: string): number {
    const known = this.#ids.get(tag)
    if (known !== undefined) return known
    const id = this.#freeTag() ?? this.#names.length
    const name = unpinnedKey(tag)
    this.#ids.set(name, id)
    this.#names[id] = name
    this.#tagRoom = Math.max(this.#tagRoom, this.#names.length)
    this.#firstOfTag[id] = noLink
    this.#nameBytes += estimateBytes(name)
    return id
  }

  #forgetTag(id: number): void {
    const name = this.#names[id] ?? ''
    this.#ids.delete(name)
    this.#nameBytes -= estimateBytes(name)
    this.#names[id] = undefined
    const last = this.#names.length - 1
    if (id !== last && !this.#moveTag(last, id)) this.#freeTags.push(id)
    while (this.#names.length > 0 && this.#names.at(-1) === undefined) {
      this.#names.pop()
      this.#firstOfTag.pop()
    }
    if (this.#names.length * 4 < this.#tagRoom && this.#tagRoom > leastLinks) this.#fitTags()
  }

  /** A number that no tag has any more; some of those that were noted have been given up or away since. */
  #freeTag(): number | undefined {
    let id = this.#freeTags.pop()
    while (id !== undefined && (id >= this.#names.length || this.#names[id] !== undefined))
      id = this.#freeTags.pop()
    return id
  }

  /** Gives a tag a smaller number, unless it is free itself or too many links would have to be told. */
  #moveTag(from: number, to: number): boolean {
    const name = this.#names[from]
    const first = this.#firstOfTag[from] ?? noLink
    if (name === undefined || !this.#isShort(first)) return false
    for (let link = first; link !== noLink; link = this.#cell(link, nextCell))
      this.#put(link, tagCell, to)
    this.#ids.set(name, to)
    this.#names[to] = name
    this.#firstOfTag[to] = first
    this.#names[from] = undefined
    return true
  }

  #isShort(first: number): boolean {
    let link = first
    for (let told = 0; told < mostTold && link !== noLink; told++) link = this.#cell(link, nextCell)
    return link === noLink
  }

  #link(slot: number, tag: number): void {
    const link = this.#takeLink()
    const next = this.#firstOfTag[tag] ?? noLink
    this.#put(link, slotCell, slot)
    this.#put(link, tagCell, tag)
    this.#put(link, previousCell, noLink)
    this.#put(link, nextCell, next)
    this.#put(link, alsoCell, this.#firstOfSlot[slot] ?? noLink)
    if (next !== noLink) this.#put(next, previousCell, link)
    this.#firstOfTag[tag] = link
    this.#firstOfSlot[slot] = link
  }

  #unlink(link: number): void {
    const tag = this.#cell(link, tagCell)
    const previous = this.#cell(link, previousCell)
    const next = this.#cell(link, nextCell)
    if (previous === noLink) this.#firstOfTag[tag] = next
    else this.#put(previous, nextCell, next)
    if (next !== noLink) this.#put(next, previousCell, previous)
    if (previous === noLink && next === noLink) this.#forgetTag(tag)
    this.#end -= 1
    if (link !== this.#end) this.#moveLink(this.#end, link)
  }

  /** Puts the last link in the place of one that is gone, so that none lies idle. */
  #moveLink(from: number, to: number): void {
    this.#links.copyWithin(to * cells, from * cells, (from + 1) * cells)
    const previous = this.#cell(to, previousCell)
    const next = this.#cell(to, nextCell)
    if (previous === noLink) this.#firstOfTag[this.#cell(to, tagCell)] = to
    else this.#put(previous, nextCell, to)
    if (next !== noLink) this.#put(next, previousCell, to)
    const slot = this.#cell(to, slotCell)
    let at = this.#firstOfSlot[slot] ?? noLink
    if (at === from) this.#firstOfSlot[slot] = to
    else {
      while (this.#cell(at, alsoCell) !== from) at = this.#cell(at, alsoCell)
      this.#put(at, alsoCell, to)
    }
  }

  #takeLink(): number {
    const room = this.#links.length / cells
    if (this.#end === room) this.#fit(Math.ceil(room * (room < doubledUpTo ? 2 : 1.25)))
    return this.#end++
  }

  /** Gives back what the lists of tags have no use for: `pop` leaves that to V8, which keeps most of it. */
  #fitTags(): void {
    const { length } = this.#names
    this.#names = this.#names.slice()
    this.#firstOfTag = this.#firstOfTag.slice()
    this.#freeTags = this.#freeTags.filter((id) => id < length)
    this.#tagRoom = length
  }

  #fit(room: number): void {
    this.#links = resized(this.#links, new Int32Array(cells * room))
  }
}
