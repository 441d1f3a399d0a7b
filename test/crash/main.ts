// In: --quick, --count N, --seed S, --workers W. Out: a table of crash points by channel, and "N runs, N failed".
// npm run crash: kill -9 at every durable step; counts what the platforms show (DESIGN L2). Exit 1 when a promise broke.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeBureau, prepareInstallation } from './installation.ts'
import { CHANNELS, planCrashes, planQuick, POINTS, type Crash } from './plan.ts'
import { playRun, type Worker } from './run.ts'
import { startTownProcess, STANDS } from './town.ts'
import { claimPort } from '../../src/town/port.ts'

const FULL = 520
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    count: { type: 'string' },
    seed: { type: 'string' },
    workers: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})

interface Outcome {
  crash: Crash
  problems: string[]
}

async function openWorker(index: number): Promise<Worker & { close(): Promise<void>; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), `quakedesk-crash-${process.pid}-${index}-`))
  const port = await claimPort()
  const deskPort = await claimPort()
  const publicHost = `127.0.0.1:${port}`
  // Every second worker gets no callbacks: then polling alone must find the jobs (channels.md §2.7).
  const callbackUrl = index % 2 === 0 ? `http://127.0.0.1:${deskPort}/callbacks/wechat` : null
  const town = await startTownProcess({ folder, publicHost, callbackUrl, now: Date.now() })
  const installation = prepareInstallation({ folder, port, deskPort, yaml: describeBureau(town.urls, publicHost) })
  await installation.start()
  const close = async (): Promise<void> => {
    await installation.stop()
    await town.stop()
    installation.sweep()
    rmSync(folder, { recursive: true, force: true })
  }
  opened.add(close)
  return { installation, town, folder, close: () => (opened.delete(close), close()) }
}

const opened = new Set<() => Promise<void>>()

/** Everything a person needs to see what went wrong, in one file outside the run's own folder. */
async function dump(worker: Worker, crash: Crash, problems: string[], seed: number): Promise<string> {
  const file = join(tmpdir(), `quakedesk-crash-${seed}-${crash.n}.json`)
  const db = await worker.installation.database().catch(() => null)
  const tables = ['notice', 'delivery', 'attempt', 'decision', 'hold']
  const rows = Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => [
        table,
        await db?.query(`select * from ${table}`).then((r) => r.rows.slice(-40), String),
      ]),
    ),
  )
  const ledgers = Object.fromEntries(
    await Promise.all(
      STANDS.map(async (stand) => [stand, await worker.town.ledger(stand).then((l) => l.slice(-20), String)]),
    ),
  )
  const calls = Object.fromEntries(
    await Promise.all(
      STANDS.map(async (stand) => [stand, await worker.town.calls(stand).then((l) => l.slice(-40), String)]),
    ),
  )
  const log = readFileSync(worker.installation.logFile, 'utf8').split('\n').slice(-80)
  writeFileSync(
    file,
    JSON.stringify({ seed, crash, point: POINTS[crash.point], problems, rows, ledgers, calls, log }, null, 1),
  )
  return file
}

async function work(index: number, queue: Crash[], outcomes: Outcome[], seed: number): Promise<void> {
  let worker: Awaited<ReturnType<typeof openWorker>> | null = null
  for (let crash = queue.shift(); crash; crash = queue.shift()) {
    const started = Date.now()
    let problems: string[]
    try {
      worker ??= await openWorker(index)
      problems = await playRun(worker, crash)
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)]
    }
    outcomes.push({ crash, problems })
    const label = `${String(crash.n).padStart(4)} ${crash.point} · ${crash.channel} · ${crash.notice} · ${crash.victim}`
    process.stdout.write(
      `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${label} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
    )
    if (problems.length > 0) {
      for (const problem of problems) process.stdout.write(`       ${problem}\n`)
      process.stdout.write(
        `       seed ${seed}, rows and ledgers in ${worker ? await dump(worker, crash, problems, seed) : 'no file: it did not start'}\n`,
      )
      // The next run begins on clean ground, so that one fault is counted once.
      await worker?.close()
      worker = null
    }
  }
  await worker?.close()
}

function printTable(outcomes: readonly Outcome[]): void {
  const cell = (text: string): string => text.padEnd(12)
  process.stdout.write(`\n${'point'.padEnd(20)}${CHANNELS.map(cell).join('')}\n`)
  for (const point of Object.keys(POINTS)) {
    const own = outcomes.filter((outcome) => outcome.crash.point === point)
    if (own.length === 0) continue
    const cells = CHANNELS.map((channel) => {
      const here = own.filter((outcome) => outcome.crash.channel === channel)
      const good = here.filter((outcome) => outcome.problems.length === 0).length
      return cell(here.length === 0 ? '-' : `${good}/${here.length}`)
    })
    process.stdout.write(`${point.padEnd(20)}${cells.join('')}\n`)
  }
  for (const victim of ['program', 'everything', 'postgres']) {
    const own = outcomes.filter((outcome) => outcome.crash.victim === victim)
    process.stdout.write(
      `killed: ${victim.padEnd(12)}${own.filter((o) => o.problems.length === 0).length}/${own.length}\n`,
    )
  }
}

const seed = Number(values.seed ?? Date.now() % 1_000_000)
const planned = values.quick ? planQuick(seed) : planCrashes(Number(values.count ?? FULL), seed)
// --only lost-after/weibo: one cell of the table, for a person who looks into it.
const [onlyPoint, onlyChannel] = (values.only ?? '').split('/')
const chosen = planned.filter(
  (crash) => (!onlyPoint || crash.point === onlyPoint) && (!onlyChannel || crash.channel === onlyChannel),
)
const outcomes: Outcome[] = []
const started = Date.now()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.allSettled([...opened].map((close) => close())).then(() => process.exit(130)))
}
process.stdout.write(`${chosen.length} crashes, seed ${seed}\n`)
const queue = [...chosen]
await Promise.all(Array.from({ length: Number(values.workers) }, (_, index) => work(index, queue, outcomes, seed)))
printTable(outcomes)
const failed = outcomes.filter((outcome) => outcome.problems.length > 0).length
process.stdout.write(
  `seed ${seed}, ${((Date.now() - started) / 60_000).toFixed(1)} min\n${outcomes.length} runs, ${failed} failed\n`,
)
process.exit(failed > 0 || outcomes.length < chosen.length ? 1 : 0)
