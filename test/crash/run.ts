// In: one crash of the plan, a worker's installation and stand-ins. Out: what became of its notices.
// The story of every run: an automatic determination, a formal one, at times a withdrawal; one of them meets the crash.
import { setTimeout as sleep } from 'node:timers/promises'
import type { NoticeKind } from '../../src/core/notice.ts'
import { BEIJING_OFFSET, DAY } from '../../src/core/instant.ts'
import { rowShape, writePayload } from '../../src/town/payloads.ts'
import type { Installation } from './installation.ts'
import type { Crash } from './plan.ts'
import { crashThere } from './points.ts'
import type { TownProcess } from './town.ts'
import { judgeRun } from './verdict.ts'
import { until } from './watch.ts'

/**
 * Runs stand so far apart that quotas, quakes and serials of one say nothing to the next: a run with a withdrawal sends two
 * of the four mass messages of a calendar month, so no month may see three of them.
 */
const APART_MS = 16 * DAY
const SETTLE_LIMIT_MS = 100_000

export interface Worker {
  installation: Installation
  town: TownProcess
}

/** Plays one run. @returns broken promises; empty when all were kept */
export async function playRun(worker: Worker, crash: Crash): Promise<string[]> {
  const { installation, town } = worker
  const advanceTo = async (at: number): Promise<void> => {
    const ms = at - installation.now()
    if (ms <= 0) return
    // The platforms' clock goes first: a signature must never lie in their future by more than they allow.
    await town.setClock(at)
    installation.skip(ms)
  }
  await advanceTo(installation.now() + APART_MS)
  await installation.untilMoved()
  const known = await listNotices(installation)
  const origin = Math.floor((installation.now() - 100_000) / 1000) * 1000
  const story = tellStory(installation, origin, crash)
  const under = { quick: 0, formal: 1, withdrawal: 2 }[crash.notice]

  for (const [index, chapter] of story.entries()) {
    if (index < under) {
      await chapter.send()
      await settle(worker, advanceTo)
      continue
    }
    if (index > under) {
      if (!crash.early) await settle(worker, advanceTo)
      await insist(chapter.send)
      continue
    }
    await crashThere({ crash, installation, town, kind: chapter.kind, known, send: chapter.send, advanceTo })
    if (crash.victim === 'postgres') {
      if (!installation.isAlive()) return ['the program died with its database']
    } else await installation.start()
    await installation.database()
    // Nobody answered the sender: like any sender, it says the same again under the same id.
    await insist(chapter.send)
  }
  await settle(worker, advanceTo)
  return judgeRun(
    installation,
    town,
    story[under]?.kind ?? '',
    known,
    story.map((chapter) => chapter.kind),
  )
}

async function listNotices(installation: Installation): Promise<Set<string>> {
  const db = await installation.database()
  const { rows } = await db.query<{ id: string }>('select id from notice')
  return new Set(rows.map((row) => row.id))
}

interface Chapter {
  kind: NoticeKind
  /** True when it was taken, now or before. */
  send: () => Promise<boolean>
}

function tellStory(installation: Installation, origin: number, crash: Crash): Chapter[] {
  const row = (code: string, at: number) =>
    writePayload('cenc-web', [
      rowShape.parse({
        code,
        time: new Date(at + BEIJING_OFFSET).toISOString().replace('Z', '+08:00'),
        latitude: 37.98,
        longitude: 103.59,
        depth: 10,
        magnitude: 5,
        place: '内蒙古阿拉善盟阿拉善左旗',
      }),
    ]).body
  const push =
    (name: string, body: string): Chapter['send'] =>
    async () => {
      const status = await installation.push(`run-${crash.n}-${origin}-${name}`, body)
      if (status !== null && status !== 500 && status !== 503 && status !== 200 && status !== 202)
        throw new Error(`the door answered ${status}`)
      return status === 200 || status === 202
    }
  const withdraw = async (): Promise<boolean> => {
    const db = await installation.database()
    const { rows } = await db.query<{ serial: string; kind: string }>(
      'select l.serial, n.kind from notice n join lineage l on l.id = n.lineage_id order by n.issued_at desc, n.report_no desc limit 1',
    )
    if (rows[0]?.kind === 'withdrawal') return true
    const answer = await installation.command('withdraw', {
      serial: rows[0]?.serial ?? '',
      reason: 'sent-in-error',
      as: '值班员',
    })
    return answer.body.ok
  }
  const story: Chapter[] = [
    { kind: 'quick-report', send: push('automatic', row('AU', origin)) },
    { kind: 'formal-report', send: push('formal', row('CC', origin + 2_000)) },
  ]
  return crash.notice === 'withdrawal' ? [...story, { kind: 'withdrawal', send: withdraw }] : story
}

async function insist(send: Chapter['send']): Promise<void> {
  await until('an answer to the sender', async () => {
    const taken = await send().catch(() => false)
    if (!taken) await sleep(150)
    return taken
  })
}

/** Moves every clock from one due time to the next until nothing is open. @throws when something stays open */
async function settle({ installation }: Worker, advanceTo: (at: number) => Promise<void>): Promise<void> {
  for (const end = Date.now() + SETTLE_LIMIT_MS; ; await sleep(40)) {
    const db = await installation.database()
    const { rows } = await db.query<{
      outlet_id: string
      leg: string
      state: string
      reason: string
      due_at: number
      leased: boolean
    }>(
      `select outlet_id, leg, state, reason, due_at, coalesce(lease_until > clock_timestamp(), false) as leased
       from delivery where state in ('queued', 'sending', 'unknown', 'pending') order by due_at`,
    )
    if (rows.length === 0) return
    if (Date.now() > end)
      throw new Error(`still open: ${rows.map((r) => `${r.outlet_id}/${r.leg} ${r.state} (${r.reason})`).join('; ')}`)
    const next = rows.find((row) => !row.leased && row.state !== 'sending')
    // While anything is in a node's hands, its clock is left alone: a call takes real time.
    if (next && rows.every((row) => !row.leased)) await advanceTo(next.due_at + 10)
  }
}
