// In: npm run drill -- --all | --replay <scenario> … | <scenario> --as <name>. Out: the table of replays, or the drill inside
// the running installation. Exit 0 when all came as expected, 1 when not or refused, 2 for wrong use.
import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { writeDrill, writeTimed, type DrillResult } from './app/drill-result.ts'
import { startReplayServer } from './app/replay-database.ts'
import { replayOne, writeTable, type ReplayRow } from './app/replay-table.ts'
import { listScenarios } from './app/scenario-files.ts'
import type { DrillReport } from './web/desk/drill-report.ts'

const USAGE = `npm run drill -- --all                        replays every scenario, each in a fresh installation of its own
npm run drill -- --replay <scenario> …        replays these
npm run drill -- <scenario> [--as <name>]     plays it as a drill inside the running installation; the name
                                              stands in its journal (left out: your account's)
npm run drill -- <scenario> --timed           the same by a clock as fast as the wall's: every step's seconds beside
                                              its goal, kept with the drills of the desk
npm run drill -- --list                       names of the scenarios
     --verbose                                shows warnings of the replayed installations
`
/** Two replays side by side: one waits for sockets while the other computes. */
const LANES = 2

/** Replays the scenarios and prints the table. True when all came as expected. */
async function replayAll(names: readonly string[], verbose: boolean): Promise<boolean> {
  const log = pino({ level: verbose ? 'warn' : 'silent' }, process.stderr)
  const server = await startReplayServer()
  const began = performance.now()
  const rows: ReplayRow[] = []
  const waiting = [...names]
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const row = await replayOne(name, server, log)
      rows.push(row)
      if (process.stderr.isTTY) process.stderr.write(`${rows.length}/${names.length} ${name}\n`)
    }
  }
  try {
    await Promise.all(Array.from({ length: LANES }, lane))
  } finally {
    await server.stop()
  }
  rows.sort((a, b) => Number(b.truth) - Number(a.truth) || a.name.localeCompare(b.name))
  process.stdout.write(writeTable(rows, performance.now() - began))
  return rows.every((row) => row.faults.length === 0)
}

/** The running installation plays it: the same command as `npm run desk -- drill`, its answer as a table. */
async function playInside(name: string, by: string, timed: boolean): Promise<number> {
  const desk = fileURLToPath(new URL('desk.ts', import.meta.url))
  const child = spawn(process.execPath, [desk, 'drill', name, '--json', '--as', by, ...(timed ? ['--timed'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
  const [answer, code] = await Promise.all([text(child.stdout), ended])
  if (code === 0)
    process.stdout.write(
      timed ? writeTimed(JSON.parse(answer) as DrillReport) : writeDrill(JSON.parse(answer) as DrillResult),
    )
  return code
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      replay: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      timed: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      as: { type: 'string', default: userInfo().username },
    },
  })
  const known = await listScenarios()
  if (values.list) {
    process.stdout.write(`${known.join('\n')}\n`)
    return 0
  }
  if (values.all && positionals.length === 0) return (await replayAll(known, values.verbose)) ? 0 : 1
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    process.stderr.write(`no scenario ${unknown}; there are\n  ${known.join('\n  ')}\n`)
    return 2
  }
  if (values.replay && positionals.length > 0) return (await replayAll(positionals, values.verbose)) ? 0 : 1
  const [name, ...more] = positionals
  if (name !== undefined && more.length === 0 && !values.all) return playInside(name, values.as, values.timed)
  process.stderr.write(USAGE)
  return 2
}

try {
  process.exitCode = await run()
} catch (error) {
  const wrong = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ?? false
  process.stderr.write(
    `${error instanceof Error ? (wrong ? error.message : (error.stack ?? error.message)) : String(error)}\n${wrong ? USAGE : ''}`,
  )
  process.exitCode = wrong ? 2 : 1
}
// A replay that failed half-way may have left a server open; everything has been told.
process.stdout.write('', () => process.exit())
