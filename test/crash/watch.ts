// In: the database and the stand-ins. Out: the moment at which a delivery stands at a certain step, and locks that hold it there.
// Watches only: a lock of ours stops a statement of the program exactly where it would wait for another node.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Wire } from './wires.ts'
import type { StandName, TownProcess } from './town.ts'

const LIMIT_MS = 30_000
const POLL_MS = 8

export interface DeliveryNow {
  id: string
  notice_id: string
  kind: string
  state: string
  due_at: number
  leased: boolean
  absent_probes: number
  progress: Record<string, unknown>
  reason: string
}

/** Polls until `seen` hands out something. @throws naming what never came */
export async function until<T>(
  what: string,
  seen: () => Promise<T | null | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<T> {
  for (const end = Date.now() + limitMs; ; await sleep(POLL_MS)) {
    const found = await seen()
    if (found !== null && found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`never reached: ${what}`)
  }
}

/** The delivery of the newest notice of that kind over this wire, if there is one beyond the known notices. */
export async function findDeliveryNow(
  db: Pool,
  wire: Wire,
  kind: string,
  known: ReadonlySet<string>,
): Promise<DeliveryNow | null> {
  const { rows } = await db.query<DeliveryNow>(
    `select d.id, d.notice_id, n.kind, d.state, d.due_at, coalesce(d.lease_until > clock_timestamp(), false) as leased,
       d.absent_probes, d.progress, d.reason
     from delivery d join notice n on n.id = d.notice_id
     where d.outlet_id = $1 and d.leg = $2 and n.kind = $3 order by n.issued_at desc, n.report_no desc limit 1`,
    [wire.outlet, wire.leg, kind],
  )
  const row = rows[0]
  return row && !known.has(row.notice_id) ? row : null
}

export interface Lock {
  /** Lets the statement go on; harmless when the database is gone. */
  release(): Promise<void>
}

/** Opens a transaction of our own that holds what the statement takes. */
export async function holdLock(db: Pool, sql: string, values: unknown[] = []): Promise<Lock> {
  const client = await db.connect()
  client.on('error', () => undefined)
  await client.query('begin')
  await client.query(sql, values)
  let held = true
  return {
    release: async () => {
      if (!held) return
      held = false
      await client.query('commit').catch(() => undefined)
      client.release(true)
    },
  }
}

/** Waits until a statement of the program that contains this text stands before a lock. */
export async function untilBlocked(db: Pool, text: string): Promise<void> {
  await until(`a blocked ${text}`, async () => {
    const { rows } = await db.query<{ n: number }>(
      `select count(*) as n from pg_stat_activity
       where wait_event_type = 'Lock' and position($1 in query) > 0 and pid <> pg_backend_pid()`,
      [text],
    )
    return (rows[0]?.n ?? 0) > 0
  })
}

/** Waits until an act of this kind is open on the delivery, and long enough for its bytes to reach the stand-in. */
export async function untilUnderWay(db: Pool, deliveryId: string, act: 'deliver' | 'probe' | 'check'): Promise<void> {
  await until(`an open ${act}`, async () => {
    const { rows } = await db.query<{ n: number }>(
      'select count(*) as n from attempt where delivery_id = $1 and act = $2 and finished_at is null',
      [deliveryId, act],
    )
    return (rows[0]?.n ?? 0) > 0
  })
  // The stand-in holds its tongue about what it has not answered: nothing tells more exactly when the bytes are there.
  await sleep(200)
}

/** Counts the calls of an API that took effect at a stand-in after an instant of its clock; it remembers its newest 1,000. */
export async function countCalls(town: TownProcess, stand: StandName, api: string, after: number): Promise<number> {
  return (await town.calls(stand)).filter((call) => call.api === api && call.at > after).length
}

/** When an API was last called, by the stand-in's own clock; -Infinity when never. */
export async function findNewestCall(town: TownProcess, stand: StandName, api: string): Promise<number> {
  return Math.max(-Infinity, ...(await town.calls(stand)).filter((call) => call.api === api).map((call) => call.at))
}
