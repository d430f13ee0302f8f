import { seededRandom } from '../harness/random.ts'

/** Makes the value with a number; two numbers give values that share nothing but what the code gives them. */
export type Make = (index: number) => unknown

/** A text in one piece and of its own, as a socket or a file gives it. */
export function flatText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

const words = 'lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod'.split(
  ' ',
)

/** Words of so many characters at least, different for each number. */
function prose(index: number, length: number): string {
  const random = seededRandom(index)
  let text = `${index}`
  while (text.length < length) text += ` ${words[Math.floor(random() * words.length)]}`
  return flatText(text)
}

const row = (index: number) => ({
  id: index,
  name: flatText(`Customer number ${index}`),
  email: flatText(`customer.${index}@example.com`),
  status: index % 3 === 0 ? 'active' : 'invited',
  balance: index + 0.25,
  createdAt: 1_700_000_000_000 + index,
  address: {
    street: flatText(`Street ${index}`),
    city: flatText(`City ${index % 97}`),
    zip: index,
  },
  tags: [flatText(`tag-${index}`), flatText(`label-${index}`)],
})

const rows = (index: number, count: number) =>
  Array.from({ length: count }, (_, at) => row(index * count + at))

/** What a driver makes of a table: each text a copy, each row pushed. */
function fromDatabase(index: number): unknown {
  const result = []
  for (let at = 0; at < 30; at++) {
    const id = index * 30 + at
    result.push({
      id,
      sku: flatText(`SKU-${id}`),
      title: prose(id, 40),
      currency: flatText('EUR'),
      state: flatText('in_stock'),
      price: id + 0.99,
      updated: new Date(id * 1_000),
    })
  }
  return result
}

class Entity {
  readonly id: number
  readonly createdAt: number
  constructor(index: number) {
    this.id = index
    this.createdAt = 1.7e12 + index
  }
}

class Product extends Entity {
  readonly title: string
  readonly price: number
  readonly stock = 4
  constructor(index: number) {
    super(index)
    this.title = flatText(`Product of number ${index}`)
    this.price = index + 0.5
  }
}

/** Rows with fields that some have, and texts from none to a thousand characters. */
function unlikeRows(index: number): unknown {
  const random = seededRandom(index)
  return Array.from({ length: 200 }, (_, at) => ({
    id: index * 200 + at,
    title: prose(at + index, 10 + random() * 60),
    ...(random() < 0.3 && { note: prose(at, random() * 600) }),
    ...(random() < 0.5 && { meta: { views: at, rank: random() } }),
  }))
}

function comment(index: number, depth: number): unknown {
  const replies =
    depth === 0 ? [] : Array.from({ length: 3 }, (_, at) => comment(index * 3 + at, depth - 1))
  return { id: index, text: prose(index, 60), likes: index % 50, replies }
}

function deepError(index: number, depth = 12): unknown {
  return depth === 0 ? new Error(flatText(`failure ${index}`)) : deepError(index, depth - 1)
}

function byId(index: number, count: number, name: (id: number) => string): unknown {
  const table: Record<string, unknown> = {}
  for (let at = 0; at < count; at++) {
    const id = index * count + at
    table[name(id)] = { at, title: flatText(`Title of ${id}`) }
  }
  return table
}

function withGaps(index: number): unknown {
  const array = new Array(200)
  for (let at = 0; at < 200; at += 2) array[at] = flatText(`element ${index + at}`)
  return array
}

function sparse(index: number): unknown {
  const array: unknown[] = []
  for (let at = 0; at < 50; at++) array[at * 5_000] = flatText(`element ${index + at}`)
  return array
}

function pushedNumbers(index: number): unknown {
  const array: number[] = []
  for (let at = 0; at < 100; at++) array.push(index + at)
  return array
}

function sharedAuthors(index: number): unknown {
  const authors = Array.from({ length: 3 }, (_, at) => row(index * 3 + at))
  return Array.from({ length: 50 }, (_, at) => ({
    id: index * 50 + at,
    title: prose(at, 30),
    author: authors[at % 3],
  }))
}

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

const columns: readonly string[] = ['order', 'billing', 'shipping', 'customer', 'supplier'].flatMap(
  (of) =>
    ['id', 'name', 'street', 'city', 'zip', 'country', 'phone', 'date'].map((at) => `${of}_${at}`),
)

function filledByKey(index: number): unknown {
  const record: Record<string, unknown> = {}
  for (let at = 0; at < 60; at++) record[`key${at}`] = flatText(`value ${index} ${at}`)
  return record
}

