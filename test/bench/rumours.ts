// npm run bench -- --only rumours: two hundred reports a second for a minute from outside, with twenty desks on the queue, one of them
// a real Chromium, while notices go out: what a receipt takes, that nothing is lost, how soon each has its claim, how the desks fare,
// and what a notice's way to its channels takes beside an idle publisher in the same run.
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { openPool } from '../../src/store/pool.ts'
import { findRunning } from '../../src/store/postgres/start.ts'
import { openChannels } from './channels.ts'
import { findPublic, GUEST, listBelow, readCpu } from './cores.ts'
import { createFeeds } from './events.ts'
import { readLoad } from './header.ts'
import { startQuakedesk } from './installation.ts'
import { median, quantile, waitForMessage } from './measure.ts'
import { openBoard, type Watched } from './rumour-board.ts'
import type { DesksOrder, Looked } from './rumour-desks.ts'
import type { SendOrder, Sent } from './rumour-senders.ts'
import { onStage } from './stage.ts'

const DESKS = 19
const CHANNELS = 5
const SEED = 20_260_304
const GOAL = { receipt: 250, ratio: 2, placed: 10, click: 3_000, stall: 1_000 } as const
/** Between two notices. */
const PAUSE_MS = 900
const WARM = 10

/** People of the bureau, the cyberspace office and the police, signed in by row. @returns their cookies */
async function seatDesks(pool: Pool, many: number): Promise<string[]> {
  await pool.query(
    `insert into organisation (id, name, kind) values ('bureau', '试验地震局', 'bureau'), ('bench-cac', '试验网信办', 'cac'),
       ('bench-police', '试验公安局', 'police') on conflict do nothing`,
  )
  const seats = [
    ['bureau', '{duty}'],
    ['bureau', '{lead}'],
    ['bureau', '{publicity}'],
    ['bench-cac', '{liaison-cac}'],
    ['bench-police', '{liaison-police}'],
  ]
  const cookies: string[] = []
  for (let at = 0; at < many; at += 1) {
    const [organisation, roles] = seats[at % seats.length] ?? []
    const token = randomBytes(32).toString('base64url')
    await pool.query(
      `insert into account (id, login, name, organisation_id, roles, state, created_at, created_by)
       values ($1, $1, $1, $2, $3::text[], 'active', now(), 'start')`,
      [`p-desk-${at}`, organisation, roles],
    )
    await pool.query(
      `insert into desk_session (token_hash, account_id, stage, csrf, begun_at, seen_at, ends_at)
       values ($1, $2, 'full', $3, now(), now(), now() + interval '12 hours')`,
      [createHash('sha256').update(token).digest(), `p-desk-${at}`, randomBytes(32).toString('base64url')],
    )
    cookies.push(`quakedesk=${token}`)
  }
  return cookies
}

interface Record {
  sightings: number
  waiting: number
  claims: number
  linked: number
  denials: number
  questions: number
}

async function readRecord(pool: Pool): Promise<Record> {
  const { rows } = await pool.query<Record>(
    `select (select count(*) from sighting) as sightings, (select count(*) from sighting_waiting) as waiting,
       (select count(*) from claim) as claims, (select count(*) from sighting_link where ended_at is null) as linked,
       (select count(*) from sighting where stance = 'deny') as denials, (select count(*) from question) as questions`,
  )
  return rows[0] ?? { sightings: 0, waiting: 0, claims: 0, linked: 0, denials: 0, questions: 0 }
}

/** Seconds from the receipt to the claim. */
async function readPlaced(pool: Pool): Promise<{ p50: number; p99: number; most: number }> {
  const { rows } = await pool.query<{ p50: number; p99: number; most: number }>(
    `select percentile_disc(0.5) within group (order by took) as p50, percentile_disc(0.99) within group (order by took) as p99,
       max(took) as most
     from (select extract(epoch from l.at - s.received_at) as took from sighting_link l join sighting s on s.id = l.sighting_id) t`,
  )
  return rows[0] ?? { p50: 0, p99: 0, most: 0 }
}

/** Seconds by which the count on the page was behind the receipts that had been given. */
function measureLag({ counts }: Watched, taken: readonly number[]): number[] {
  return counts.flatMap(([at, count]) => {
    // The first receipt that it did not show yet.
    const next = taken[count]
    return next === undefined ? [] : [Math.max(0, at - next) / 1_000]
  })
}

/** Processor time since it was last asked, in shares of one core: the machine may do other things beside. */
function openCpu(publisher: number): () => string {
  const site = findPublic(publisher)
  const database = listBelow(publisher).filter((pid) => pid !== site)
  const read = (pids: readonly number[]): number =>
    pids.reduce((sum, pid) => {
      try {
        return sum + readCpu(pid)
      } catch {
        // A connection that ended.
        return sum
      }
    }, 0)
  const groups = { publisher: [publisher], 'public process': [site], database }
  const since = performance.now()
  const before = Object.values(groups).map(read)
  return () =>
    Object.entries(groups)
      .map(([name, pids], at) => {
        const share = (read(pids) - (before[at] ?? 0)) / (performance.now() - since)
        return `${name} ${(100 * share).toFixed(0)} %`
      })
      .join(', ')
}

const say = (isGood: boolean, words: string): void =>
  void process.stdout.write(`  ${isGood ? 'PASS' : 'FAIL'}  ${words}\n`)
