// In: callbacks of the platform while the database fails in the middle. Out: proof that the platform's repeat finishes what the
// first one could not. Knows the platform's envelope and nothing of how the door works.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signCallback } from '../../channels/wechat/callback-crypto.ts'
import { config } from '../../channels/wechat/config.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { openCallbacks } from '../../src/app/callbacks.ts'
import { openClock } from '../../src/app/clock.ts'
import type { Outlet } from '../../src/publish/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { given } from '../channels/wechat-account.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow, saveOutletRow } from '../support/rows.ts'

const TOKEN = 'quakeToken1'
const account: Outlet = {
  id: 'wechat-main',
  class: 'actual',
  mode: 'live',
  channel: wechat,
  config: config.parse({ ...given, callbackToken: TOKEN }),
  client: { deliver: () => Promise.reject(new Error('unused')), probe: () => Promise.reject(new Error('unused')) },
}
const silent = { info: () => undefined, warn: () => undefined } as unknown as FastifyBaseLogger

let database: FreshDatabase
let pool: Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** The pool over which the first statement with these words fails. */
function failingOnce(words: string): Pool {
  let failed = false
  const query = (...given: unknown[]): unknown => {
    if (failed || !String(given[0]).includes(words)) return (pool.query as (...all: unknown[]) => unknown)(...given)
    failed = true
    return Promise.reject(new Error('terminating connection due to administrator command'))
  }
  return Object.assign(Object.create(pool) as Pool, { query })
}

function post(through: Pool, inner: string, alarm: () => Promise<void>): Promise<{ status: number }> {
  const clock = openClock(null)
  const timestamp = String(Math.floor(clock.realNow() / 1000))
  const signed = { timestamp, nonce: '486452656', signature: signCallback(TOKEN, timestamp, '486452656') }
  const body = `<xml><ToUserName>gh_1</ToUserName><FromUserName>oCitizen1</FromUserName><CreateTime>1481013459</CreateTime><MsgType>event</MsgType>${inner}</xml>`
  return openCallbacks([account], through, clock, silent, alarm)(signed, body, 'POST')
}

test('a subscriber’s choice that the database could not take is taken when the platform repeats it, and only once more', async () => {
  const choice =
    '<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId>tpl-1</TemplateId>' +
    '<SubscribeStatusString>accept</SubscribeStatusString></List></SubscribeMsgPopupEvent>'
  const through = failingOnce('insert into outlet_box')
  const quiet = (): Promise<void> => Promise.resolve()
  await expect(post(through, choice, quiet)).rejects.toThrow('administrator')
  expect(await post(through, choice, quiet)).toMatchObject({ status: 200 })
  const list = async (): Promise<unknown> =>
    (await pool.query<{ value: string }>(`select value from outlet_box where key = 'subscribers'`)).rows
  expect(await list()).toEqual([{ value: '["oCitizen1"]' }])
  await pool.query(`update outlet_box set value = '[]' where key = 'subscribers'`)
  await post(through, choice, quiet)
  expect(await list()).toEqual([{ value: '[]' }])
})

test('that an article was taken down is told at the platform’s repeat when it could not be told at first', async () => {
  const told: string[] = []
  let away = true
  const alarm = (): Promise<void> => {
    if (away) return Promise.reject(new Error('away'))
    told.push('removed')
    return Promise.resolve()
  }
  await saveOutletRow(pool, 'wechat-main', 'actual', 'wechat')
  await saveNoticeRow(pool, 'n-1')
  const posted = { leg: 'freepublish', state: 'accepted', job: '2247503051' }
  await saveDeliveryRow(pool, { id: 'd-1', notice: 'n-1', outlet: 'wechat-main' }, posted)
  const banned =
    '<Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>2247503051</publish_id><publish_status>6</publish_status></PublishEventInfo>'
  await expect(post(pool, banned, alarm)).rejects.toThrow('away')
  away = false
  expect(await post(pool, banned, alarm)).toMatchObject({ status: 200 })
  expect(told).toEqual(['removed'])
})
