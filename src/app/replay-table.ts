// In: scenarios to be replayed. Out: one row each, and the rows as one table for people.
// Must not stop at a failure: every scenario gets its row, with the reason.
import type { FastifyBaseLogger } from 'fastify'
import type { ReplayServer } from './replay-database.ts'
import { describeSlowest } from './replay-evidence.ts'
import { findDifferences } from './replay-verdict.ts'
import { replayScenario } from './replay.ts'
import { loadScenario } from './scenario-files.ts'

export interface ReplayRow {
  name: string
  truth: boolean
  /** Notices that were said, or the gate that stopped the word. */
  came: string
  /** From a determination's arrival to its last outlet, by the scenario's clock. */
  slowest: string
  faults: string[]
}

/** Replays one scenario in a database of its own; what goes wrong is the row's fault, not the run's. */
export async function replayOne(name: string, server: ReplayServer, log: FastifyBaseLogger): Promise<ReplayRow> {
  const row = { name, truth: true, came: '', slowest: '—', faults: [] as string[] }
  let drop: (() => Promise<void>) | null = null
  try {
    const scenario = await loadScenario(name)
    row.truth = scenario.truth
    const database = await server.create()
    drop = () => database.drop()
    const evidence = await replayScenario(scenario, { database, log })
    const said = evidence.notices.map((notice) => notice.kind).join(', ')
    row.came = [scenario.truth ? '' : `stopped by ${scenario.gate}`, said].filter((word) => word !== '').join('; ')
    row.slowest = describeSlowest(evidence.notices)
    row.faults = findDifferences(scenario, evidence)
  } catch (error) {
    row.faults = [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  } finally {
    await drop?.().catch(() => undefined)
  }
  return row
}

/** Columns are padded by display width: a Chinese character takes two. */
export function writeTable(rows: readonly ReplayRow[], tookMs: number): string {
  const lines = rows.map((row) => [
    row.name,
    row.truth ? 'true' : 'false',
    row.came,
    row.slowest,
    row.faults.length === 0 ? 'ok' : 'FAILED',
  ])
  const head = ['scenario', 'word', 'what came of it', 'slowest', 'result']
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => displayWidth(line[column] ?? ''))))
  const write = (line: string[]): string =>
    line
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd()
  const reasons = rows.flatMap((row) => row.faults.map((fault) => `  ${row.name}: ${fault}`))
  const failed = rows.filter((row) => row.faults.length > 0).length
  const [good, bad] = [rows.filter((row) => row.truth).length, rows.filter((row) => !row.truth).length]
  const sum = `${rows.length} scenarios (${good} true, ${bad} false) in ${(tookMs / 1000).toFixed(0)} s: ${failed === 0 ? 'all as expected' : `${failed} FAILED`}`
  return [write(head), ...lines.map(write), ...reasons, sum, ''].join('\n')
}

function displayWidth(text: string): number {
  return text.length + (text.match(/[\u2E80-\uFFEF]/g)?.length ?? 0)
}
