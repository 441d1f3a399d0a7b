// npm run bench -- --only desk: what each page of the desk takes with fifty thousand notices and five million journal rows behind
// it, searches without an answer included. Milliseconds from the request to the last byte on loopback, beside an idle publisher.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DAY } from '../../src/core/instant.ts'
import { loadPicture } from '../../src/store/picture.ts'
import { openPool } from '../../src/store/pool.ts'
import { findRunning } from '../../src/store/postgres/start.ts'
import { DESK_PAGES } from '../support/desk-pages.ts'
import { askWithPicture } from '../support/report.ts'
import { fillRecord } from './desk-record.ts'
import { createFeeds } from './events.ts'
import { startQuakedesk, type Installed } from './installation.ts'
import { median, quantile } from './measure.ts'
import { onStage } from './stage.ts'

const LIMIT_MS = 300
const WARM = 3
const NOTICES = 50_000

/** What an auditor may ask, the unkind questions too: rare acts of busy actors, days long past, what there never was. */
const QUESTIONS: readonly string[] = [
  'actor=p-bench-3',
  'act=switch.on',
  'act=hold.',
  'act=hold.&actor=p-bench-4',
  'act=switch.on&actor=cenc',
  'act=report.received&actor=system',
  'act=never.was&actor=system',
  'subject=bn-77',
  'subject=bn-77&act=notice.published',
  'subject=none',
  'from=2018-01-01&to=2018-12-31',
  'from=2018-01-01&to=2018-12-31&actor=p-bench-5',
  'from=2018-01-01&to=2024-12-31&act=switch.on',
  'from=2018-01-01&to=2024-12-31&act=sign-in&actor=cenc',
  'to=2016-01-01',
  'from=2001-01-01&subject=none',
  'before=1000',
  'before=2500000&act=withdrawal.prepared&actor=cenc',
]

async function stop({ pid, dataFolder }: Installed): Promise<void> {
  process.kill(pid, 'SIGTERM')
  while (findRunning(dataFolder) !== null) await sleep(200)
  await sleep(1_000)
}

/** Root's database lies beside the data folder: some gigabytes that nobody would look for. */
function sweep({ dataFolder }: Installed): void {
  const note = join(dataFolder, 'postgres.json')
  if (existsSync(note))
    rmSync((JSON.parse(readFileSync(note, 'utf8')) as { at: string }).at, { recursive: true, force: true })
}

/** @returns milliseconds to the last byte, or to the first of a file */
async function time(url: string, cookie: string, isFile: boolean): Promise<number> {
  const since = performance.now()
  const reply = await fetch(url, { headers: { cookie }, redirect: 'manual' })
  if (reply.status !== 200) throw new Error(`${url}: ${reply.status} ${reply.headers.get('location') ?? ''}`)
  if (isFile) {
    const reader = reply.body?.getReader()
    await reader?.read()
    const took = performance.now() - since
    await reader?.cancel()
    return took
  }
  await reply.text()
  return performance.now() - since
}

/** What a node reads when it starts, and what when another has overtaken it. */
async function timePicture({ dataFolder }: Installed): Promise<void> {
  const place = findRunning(dataFolder)
  if (!place) throw new Error('no database')
  const pool = openPool(place.appConfig, 1, () => undefined)
  const since = Date.now() - 10 * DAY
  const take = async (after: number): Promise<string> => {
    const times: number[] = []
    for (let i = 0; i < 5; i += 1) {
      const begun = performance.now()
      await loadPicture(pool, since, after)
      times.push(performance.now() - begun)
    }
    return `p50 ${median(times).toFixed(0)} max ${Math.max(...times).toFixed(0)}`
  }
  const { rowsUpTo } = await loadPicture(pool, since)
  process.stdout.write(`  picture: whole ${await take(0)}, newer rows only ${await take(rowsUpTo)}\n`)
  await pool.end()
}

