import pg from 'pg'

export interface Quiz {
  readonly id: number
  readonly title: string
  readonly questions: readonly { readonly text: string; readonly options: readonly string[] }[]
}

export interface ObjectMetadata {
  readonly key: string
  readonly size: number
  readonly etag: string
  readonly contentType: string
  readonly updatedAt: string
}

export interface ResultRow {
  readonly id: number
  readonly student: string
  readonly course: string
  readonly score: number
  readonly submittedAt: string
  readonly feedback: string
}

export interface ResultPage {
  readonly course: string
  readonly page: number
  readonly size: number
}

/** What the service asks of Postgres. */
export class Database {
  readonly #pool: pg.Pool

  constructor(connectionString: string) {
    this.#pool = new pg.Pool({ connectionString, max: 20, idleTimeoutMillis: 30_000 })
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on('error', () => undefined)
  }

  async quiz(id: number): Promise<Quiz | undefined> {
    const { rows } = await this.#pool.query({
      name: 'quiz',
      text: 'SELECT id, title, questions FROM quizzes WHERE id = $1',
      values: [id],
    })
    return rows[0]
  }

  async saveAnswer(student: string, quiz: number, question: number, choice: number): Promise<void> {
    await this.#pool.query({
      name: 'answer',
      text: 'INSERT INTO answers (student, quiz, question, choice) VALUES ($1, $2, $3, $4)',
      values: [student, quiz, question, choice],
    })
  }

  async object(key: string): Promise<ObjectMetadata | undefined> {
    const { rows } = await this.#pool.query({
      name: 'object',
      text: `SELECT key, size, etag, content_type AS "contentType", updated_at::text AS "updatedAt"
             FROM objects WHERE key = $1`,
      values: [key],
    })
    return rows[0]
  }

  async results({ course, page, size }: ResultPage): Promise<readonly ResultRow[]> {
    const { rows } = await this.#pool.query({
      name: 'results',
      text: `SELECT id, student, course, score, submitted_at::text AS "submittedAt", feedback
             FROM results WHERE course = $1 ORDER BY id LIMIT $2 OFFSET $3`,
      values: [course, size, (page - 1) * size],
    })
    return rows
  }

  /** Notes who looked at whose results: these are personal data. */
  async recordView(viewer: string, { course, page, size }: ResultPage): Promise<void> {
    await this.#pool.query({
      name: 'view',
      text: 'INSERT INTO views (viewer, course, page, size) VALUES ($1, $2, $3, $4)',
      values: [viewer, course, page, size],
    })
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}
