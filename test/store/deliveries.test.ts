// In: deliveries in a real database, written as the program's role. Out: proof that none ends unheard, that a person's word
// settles only what is nobody's at that moment, and that a replaced notice is known as such.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { acknowledgeAlarm, raiseAlarm, takeDueAlarms } from '../../src/store/alarms.ts'
import { findAcceptedByJob, settleByHand } from '../../src/store/by-hand.ts'
import { isReplaced, leaseDue } from '../../src/store/deliveries.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const NOW = Date.UTC(2026, 2, 4, 2, 0, 0)
const at = (ms: number): string => new Date(NOW + ms).toISOString()

let database: FreshDatabase
let pool: Pool
let count = 0

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  await saveOutlets(pool, [{ id: 'weibo-main', class: 'actual', channel: 'weibo', mode: 'live' }])
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

let notice = ''

beforeEach(async () => {
  count += 1
  notice = `n-${count}`
  await pool.query(`insert into lineage (id, class, year, number, serial) values ($1, 'actual', 2026, $2, $3)`, [
    `l-${count}`,
    count,
    `例震信〔2026〕${count}号`,
  ])
  await saveNotice(notice, 1, null)
})

async function saveNotice(id: string, report: number, supersedes: string | null): Promise<void> {
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, title, text, variants, facts, evaluation,
       received_at, decided_at, issued_at, actor)
     values ($1, $1, 'actual', $2, $3, 'quick-report', $4, 't', 't', '{}', '{}', 'automatic', $5, $5, $5, 'system')`,
    [id, `l-${count}`, report, supersedes, at(0)],
  )
}

async function saveDelivery(change: Record<string, unknown>): Promise<string> {
  const id = `d-${count}`
  const row = { state: 'queued', due_at: at(0), content: '{"text":"x"}', attempts: 1, ...change }
  const names = Object.keys(row)
  await pool.query(
    `insert into delivery (id, notice_id, class, outlet_id, leg, priority, changed_at, ${names.join(', ')})
     values ($1, $2, 'actual', 'weibo-main', 'post', 2, $3, ${names.map((_, i) => `$${i + 4}`).join(', ')})`,
    [id, notice, at(0), ...Object.values(row)],
  )
  return id
}

interface Row {
  state: string
  reason: string
  url: string | null
  ref: string
  progress: object
  job: string
}

async function readDelivery(id: string): Promise<Row> {
  const { rows } = await pool.query<Row>('select state, reason, url, ref, progress, job from delivery where id = $1', [
    id,
  ])
  const [row] = rows
  if (!row) throw new Error(`no delivery ${id}`)
  return row
}

test('a quick report that lay in the queue while the program was down ends with an alarm, not in silence', async () => {
  const id = await saveDelivery({ expires_at: at(30 * MINUTE) })
  await leaseDue(pool, 'node', () => NOW + 31 * MINUTE, 10)
  expect(await readDelivery(id)).toMatchObject({ state: 'expired', reason: '未能及时发出，已过时效' })
  const { rows } = await pool.query<{ message: string }>(
    `select message from alarm where kind = 'delivery' and subject = $1 and cleared_at is null and repeat_at <= now()`,
    [id],
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.message).toContain(`例震信〔2026〕${count}号 第1报`)
})

test('it rings again for whoever has acknowledged what kept it waiting', async () => {
  const id = await saveDelivery({ expires_at: at(30 * MINUTE) })
  await pool.query(
    `insert into alarm (id, kind, subject, class, message, raised_at, repeat_at, acknowledged_at, acknowledged_by)
     values ($1, 'delivery', $2, 'actual', '续期后自动重发', $3, $3, $3, '张三')`,
    [`a-${count}`, id, at(0)],
  )
  await leaseDue(pool, 'node', () => NOW + 31 * MINUTE, 10)
  const rung = await takeDueAlarms(pool, Date.now() + MINUTE)
  expect(rung.filter((alarm) => alarm.subject === id).map((alarm) => alarm.message)).toEqual([
    `weibo-main（例震信〔2026〕${count}号 第1报）：未能及时发出，已过时效，不再发送`,
  ])
})

test('what was acknowledged while a delivery waited rings again when it is refused for good, once, and not at every try before', async () => {
  const id = await saveDelivery({ state: 'queued' })
  const raise = (message: string, after: number): Promise<void> =>
    raiseAlarm(
      pool,
      { id: `a-${count}-${after}`, kind: 'delivery', subject: id, class: 'actual', message },
      NOW + after,
    )
  const rings = async (after: number): Promise<string[]> =>
    (await takeDueAlarms(pool, NOW + after)).filter((one) => one.subject === id).map((one) => one.message)
  await raise('续期后自动重发：21327', 0)
  expect(await rings(0)).toEqual(['续期后自动重发：21327'])
  expect(await acknowledgeAlarm(pool, `a-${count}-0`, '张三', NOW)).toBe(true)
  await raise('续期后自动重发：21332', MINUTE)
  expect(await rings(2 * MINUTE)).toEqual([])
  await pool.query(`update delivery set state = 'failed' where id = $1`, [id])
  await raise('未能发出，请人工处理：20018', 3 * MINUTE)
  expect(await rings(3 * MINUTE)).toEqual(['未能发出，请人工处理：20018'])
  expect(await acknowledgeAlarm(pool, `a-${count}-0`, '张三', NOW)).toBe(true)
  await raise('未能发出，请人工处理：20018', 4 * MINUTE)
  expect(await rings(9 * MINUTE)).toEqual([])
})

test('a notice is replaced once a newer one of its lineage stands', async () => {
  expect(await isReplaced(pool, notice)).toBe(false)
  await saveNotice(`${notice}-2`, 2, notice)
  expect(await isReplaced(pool, notice)).toBe(true)
  expect(await isReplaced(pool, `${notice}-2`)).toBe(false)
})

describe('a person’s word', () => {
  const lease = { lease_owner: 'node', lease_until: '2999-01-01T00:00:00Z' }

  test.each(['failed', 'unknown', 'pending', 'queued', 'expired'])(
    'that one stands that is %s accepts it',
    async (state) => {
      const id = await saveDelivery({ state })
      expect(await settleByHand(pool, id, { is: 'posted', url: 'https://x.example/1' }, NOW)).toBe(true)
      expect(await readDelivery(id)).toMatchObject({ state: 'accepted', url: 'https://x.example/1', ref: 'by hand' })
    },
  )

  test('that it is to be sent again starts a new round, without what the platform remembers of the last', async () => {
    const id = await saveDelivery({
      state: 'failed',
      progress: '{"mediaId":"m","round":1}',
      job: '7',
      expires_at: at(0),
    })
    expect(await settleByHand(pool, id, { is: 'again', keepProgress: false }, NOW)).toBe(true)
    expect(await readDelivery(id)).toMatchObject({ state: 'queued', job: '', progress: { round: 2 } })
    const [taken] = await leaseDue(pool, 'node', () => NOW + MINUTE, 10)
    expect(taken).toMatchObject({ id, state: 'sending', first_attempt_at: NOW + MINUTE })
  })

  test('keeps who was told already, where people are told one by one', async () => {
    const id = await saveDelivery({ state: 'failed', progress: '{"total":9,"next":4}' })
    expect(await settleByHand(pool, id, { is: 'again', keepProgress: true }, NOW)).toBe(true)
    expect((await readDelivery(id)).progress).toEqual({ total: 9, next: 4 })
  })

  test('ends the try of a node that is gone as lost: no try of a settled delivery stays open', async () => {
    const id = await saveDelivery({ state: 'unknown', lease_owner: 'gone', lease_until: at(0) })
    await pool.query(
      `insert into attempt (delivery_id, n, act, node, started_at) values ($1, 1, 'probe', 'gone', $2)`,
      [id, at(0)],
    )
    expect(await settleByHand(pool, id, { is: 'absent' }, NOW)).toBe(true)
    const { rows } = await pool.query('select finished_at, outcome from attempt where delivery_id = $1', [id])
    expect(rows).toEqual([{ finished_at: NOW, outcome: 'lost' }])
  })

  test('changes nothing that a node has in its hands, that is accepted, or that has no text', async () => {
    const held = await saveDelivery({ state: 'unknown', content: '{}', ...lease })
    expect(await settleByHand(pool, held, { is: 'absent' }, NOW)).toBe(false)
    await pool.query(`update delivery set state = 'accepted', lease_until = null where id = $1`, [held])
    expect(await settleByHand(pool, held, { is: 'absent' }, NOW)).toBe(false)
    await pool.query(`update delivery set state = 'failed' where id = $1`, [held])
    expect(await settleByHand(pool, held, { is: 'again', keepProgress: false }, NOW)).toBe(false)
  })
})

test('an accepted post is found by the platform’s number of its job, of the same outlet only', async () => {
  const id = await saveDelivery({ state: 'accepted', job: '100000001' })
  expect(await findAcceptedByJob(pool, 'weibo-main', '100000001')).toMatchObject({ id })
  expect(await findAcceptedByJob(pool, 'other', '100000001')).toBeNull()
  expect(await findAcceptedByJob(pool, 'weibo-main', '')).toBeNull()
})