/** The walk over the whole chain, and how long a board waits beside it. */
async function timeWalk(desk: Installed, cookie: string): Promise<void> {
  const base = `http://127.0.0.1:${desk.deskPort}`
  const headers = { cookie, origin: base, 'content-type': 'application/x-www-form-urlencoded' }
  const begun = performance.now()
  await fetch(`${base}/desk/journal/verify`, { method: 'POST', headers, body: 'csrf=bench' })
  const beside: number[] = []
  for (;;) {
    const page = await (await fetch(`${base}/desk/journal`, { headers: { cookie } })).text()
    const said = /role="status">([^<]*)/.exec(page)?.[1] ?? ''
    if (!said.startsWith('正在核对')) {
      const took = (performance.now() - begun) / 1_000
      process.stdout.write(`  chain: ${said}; ${took.toFixed(0)} s\n`)
      break
    }
    beside.push(await time(`${base}/desk`, cookie, false))
    await sleep(200)
  }
  if (beside.length > 0)
    process.stdout.write(
      `  board beside the walk: p50 ${median(beside).toFixed(0)} max ${Math.max(...beside).toFixed(0)}\n`,
    )
}

/**
 * Runs the section.
 * @param many journal rows beside fifty thousand notices
 */
export async function benchDesk(samples: number, many: number): Promise<void> {
  await onStage(async (stage) => {
    const first = await startQuakedesk(stage, 'desk', [], true)
    await first.post(createFeeds(Date.now())(0))
    const place = findRunning(first.dataFolder)
    if (!place) throw new Error('no database')
    const pool = openPool({ ...place.adminConfig, query_timeout: 3_600_000 }, 2, () => undefined)
    for (let tries = 0; tries < 100; tries += 1) {
      const { rows } = await pool.query(`select from delivery where state = 'accepted'`)
      if (rows.length > 0) break
      await sleep(200)
    }
    const since = performance.now()
    await askWithPicture(first.port)
    const { ids, seats } = await fillRecord(pool, { notices: NOTICES, rows: many })
    process.stdout.write(`desk: record made in ${Math.round((performance.now() - since) / 1_000)} s\n`)
    await pool.end()
    await stop(first)
    // Again, so that what it keeps in memory is what such a record gives it.
    const begun = performance.now()
    const desk = await startQuakedesk(stage, 'desk', [], true)
    process.stdout.write(
      `desk: ready after ${Math.round(performance.now() - begun)} ms; ms per page, ${samples} each\n`,
    )
    const pages: [string, string, boolean][] = Object.values(DESK_PAGES).map((page) => [
      page.at(ids),
      seats[page.seat],
      page.looks === 'data',
    ])
    for (const question of QUESTIONS) pages.push([`/journal?${question}`, seats.lead, false])
    let worst = 0
    for (const [path, cookie, isFile] of pages) {
      const url = `http://127.0.0.1:${desk.deskPort}/desk${path}`
      for (let i = 0; i < WARM; i += 1) await time(url, cookie, isFile)
      const times: number[] = []
      for (let i = 0; i < samples; i += 1) times.push(await time(url, cookie, isFile))
      const [p50, p99] = [median(times), quantile(times, 0.99)]
      worst = Math.max(worst, p99)
      const shown = path.replace(ids.link, '…')
      process.stdout.write(
        `  ${p99 <= LIMIT_MS ? 'PASS' : 'FAIL'}  p50 ${p50.toFixed(1).padStart(6)}  p99 ${p99.toFixed(1).padStart(6)}  /desk${shown}\n`,
      )
    }
    await timePicture(desk)
    await timeWalk(desk, seats.lead)
    await stop(desk)
    sweep(desk)
    process.stdout.write(
      `  ${worst <= LIMIT_MS ? 'PASS' : 'FAIL'}  every page ≤ ${LIMIT_MS} ms: worst p99 ${worst.toFixed(0)}\n`,
    )
  })
}
