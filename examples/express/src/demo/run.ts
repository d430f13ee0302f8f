import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { chartOf } from './chart.ts'
import { startModelServer } from './model-server.ts'
import { serveUntilInterrupted } from './open-service.ts'
import { outcomeOf, verdictsOn } from './outcome.ts'
import { pinned, pinning } from './pinning.ts'
import { startPostgres } from './postgres.ts'
import { markdownReport, terminalTable } from './report.ts'
import { fullSchedule, phases, quickSchedule } from './schedule.ts'
import { seedDatabase, withDemoSchema } from './seed.ts'
import { users } from './traffic.ts'
import { runTwin, type TwinName, type TwinRecord } from './twin.ts'
import { viewOn } from './view.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    out: { type: 'string', default: 'demo' },
    seed: { type: 'string', default: '1' },
  },
})

// What was started is stopped on `exit`, which a signal alone does not bring about.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(130))

const heapMegabytes = 192
const say = (text = ''): void => void process.stdout.write(`${text}\n`)
const schedule = flags.quick ? quickSchedule : fullSchedule
const secret = randomBytes(32).toString('hex')

say(styleText('bold', '\nOne service, twice under the same load: without Cultus, then with it'))
say(`${users} users, a heap of ${heapMegabytes} MB, ${pinning}\n`)

say('Starting Postgres …')
const postgres = process.env['DATABASE_URL']
  ? { url: process.env['DATABASE_URL'], stop: () => undefined }
  : await startPostgres((command, args) => pinned('database', command, args))
say('Filling the tables …')
await seedDatabase(postgres.url)
const model = await startModelServer()
const databaseUrl = withDemoSchema(postgres.url)
const common = {
  heapMegabytes,
  schedule,
  databaseUrl,
  modelUrl: model.url,
  secret,
  seed: Number(flags.seed),
  users,
}

const view = viewOn(process.stdout)
const records: TwinRecord[] = []
for (const name of ['unprotected', 'cultus'] as const satisfies readonly TwinName[]) {
  say(
    name === 'cultus'
      ? '\nWith Cultus'
      : 'Without Cultus: the same app, a Map, node-cache and a plain QueryClient',
  )
  const record = await runTwin({ ...common, name }, (progress) => view.show(progress))
  view.settle()
  if (record.death)
    say(
      styleText(
        'red',
        `  ✝ after ${Math.round(record.death.after / 1_000)} s: ${record.death.words}`,
      ),
    )
  records.push(record)
}

const [unprotected, cultus] = records.map(outcomeOf)
if (unprotected === undefined || cultus === undefined) throw new Error('a run is missing')
const outcomes = { unprotected, cultus }
const verdicts = verdictsOn(cultus, unprotected)
const conditions = [
  `${users} users on as many connections, about 1 s of think time; in the storm a third of them does not think`,
  `phases of ${phases.map((phase) => `${schedule[phase] / 1_000} s ${phase}`).join(', ')}; seed ${flags.seed}`,
  `Node ${process.version}, \`--max-old-space-size=${heapMegabytes}\`, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${pinning}`,
  'the language model is simulated: its latency and its token counts, no more',
]

mkdirSync(flags.out, { recursive: true })
writeFileSync(join(flags.out, 'report.svg'), chartOf(records))
writeFileSync(join(flags.out, 'report.md'), markdownReport(outcomes, verdicts, conditions))
writeFileSync(
  join(flags.out, 'report.json'),
  `${JSON.stringify({ conditions, runs: outcomes, verdicts }, null, 2)}\n`,
)

say(`\n${terminalTable(outcomes)}\n`)
for (const { promise, figure, kept } of verdicts) {
  say(`  ${kept ? styleText('green', '✓') : styleText('red', '✗')} ${promise}: ${figure}`)
}
say(`\nThe whole report, with a picture: ${join(flags.out, 'report.md')}`)

if (flags.open) await serveUntilInterrupted({ ...common, say })
model.stop()
postgres.stop()
process.exit(cultus.survived && cultus.recoverySeconds !== null ? 0 : 1)