const ms = (times: readonly number[]): string =>
  `p50 ${median(times).toFixed(1)} p90 ${quantile(times, 0.9).toFixed(1)} p99 ${quantile(times, 0.99).toFixed(1)} max ${Math.max(...times).toFixed(0)} ms`

/** Runs the section. @param rate reports a second @param many of them */
export async function benchRumours(rate: number, many: number): Promise<void> {
  await onStage(async (stage) => {
    const seconds = many / rate
    const channels = await openChannels(
      stage,
      Array.from({ length: CHANNELS }, () => 'answer' as const),
    )
    const ours = await startQuakedesk(stage, 'rumours', channels.urls, true)
    const place = findRunning(ours.dataFolder)
    if (!place) throw new Error('no database')
    const pool = openPool({ ...place.adminConfig, query_timeout: 600_000 }, 2, () => undefined)
    const [first = '', ...others] = await seatDesks(pool, DESKS + 1)
    const board = await openBoard(stage.folder, ours.deskPort, first)
    const desks = (await stage.launch('rumour-desks.ts', [])).child
    const senders = (await stage.launch('rumour-senders.ts', [])).child
    const order = async <T>(what: DesksOrder): Promise<T> => {
      const answer = waitForMessage<T>(desks)
      desks.send(what)
      return answer
    }
    await order({ act: 'open', port: ours.deskPort, cookies: others })
    const writeFeed = createFeeds(Date.now())
    let number = 0
    const publish = async (): Promise<number> => {
      const feed = writeFeed((number += 1))
      return channels.time([...channels.urls.keys()], () => ours.post(feed))
    }
    await ours.post(writeFeed(0))
    await sleep(1_500)
    for (let turn = 0; turn < WARM; turn += 1) await publish()
    const publishFor = async (isOver: () => boolean): Promise<number[]> => {
      const times: number[] = []
      while (!isOver()) {
        times.push(await publish())
        await sleep(PAUSE_MS)
      }
      return times
    }
    const until = Date.now() + seconds * 500
    const idle = await publishFor(() => Date.now() > until)

    await order<Looked>({ act: 'begin' })
    await board?.begin()
    process.stdout.write(
      `rumours: ${rate} reports/s for ${seconds} s, ${DESKS} desks and ${board ? 'one Chromium' : 'no Chromium'}, which stand for other machines and give way (nice ${GUEST})\n`,
    )
    let isOver = false
    const cpu = openCpu(ours.pid)
    const sending = waitForMessage<Sent>(senders).finally(() => (isOver = true))
    senders.send({ port: ours.port, many, rate, seed: SEED } satisfies SendOrder)
    const loaded = await publishFor(() => isOver)
    const sent = await sending
    const shares = cpu()
    const ended = Date.now()
    let record = await readRecord(pool)
    const behind = record.waiting
    while (record.waiting > 0 && Date.now() - ended < 120_000) {
      await sleep(200)
      record = await readRecord(pool)
    }
    const drained = (Date.now() - ended) / 1_000
    const looked = await order<Looked>({ act: 'end' })
    const watched = await board?.end()
    await board?.close()

    say(
      quantile(sent.times, 0.99) < GOAL.receipt,
      `a receipt within ${GOAL.receipt} ms (p99): ${ms(sent.times)}, n ${sent.times.length}`,
    )
    say(
      sent.taken.length === many && record.sightings === many,
      `nothing lost: ${many} sent, ${sent.taken.length} receipts, ${record.sightings} on record${Object.keys(sent.refused).length > 0 ? `, ${JSON.stringify(sent.refused)}` : ''}`,
    )
    const placed = await readPlaced(pool)
    say(
      record.waiting === 0 && placed.p99 <= GOAL.placed,
      `each has its claim within ${GOAL.placed} s (p99): p50 ${placed.p50.toFixed(1)} p99 ${placed.p99.toFixed(1)} max ${placed.most.toFixed(1)} s; ${behind} waited when the last came, none ${drained.toFixed(1)} s later (${record.waiting} left)`,
    )
    process.stdout.write(
      `        ${record.claims} claims, ${record.linked} links, ${record.denials} denials, ${record.questions} questions\n`,
    )
    say(
      looked.failed === 0,
      `the queue at ${DESKS} desks: ${ms(looked.times)}, n ${looked.times.length}, ${looked.failed} failed, ${looked.hints} hints, ${(looked.bytes / 1e6).toFixed(0)} MB`,
    )
    if (watched) {
      const lags = measureLag(watched, sent.taken)
      const worst = Math.max(...watched.clicks)
      say(
        watched.stall < GOAL.stall && worst < GOAL.click,
        `Chromium: drawn ${watched.drawn} times, longest stand-still ${watched.stall.toFixed(0)} ms, shows what is at most ${Math.max(...lags).toFixed(1)} s old (p50 ${median(lags).toFixed(1)}), click → claim ${ms(watched.clicks)}, n ${watched.clicks.length}`,
      )
    }
    process.stdout.write(`        of one core while it lasted: ${shares}; load of the machine ${readLoad()}\n`)
    const ratio = quantile(loaded, 0.9) / quantile(idle, 0.9)
    process.stdout.write(
      `        feed → channels idle   ${ms(idle)}, n ${idle.length}\n        feed → channels loaded ${ms(loaded)}, n ${loaded.length}\n`,
    )
    say(ratio <= GOAL.ratio, `a notice's p90 ≤ ${GOAL.ratio} × idle: ${ratio.toFixed(2)}`)
    await pool.end()
  })
}
