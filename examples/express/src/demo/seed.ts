import pg from 'pg'

/** How many rows of each kind there are; keys outside the hot set are drawn from all of them. */
export const rows = { quizzes: 8_000, objects: 20_000, results: 40_000, courses: 40 } as const

/** Makes the tables of the quiz platform and fills them, in a schema of their own. */
export async function seedDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`
    SET client_min_messages = warning;
    DROP SCHEMA IF EXISTS quiz_demo CASCADE;
    CREATE SCHEMA quiz_demo;
    SET search_path = quiz_demo;
    CREATE TABLE quizzes AS
      SELECT i AS id, 'Quiz ' || i AS title,
        (SELECT jsonb_agg(jsonb_build_object('text', 'Question ' || q || ' of quiz ' || i || ': ' || md5(i::text || q),
                'options', jsonb_build_array(md5('a' || i || q), md5('b' || i || q), md5('c' || i || q), md5('d' || i || q))))
         FROM generate_series(1, 12) q) AS questions
      FROM generate_series(1, ${rows.quizzes}) i;
    ALTER TABLE quizzes ADD PRIMARY KEY (id);
    CREATE TABLE objects AS
      SELECT 'uploads/' || i || '.pdf' AS key, i * 37 AS size, md5(i::text) AS etag,
        'application/pdf' AS content_type, now() AS updated_at
      FROM generate_series(1, ${rows.objects}) i;
    ALTER TABLE objects ADD PRIMARY KEY (key);
    CREATE TABLE results AS
      SELECT i AS id, 'student-' || (i % 5000) AS student, 'course-' || (i % ${rows.courses}) AS course,
        (i * 7919) % 101 AS score, now() - i * interval '1 minute' AS submitted_at,
        repeat(md5(i::text) || ' ', 56) AS feedback
      FROM generate_series(1, ${rows.results}) i;
    ALTER TABLE results ADD PRIMARY KEY (id);
    CREATE INDEX ON results (course, id);
    CREATE UNLOGGED TABLE views (viewer text, course text, page int, size int);
    CREATE UNLOGGED TABLE answers (student text, quiz int, question int, choice int);
    ANALYZE;
  `)
  await client.end()
}

/** The same database, seen through the schema of the demo. */
export function withDemoSchema(url: string): string {
  const seen = new URL(url)
  seen.searchParams.set('options', '-c search_path=quiz_demo')
  return seen.href
}
