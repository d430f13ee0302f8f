import { rows } from './seed.ts'

/** What a user does here, and how much it matters. */
export type RequestClass = 'essential' | 'standard' | 'background'
export type Phase = 'calm' | 'storm' | 'recovery'

/** One request as a user makes it. */
export interface PlannedRequest {
  readonly requestClass: RequestClass
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  /** Whether it asks for something of the hot set, the frequent data a cache is there for. */
  readonly hot: boolean
}

export const users = 1_000
/** Milliseconds between an answer and the user's next request, on average. */
export const thinkTime = 1_000
/** In the storm every third user does not think at all. */
export const isHasty = (user: number): boolean => user % 3 === 0

/** A fifth of the users take quizzes, three tenths prepare them, half look at tables. */
export function classOf(user: number): RequestClass {
  const tenth = Math.floor(user / 3) % 10
  if (tenth < 2) return 'essential'
  return tenth < 5 ? 'standard' : 'background'
}

/** A small seeded generator (mulberry32): both runs meet the same users. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const hotQuizzes = 100
const hotObjects = 200
const hotTopics = 40
const hotCourses = 5
const hotShare: Readonly<Record<Phase, number>> = { calm: 0.97, storm: 0.25, recovery: 0.97 }

/** The next request of a user of this class in this phase. */
export function nextRequest(
  requestClass: RequestClass,
  phase: Phase,
  random: () => number,
): PlannedRequest {
  const hot = random() < hotShare[phase]
  const upTo = (count: number): number => 1 + Math.floor(random() * count)
  const get = (path: string): PlannedRequest => ({ requestClass, method: 'GET', path, hot })
  const post = (path: string, body: unknown, isHot: boolean): PlannedRequest => ({
    requestClass,
    method: 'POST',
    path,
    body: JSON.stringify(body),
    hot: isHot,
  })
  if (requestClass === 'essential') {
    const quiz = upTo(hot ? hotQuizzes : rows.quizzes)
    if (random() < 0.6) return get(`/quizzes/${quiz}`)
    return post('/answers', { quiz, question: upTo(12), choice: upTo(4) }, false)
  }
  if (requestClass === 'standard') {
    if (random() < 0.7)
      return get(
        `/objects/${encodeURIComponent(`uploads/${upTo(hot ? hotObjects : rows.objects)}.pdf`)}`,
      )
    const topic = hot ? `topic ${upTo(hotTopics)}` : `topic ${upTo(1e9)}`
    return post('/generations', { topic, level: 'easy' }, hot)
  }
  if (hot) return get(`/admin/results?course=course-${upTo(hotCourses)}&page=1&size=20`)
  const size = phase === 'storm' ? 400 : 20
  // A wide key: any size close to it makes a page of its own.
  return get(
    `/admin/results?course=course-${upTo(rows.courses) - 1}&page=1&size=${size + upTo(size)}`,
  )
}
