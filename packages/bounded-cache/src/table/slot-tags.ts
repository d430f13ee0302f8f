import { estimateBytes } from '@cultus/core/sizing'
import { resized } from '../policies/cells.ts'
import { none } from '../policies/slot-lists.ts'
import { unpinnedKey } from '../unpinned.ts'

/** Stands for no link. */
const noLink = 0
/** The cells of a link: its slot, its tag, its neighbours among the links of the tag, and the next of its slot. */
const cells = 5
const [slotCell, tagCell, previousCell, nextCell, alsoCell] = [0, 1, 2, 3, 4] as const
const leastLinks = 64
/** Larger tables grow by a quarter: half of a large one would lie idle after a doubling. */
const doubledUpTo = 65_536

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
  #firstOfSlot: Int32Array
  #links: Int32Array = new Int32Array(cells * leastLinks)
  /** Free links, by their next cell; those from the end on were never used. */
  #freeLink = noLink
  #end = 1
  #held = 0
  #nameBytes = 0

  constructor(capacity: number) {
    this.#firstOfSlot = new Int32Array(capacity)
  }

  /** The bytes of all that it holds. */
  get bytes(): number {
    return this.#held * linkBytes + this.#ids.size * tagBytes + this.#nameBytes
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
    this.#firstOfSlot[slot] = noLink
    while (link !== noLink) {
      const also = this.#cell(link, alsoCell)
      this.#unlink(link)
      link = also
    }
    if (this.#held * 4 < this.#end && this.#end > leastLinks) this.#closeUp()
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
    const id = this.#freeTags.pop() ?? this.#names.length
    const name = unpinnedKey(tag)
    this.#ids.set(name, id)
    this.#names[id] = name
    this.#firstOfTag[id] = noLink
    this.#nameBytes += estimateBytes(name)
    return id
  }

  #forgetTag(id: number): void {
    const name = this.#names[id] ?? ''
    this.#ids.delete(name)
    this.#nameBytes -= estimateBytes(name)
    this.#names[id] = undefined
    this.#freeTags.push(id)
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
    this.#held += 1
  }

  #unlink(link: number): void {
    const tag = this.#cell(link, tagCell)
    const previous = this.#cell(link, previousCell)
    const next = this.#cell(link, nextCell)
    if (previous === noLink) this.#firstOfTag[tag] = next
    else this.#put(previous, nextCell, next)
    if (next !== noLink) this.#put(next, previousCell, previous)
    if (previous === noLink && next === noLink) this.#forgetTag(tag)
    this.#put(link, slotCell, none)
    this.#put(link, nextCell, this.#freeLink)
    this.#freeLink = link
    this.#held -= 1
  }

  #takeLink(): number {
    const link = this.#freeLink
    if (link !== noLink) {
      this.#freeLink = this.#cell(link, nextCell)
      return link
    }
    const room = this.#links.length / cells
    if (this.#end === room) {
      const larger = Math.ceil(room * (room < doubledUpTo ? 2 : 1.25))
      this.#links = resized(this.#links, new Int32Array(cells * larger))
    }
    return this.#end++
  }

  /** Moves what is left together, now that most of it is free. */
  #closeUp(): void {
    const tagTo = this.#closeUpTags()
    const linkTo = new Int32Array(this.#end)
    let end = 1
    for (let link = 1; link < this.#end; link++) {
      if (this.#cell(link, slotCell) !== none) linkTo[link] = end++
    }
    const links = new Int32Array(cells * Math.max(leastLinks, 2 * end))
    for (let link = 1; link < this.#end; link++) {
      const to = linkTo[link] ?? noLink
      if (to === noLink) continue
      const slot = this.#cell(link, slotCell)
      const tag = tagTo[this.#cell(link, tagCell)] ?? 0
      links.set([slot, tag], to * cells)
      for (const cell of [previousCell, nextCell, alsoCell])
        links[to * cells + cell] = linkTo[this.#cell(link, cell)] ?? noLink
      if (this.#cell(link, previousCell) === noLink) this.#firstOfTag[tag] = to
      // A link never moves up: what a slot was given here is not taken for a link that comes later.
      if (this.#firstOfSlot[slot] === link) this.#firstOfSlot[slot] = to
    }
    this.#links = links
    this.#end = end
    this.#freeLink = noLink
  }

  /** Numbers the tags anew, and tells the new number of each. */
  #closeUpTags(): Int32Array {
    const tagTo = new Int32Array(this.#names.length)
    const names = [...this.#ids.keys()]
    for (const [index, name] of names.entries()) {
      tagTo[this.#ids.get(name) ?? 0] = index
      this.#ids.set(name, index)
    }
    this.#names = names
    this.#firstOfTag = new Array(names.length).fill(noLink)
    this.#freeTags = []
    return tagTo
  }
}
