// In: lineages in a real database. Out: proof that each notice has one CAP message, in one chain, also when nodes meet.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { channels } from '../../channels/index.ts'
import type { Job, OutletClient } from '../../src/core/channel.ts'
import { isReplaced } from '../../src/store/deliveries.ts'
import { listPublicPages } from '../../src/store/pages.ts'
import { openPool } from '../../src/store/pool.ts'
import { openCapPublishing } from '../../src/web/public/feeds/cap-publishing.ts'
import { readXml, textAt } from '../../src/feeds/xml.ts'
import { fakeReach, sampleJob, UNREACHABLE } from '../channels/fakes.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openOutlet, tellLineage } from './lineage-rows.ts'
import { identity } from './sample-pages.ts'

const NOW = Date.UTC(2026, 2, 4, 3)
let database: FreshDatabase
let pool: Pool

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 8, () => undefined)
  await openOutlet(pool, 'cap', 'cap')
  await openOutlet(pool, 'cap-2', 'cap')
  await openOutlet(pool, 'cap-drill', 'cap', 'drill')
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** An outlet's client as the publisher opens it; several of one outlet stand for several nodes. */
function openCap(outlet = 'cap', sender = 'cap@dzj.lanshan.example'): OutletClient {
  const alerts = openCapPublishing(pool, identity, () => NOW)
  const channel = channels.find(({ name }) => name === 'cap')
  const reach = {
    ...fakeReach(() => UNREACHABLE),
    isReplaced: (id: string) => isReplaced(pool, id),
    alerts: {
      publish: (id: string, by: string) => alerts.publish(id, outlet, by),
      find: (id: string) => alerts.find(id, outlet),
    },
  }
  if (!channel) throw new Error('there is no channel cap')
  return channel.open(channel.config.parse({ sender }), reach)
}

const job = (noticeId: string, firstAttemptAt?: number): Job =>
  sampleJob({ noticeId, ...(firstAttemptAt === undefined ? {} : { firstAttemptAt }) })
const chainOf = async (lineage: number) =>
  (
    await pool.query<{ notice_id: string; msg_type: string; position: number; body: string }>(
      'select notice_id, msg_type, position, body from cap_alert where lineage_id = $1 order by position',
      [`l-actual-${lineage}`],
    )
  ).rows

test('each notice is published once, in the same bytes however often it is asked for, where its address says', async () => {
  await tellLineage(pool, 1, [{ id: 'a1' }])
  const client = openCap()
  expect(await client.probe(job('a1'))).toEqual({ state: 'absent' })
  const first = await client.deliver(job('a1'))
  expect(first).toEqual({
    state: 'accepted',
    ref: 'cap@dzj.lanshan.example,dzj.lanshan.example.a1,2026-03-04T10:00:00+08:00',
    url: 'https://yj.lanshan.example/cap/a1.xml',
  })
  expect(await client.deliver(job('a1'))).toEqual(first)
  expect(await client.probe(job('a1'))).toEqual(first)
  const [page] = await listPublicPages(pool, ['/cap/a1.xml'])
  expect(page?.contentType).toMatch(/^application\/cap\+xml/)
  expect(page?.body.toString()).toBe((await chainOf(1))[0]?.body)
})

test('a message on record whose page was lost, by a crash between the two, is stored by the probe’s repeat', async () => {
  await tellLineage(pool, 2, [{ id: 'b1' }])
  const client = openCap()
  await client.deliver(job('b1'))
  await pool.query(`delete from page where path = '/cap/b1.xml'`)
  expect(await client.probe(job('b1'))).toEqual({ state: 'absent' })
  expect(await client.deliver(job('b1'))).toMatchObject({ state: 'accepted' })
  expect(await client.probe(job('b1'))).toMatchObject({ state: 'accepted' })
  expect(await chainOf(2)).toHaveLength(1)
})

