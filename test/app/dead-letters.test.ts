// In: a partner whose system is down, a real database, the real dispatcher and webhook client. Out: proof that what it missed is
// tried for a day, then listed, and sent again under the same webhook-id on a person's word.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { channels } from '../../channels/index.ts'
import { listDead, resendDead, type DeadLetterContext } from '../../src/app/dead-letters.ts'
import { writeList } from '../../src/app/desk-text.ts'
import type { HttpCall, HttpReply } from '../../src/core/channel.ts'
import { DAY, formatUtc, HOUR, MINUTE } from '../../src/core/instant.ts'
import { openDispatch, type Dispatch } from '../../src/publish/dispatch.ts'
import type { Outlet } from '../../src/publish/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { fakeReach, UNREACHABLE } from '../channels/fakes.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openOutlet, tellLineage } from '../web/lineage-rows.ts'

const START = Date.UTC(2026, 2, 4, 2)
const OK: HttpReply = { got: 'reply', status: 204, headers: {}, body: '' }
const ERROR: HttpReply = { got: 'reply', status: 500, headers: {}, body: '' }
const GONE: HttpReply = { got: 'reply', status: 410, headers: {}, body: '' }

let database: FreshDatabase
let pool: Pool
let now: number
let answer: HttpReply
let calls: HttpCall[]
let dispatch: Dispatch
let context: DeadLetterContext
const alarms = new Set<string>()

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  for (const [id, channel] of [
    ['partner', 'webhook'],
    ['weibo-main', 'weibo'],
  ] as const)
    await openOutlet(pool, id, channel)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

beforeEach(() => {
  now = START
  calls = []
  alarms.clear()
  const channel = channels.find(({ name }) => name === 'webhook')
  if (!channel) throw new Error('there is no channel webhook')
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const config: unknown = channel.config.parse({ url: 'https://partner.example.cn/hook', secret })
  const reach = {
    ...fakeReach((call) => {
      calls.push(call)
      return answer
    }),
    now: () => now,
  }
  const partner = { id: 'partner', class: 'actual', mode: 'live', channel, config, client: channel.open(config, reach) }
  dispatch = openDispatch({
    db: pool,
    node: 'inst-1-a',
    outlets: [partner as Outlet],
    publicUrl: 'https://x.example.cn',
    clock: () => now,
    alarm: async (_kind, subject) => void alarms.add(subject),
    clear: async () => undefined,
    settled: () => undefined,
    log: { error: () => undefined },
  })
  context = { pool, now: () => now, realNow: () => now, repeats: (outlet) => outlet === 'partner' }
})

let lineages = 0
/** A lineage whose notices wait to be sent to an outlet. */
async function wait(ids: readonly string[], outlet = 'partner', state = 'queued'): Promise<void> {
  lineages += 1
  await tellLineage(
    pool,
    lineages,
    ids.map((id) => ({ id })),
  )
  for (const id of ids)
    await pool.query(
      `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
       values ($1, $2, 'actual', $3, 'message', 1, $4, $5, $6, $6)`,
      [`d-${id}`, id, outlet, state, JSON.stringify({ type: 'notice.published', notice: '{}' }), formatUtc(START)],
    )
}

/** Lets the clock run to the next thing due, until nothing is or the time is over. */
async function live(until: number): Promise<void> {
  for (let look = 0; look < 2_000 && now <= until; look += 1) {
    while ((await dispatch.look()) > 0) await dispatch.idle()
    const { rows } = await pool.query<{ due_at: number | null }>(
      `select min(due_at) as due_at from delivery where state in ('queued', 'unknown', 'pending')`,
    )
    const due = rows[0]?.due_at ?? null
    if (due === null) return
    now = Math.max(now + 1, due)
  }
}
const stateOf = async (id: string): Promise<string | undefined> =>
  (await pool.query<{ state: string }>('select state from delivery where id = $1', [id])).rows[0]?.state
const idsOf = (): unknown[] => [...new Set(calls.map((call) => call.headers?.['webhook-id']))]

test('a partner that cannot be reached is tried for a day with growing pauses, then listed, and gets it when it is back', async () => {
  await wait(['a1'])
  answer = UNREACHABLE
  await live(START + 2 * DAY)
  expect(await stateOf('d-a1')).toBe('failed')
  expect(calls.length).toBeGreaterThan(100)
  expect(calls.length).toBeLessThan(400)
  expect(alarms).toContain('d-a1')
  const [letter] = await listDead(context)
  expect(letter).toMatchObject({ delivery: 'd-a1', outlet: 'partner', state: 'failed', answer: 'resend' })
  expect(writeList({ deadLetters: await listDead(context) }, true)).toContain('d-a1')

  answer = OK
  expect(await resendDead('partner', '王工', context)).toMatchObject({
    ok: true,
    result: { again: ['兰震信〔2026〕1号 第1报'] },
  })
  await live(now + HOUR)
  expect(await stateOf('d-a1')).toBe('accepted')
  expect(idsOf()).toHaveLength(1)
  expect(await listDead(context)).toEqual([])
  const { rows } = await pool.query(`select actor, act from journal where act = 'delivery.again-by-hand'`)
  expect(rows).toEqual([{ actor: '王工', act: 'delivery.again-by-hand' }])
})

test('a partner that answers 500 for days is listed too: perhaps it has it, nobody is asked any more', async () => {
  await wait(['b1'])
  answer = ERROR
  await live(START + 20 * HOUR)
  expect(await listDead(context)).toEqual([])
  await live(START + 26 * HOUR)
  expect(await stateOf('d-b1')).toBe('unknown')
  expect(await listDead(context)).toMatchObject([{ delivery: 'd-b1', state: 'unknown', answer: 'resend' }])
  const before = calls.length
  await live(START + 2 * DAY)
  expect(calls).toHaveLength(before)

  answer = OK
  expect(await resendDead('d-b1', '王工', context)).toMatchObject({ ok: true })
  await live(now + MINUTE)
  expect(await stateOf('d-b1')).toBe('accepted')
  expect(idsOf()).toHaveLength(1)
})

test('what a newer notice replaced is not listed, and not sent after it', async () => {
  await wait(['c1', 'c2'], 'partner', 'failed')
  expect((await listDead(context)).map((letter) => letter.delivery)).toEqual(['d-c2'])
  answer = OK
  expect(await resendDead('d-c1', '王工', context)).toMatchObject({ ok: false })
  expect(await resendDead('partner', '王工', context)).toMatchObject({
    ok: true,
    result: { again: ['兰震信〔2026〕3号 第2报'] },
  })
  await live(now + MINUTE)
  expect([await stateOf('d-c1'), await stateOf('d-c2')]).toEqual(['failed', 'accepted'])
})

test('a receiver that wants no more (410) is not asked again by itself', async () => {
  await wait(['d1'])
  answer = GONE
  await live(START + DAY)
  expect(calls).toHaveLength(1)
  expect(await listDead(context)).toMatchObject([{ delivery: 'd-d1', state: 'failed' }])
})

test('where a repeat could be a second post, a person is told to look first', async () => {
  await wait(['e1'], 'weibo-main', 'failed')
  expect((await listDead(context)).find((letter) => letter.delivery === 'd-e1')?.answer).toBe('settle')
  const refused = await resendDead('weibo-main', '王工', context)
  expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('settle') as string })
  expect(await stateOf('d-e1')).toBe('failed')
})

test('nothing to send is said, not done', async () => {
  expect(await resendDead('nobody', '王工', context)).toMatchObject({ ok: false })
})