/** What services put into caches. */
export const shapes: Readonly<Record<string, Make>> = {
  'small object': (index) => ({ id: index, name: flatText(`user ${index}`), score: index + 0.5 }),
  'nested object': (index) => ({
    user: row(index),
    rights: { read: true, write: false, groups: [flatText(`group ${index}`)] },
    settings: { theme: 'dark', pageSize: 50, language: 'en', zoom: 1.25 },
  }),
  'session, parsed': (index) =>
    JSON.parse(
      `{"sub":"user|${index}","iat":${1.7e9 + index},"exp":${1.8e9 + index},"roles":["admin","editor"],` +
        `"scope":"read write profile ${index}","csrf":"${`${index}`.padStart(32, 'f')}"}`,
    ),
  'page of 50 rows': (index) => rows(index, 50),
  'page of 50 rows, parsed': (index) => JSON.parse(JSON.stringify(rows(index, 50))),
  'page of 30 rows, from a database': fromDatabase,
  '200 unlike rows': unlikeRows,
  '50 rows with 3 authors': sharedAuthors,
  'tree of comments': (index) => comment(index, 3),
  'response: status, headers, body': (index) => ({
    status: 200,
    headers: new Map([
      ['content-type', 'text/html'],
      ['etag', flatText(`W/"${index}-${index * 7}"`)],
    ]),
    body: prose(index, 4_000),
  }),
  'text of 1,000, one byte each': (index) => prose(index, 1_000),
  'text of 1,000, two bytes each': (index) =>
    Buffer.from(`${index}`.padEnd(1_000, 'ж'), 'utf16le').toString('utf16le'),
  'web page of 20 kB': (index) => flatText(`<p>${index} `.padEnd(20_000, '<b>text</b> ')),
  'web page of 1 MB': (index) => flatText(`<p>${index} `.padEnd(1_000_000, '<b>text</b> ')),
  '100 integers, parsed': (index) => JSON.parse(JSON.stringify(times(100, (at) => index + at))),
  '100 integers, pushed': pushedNumbers,
  '100 fractions': (index) => times(100, (at) => index + at + 0.5),
  '100 fractions with gaps of null': (index) =>
    times(100, (at) => (at % 10 === 5 ? null : index + at + 0.5)),
  '20 objects': (index) => times(20, (at) => ({ at, name: flatText(`item ${index} ${at}`) })),
  'mixed array': (index) =>
    times(60, (at) => [at, index + 0.5, flatText(`text ${index + at}`), { at }, null][at % 5]),
  'array with holes': withGaps,
  'sparse array': sparse,
  'Map of 20 objects': (index) =>
    new Map(times(20, (at) => [flatText(`key ${index} ${at}`), { at, index }])),
  'Map of 300 texts by number': (index) =>
    new Map(times(300, (at) => [at * 1_000, prose(index + at, 30)])),
  'Set of 50 texts': (index) => new Set(times(50, (at) => flatText(`member ${index} ${at}`))),
  '40 records by name, parsed': (index) =>
    JSON.parse(JSON.stringify(byId(index, 40, (id) => `user:${id}`))),
  '40 records by name': (index) => byId(index, 40, (id) => `user:${id}`),
  '60 texts, filled one by one': filledByKey,
  '300 records by name': (index) => byId(index, 300, (id) => `user:${id}`),
  '40 records by number': (index) => byId(index, 40, (id) => `${id * 7_919}`),
  'headers without a prototype': (index) =>
    Object.assign(Object.create(null), {
      accept: flatText(`text/html;q=0.${index}`),
      'user-agent': flatText(`Mozilla/5.0 (X11; Linux x86_64) ${index}`),
      cookie: flatText(`session=${index * 31}; theme=dark`),
      host: flatText(`host${index}.example.com`),
    }),
  'row of 40 columns, parsed': (index) =>
    JSON.parse(
      `{${columns.map((name, at) => `"${name}":${at % 2 === 0 ? index + at : `"value ${index} ${at}"`}`)}}`,
    ),
  'instance of a subclass': (index) => new Product(index),
  '20 instances of a subclass': (index) => times(20, (at) => new Product(index * 20 + at)),
  'Uint8Array of 1,000': () => new Uint8Array(1_000),
  'Float64Array of 100': () => new Float64Array(100),
  'Uint8Array of 16': () => new Uint8Array(16),
  'Buffer of 16 KiB': () => Buffer.alloc(16_384),
  'Buffer of 100, one after the other': (index) => Buffer.from(`${index}`.padStart(100, 'x')),
  ArrayBuffer: () => new ArrayBuffer(500),
  Date: (index) => new Date(index * 1_000),
  RegExp: (index) => new RegExp(`^user ${index}$`),
  'Error from deep in a service': (index) => deepError(index),
  'big integer': (index) => 2n ** 200n + BigInt(index),
  'page of 1 MB, parsed': (index) => JSON.parse(JSON.stringify(rows(index, 2_300))),
  'page of 1 MB': (index) => rows(index, 2_300),
}

/** What a quick run looks at. */
export const quickShapes: readonly string[] = [
  'small object',
  'page of 50 rows, parsed',
  '200 unlike rows',
  'text of 1,000, two bytes each',
  'Map of 20 objects',
  '40 records by name',
  'row of 40 columns, parsed',
]