test('five reports that many nodes publish at once stand in one chain, each naming all before it', async () => {
  const ids = ['c1', 'c2', 'c3', 'c4', 'c5']
  for (const [index, id] of ids.entries()) {
    if (index === 0) await tellLineage(pool, 3, [{ id }])
    else
      await pool.query(
        `insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, quake_id, title, text, variants, facts,
           evaluation, origin_at, received_at, decided_at, issued_at, actor)
         select $1, $1, class, lineage_id, $2, kind, $3, quake_id, title, text, variants,
           jsonb_set(jsonb_set(facts, '{report}', to_jsonb($2::int)), '{issuedAt}', to_jsonb((facts->>'issuedAt')::bigint + $2 * 1000)),
           evaluation, origin_at, received_at, decided_at, issued_at, actor from notice where id = 'c1'`,
        [id, index + 1, ids[index - 1]],
      )
    const outcomes = await Promise.all([openCap(), openCap(), openCap()].map((node) => node.deliver(job(id))))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ state: 'accepted' })
  }
  const chain = await chainOf(3)
  expect(chain.map((row) => [row.notice_id, row.position])).toEqual(ids.map((id, index) => [id, index + 1]))
  for (const [index, row] of chain.entries()) {
    const named = textAt(readXml(row.body), 'references').split(' ').filter(Boolean)
    expect(named.map((each) => each.split(',')[1])).toEqual(
      ids.slice(0, index).map((id) => `dzj.lanshan.example.${id}`),
    )
  }
})

test('what was overtaken before it got through is not published after its successor', async () => {
  await tellLineage(pool, 4, [{ id: 'd1', kind: 'quick-report' }, { id: 'd2' }])
  expect(await openCap().deliver(job('d1'))).toMatchObject({ state: 'retry', afterMs: 0, code: 'replaced' })
  expect(await openCap().deliver(job('d2'))).toMatchObject({ state: 'accepted' })
  expect((await chainOf(4)).map((row) => [row.notice_id, row.msg_type])).toEqual([['d2', 'Alert']])
  // A node that had asked before the successor was committed finds it in the chain.
  const late = await openCapPublishing(pool, identity, () => NOW).publish('d1', 'cap', 'dzj.lanshan.example')
  expect(late).toEqual({ ok: false, rule: 'cap-replaced' })
})

test('a withdrawal waits for what it cancels, and gives up where there is nothing', async () => {
  await tellLineage(pool, 5, [{ id: 'e1' }, { id: 'e2', kind: 'withdrawal' }])
  const now = sampleJob().firstAttemptAt
  expect(await openCap().deliver(job('e2', now))).toMatchObject({ state: 'retry', code: 'cap-nothing-to-cancel' })
  expect(await openCap().deliver(job('e2', now - 61_000))).toMatchObject({ state: 'rejected', fix: 'giveup' })
})

test('a second outlet cannot publish a second message about the same notice', async () => {
  expect(await openCap('cap-2', 'other.example.cn').deliver(job('a1'))).toMatchObject({
    state: 'rejected',
    code: 'cap-other-outlet',
  })
})

test('a drill’s message is an exercise and is not among the public pages', async () => {
  await tellLineage(pool, 6, [{ id: 'f1', class: 'drill' }])
  expect(await openCap('cap-drill').deliver(job('f1'))).toMatchObject({ state: 'accepted' })
  expect(await listPublicPages(pool, ['/cap/f1.xml', '/drill/cap/f1.xml'])).toEqual([])
  const { rows } = await pool.query<{ body: Buffer }>(`select body from page where path = '/drill/cap/f1.xml'`)
  expect(textAt(readXml(rows[0]?.body.toString() ?? ''), 'status')).toBe('Exercise')
})

test('the program can neither change nor remove a message', async () => {
  for (const sql of [`update cap_alert set body = ''`, 'delete from cap_alert'])
    await expect(pool.query(sql)).rejects.toThrow(/permission denied/)
})

test('a sender that could not stand in a reference is refused at the start', () => {
  const channel = channels.find(({ name }) => name === 'cap')
  for (const sender of ['a b.cn', 'a,b@x.cn', 'x<y.cn', 'a&b.cn', 'word', '', 'a@b@c.cn', 'cap@.cn'])
    expect(channel?.config.safeParse({ sender }).success).toBe(false)
  for (const sender of ['dzj.example.cn', 'cap@dzj.example.cn'])
    expect(channel?.config.safeParse({ sender }).success).toBe(true)
})
