// In: deliveries that a dead process, a dead database or a silent platform left open. Out: proof that each is found again at
// once, that nothing is claimed which nobody knows, and that what a platform answered is not lost on the way to its row.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { callBooked } from '../../channels/wire/ask.ts'
import type { Certainty, Reach } from '../../src/core/channel.ts'
import { afterDeliver, afterProbe } from '../../src/core/delivery.ts'
import { formatUtc } from '../../src/core/instant.ts'
import { endDeadLeases } from '../../src/store/deliveries.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { dispatchOf, NOTICE, outletOf, rowOf, SENT as NOW } from './sending.ts'

const KEYED: Certainty = { probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }
const READ_BACK: Certainty = { probe: 'heuristic', absentReads: 3, absentSpanMs: 90_000, keyedRepeat: false }
const standing = {
  attempts: 2,
  absentProbes: 0,
  absentSince: null,
  expiresAt: NOW + 1_000,
  firstAttemptAt: NOW - 20_000,
}

test('where nothing can be read back, the repeat follows under the same lease: it never waits as if nothing had been said', () => {
  const change = afterProbe(standing, 'unknown', { state: 'absent' }, KEYED, NOW)
  expect(change).toMatchObject({ state: 'sending', nextAct: 'deliver' })
})

test('three reads over ninety seconds that all say absent free a Weibo post to be sent, or superseded', () => {
  const late = { ...standing, absentProbes: 2, absentSince: NOW - 90_000 }
  expect(afterProbe(late, 'unknown', { state: 'absent' }, READ_BACK, NOW)).toMatchObject({
    state: 'queued',
    dueAt: NOW,
  })
})

test('a repeat that is refused for a while stays unknown, also past its time: the first call may stand', () => {
  const refused = { state: 'retry', afterMs: 65_000, code: '45066', reason: 'too soon' } as const
  expect(afterDeliver({ ...standing, unresolved: true }, refused, NOW)).toMatchObject({
    state: 'unknown',
    dueAt: NOW + 65_000,
  })
  expect(afterDeliver(standing, refused, NOW).state).toBe('expired')
})

test('a call that cannot be booked because the database is away has not left', async () => {
  let sent = 0
  const reach = {
    spend: () => Promise.reject(new Error('connection refused')),
    http: () => Promise.resolve(((sent += 1), { got: 'reply', status: 200, headers: {}, body: '' })),
  } as unknown as Reach
  const reply = await callBooked(reach, 'share', 1, { method: 'POST', url: 'http://127.0.0.1/', deadlineMs: 1_000 })
  expect(reply).toMatchObject({ got: 'nothing', sent: false })
  expect(sent).toBe(0)
})

test('what a platform answered is offered to the record until the database takes it', async () => {
  const offered: string[] = []
  const settled: string[] = []
  const dispatch = dispatchOf(
    [outletOf('weibo', READ_BACK, { deliver: async () => ({ state: 'accepted', ref: '5005', url: null }) })],
    ({ ref = '' }) => {
      offered.push(ref)
      if (offered.length < 3) throw new Error('terminating connection')
    },
    { settled: (_job, change) => settled.push(change.state) },
  )
  dispatch.first([rowOf('weibo')], [NOTICE])
  await dispatch.idle()
  expect(offered).toEqual(['5005', '5005', '5005'])
  expect(settled).toEqual(['accepted'])
})

test('an outcome is on record before anybody is told that the outlet is dead, also when telling hangs', async () => {
  let written = 0
  const toldAfter: number[] = []
  const dispatch = dispatchOf(
    [
      outletOf('weibo', READ_BACK, {
        deliver: async () => ({ state: 'unknown', reason: 'no reply', probeAfterMs: 1_000 }),
      }),
    ],
    () => (written += 1),
    {
      alarm: (kind) => {
        if (kind !== 'outlet') return Promise.resolve()
        toldAfter.push(written)
        return new Promise(() => undefined)
      },
    },
  )
  for (let n = 0; n < 3; n += 1) {
    dispatch.first([rowOf('weibo')], [NOTICE])
    await expect.poll(() => written).toBe(n + 1)
  }
  expect(toldAfter).toEqual([3])
})

let database: FreshDatabase
let pool: Pool

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('at the start what earlier processes of this installation were sending becomes unknown at once, and nothing of others', async () => {
  const at = formatUtc(NOW)
  await pool.query(`insert into lineage (id, class, year, number, serial) values ('l-1', 'actual', 2025, 1, '1号')`)
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at, decided_at, issued_at, actor)
     values ('n-1', 'abcdefgh', 'actual', 'l-1', 1, 'formal-report', 't', 't', '{}', '{}', 'reviewed', $1, $1, $1, 'system')`,
    [at],
  )
  const owners = {
    mine: ['aaaa1111-9-new', 'sending'],
    dead: ['aaaa1111-7-old', 'sending'],
    checked: ['aaaa1111-7-old', 'pending'],
    other: ['bbbb2222-7-old', 'sending'],
    done: ['', 'accepted'],
  }
  for (const [id, [owner, state]] of Object.entries(owners)) {
    await pool.query(`insert into outlet (id, class, channel, mode) values ($1, 'actual', 'fake', 'live')`, [id])
    await pool.query(
      `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, lease_owner, lease_until, attempts, changed_at)
       values ($1, 'n-1', 'actual', $1, 'post', 1, $2, '{}', $3, $4, case when $4 = '' then null else clock_timestamp() + interval '30 s' end, 1, $3)`,
      [id, state, at, owner],
    )
    await pool.query(`insert into attempt (delivery_id, n, act, node, started_at) values ($1, 1, 'deliver', $2, $3)`, [
      id,
      owner,
      at,
    ])
  }
  expect(await endDeadLeases(pool, 'aaaa1111-9-new', () => NOW + 500)).toBe(2)
  const { rows } = await pool.query<{ id: string; state: string; lease_owner: string; outcome: string }>(
    'select d.id, d.state, d.lease_owner, a.outcome from delivery d join attempt a on a.delivery_id = d.id order by d.id',
  )
  expect(rows).toEqual([
    { id: 'checked', state: 'pending', lease_owner: '', outcome: 'lost' },
    { id: 'dead', state: 'unknown', lease_owner: '', outcome: 'lost' },
    { id: 'done', state: 'accepted', lease_owner: '', outcome: '' },
    { id: 'mine', state: 'sending', lease_owner: 'aaaa1111-9-new', outcome: '' },
    { id: 'other', state: 'sending', lease_owner: 'bbbb2222-7-old', outcome: '' },
  ])
})

test('a connection that is killed while it is lent out does not end the program', async () => {
  const fragile = openPool(database.appConfig, 1, () => undefined)
  const client = await fragile.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const gone = new Promise((resolve) => client.once('end', resolve))
  const admin = openPool(database.adminConfig, 1, () => undefined)
  await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  // Without a listener of ours the error that comes first would be thrown out of the event loop and fail this run.
  await gone
  client.release(true)
  expect((await fragile.query<{ n: number }>('select 1 as n')).rows).toEqual([{ n: 1 }])
  await Promise.all([fragile.end(), admin.end()])
})
