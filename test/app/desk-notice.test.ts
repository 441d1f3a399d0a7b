// In: deliveries whose reasons hold what a platform, the network and the database said. Out: proof that the public reads a word
// of ours, and the officer everything.
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeForDesk } from '../../src/app/desk-notice.ts'
import { findNotice } from '../../src/store/notices.ts'
import { openPool } from '../../src/store/pool.ts'
import { writeNotice } from '../../src/web/public/notice-json.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow, saveOutletRow } from '../support/rows.ts'

const REASONS: [state: string, cause: string, told: string][] = [
  ['accepted', '', ''],
  ['accepted', '人工核实已发出', '人工核实已发出'],
  ['accepted', '只通知了 3/5 位订阅者：access_token expired', ''],
  ['cancelled', '公告已撤回', '公告已撤回'],
  ['expired', '连不上微博：connect ECONNREFUSED 10.1.2.3:443；已过时效，不再发送', '未能及时发出，已过时效'],
  ['failed', '40164：invalid ip 203.0.113.7, not in whitelist', '未能发出'],
  ['pending', '平台尚未处理完毕', '平台处理中'],
  ['queued', '额度未能登记：connect ENOENT /var/lib/quakedesk/pg/.s.PGSQL.5432', '尚未发出，稍后再发'],
  ['rehearsal', '渠道处于预演，未发送', '渠道处于预演，未发送'],
  ['unknown', '发出后没有回音：UND_ERR_SOCKET', '是否发出待查'],
]

let database: FreshDatabase
let pool: Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
  await saveOutletRow(pool, 'out')
  await saveNoticeRow(pool, 'n-1')
  for (const [n, [state, reason]] of REASONS.entries())
    await saveDeliveryRow(pool, { id: `d-${n}`, notice: 'n-1', outlet: 'out' }, { leg: `leg-${n}`, state, reason })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('the public reads of a delivery a word of ours for its state, the officer the whole reason', async () => {
  const notice = await findNotice(pool, 'n-1')
  if (!notice) throw new Error('no notice')
  const open = writeNotice(notice, 'https://dzj.example.gov.cn', false)
  expect(open.deliveries.map((one) => [one.state, one.reason])).toEqual(REASONS.map(([state, , told]) => [state, told]))
  const desk = writeForDesk(notice, { publicUrl: 'https://dzj.example.gov.cn', demonstration: false })
  expect(desk.deliveries.map((one) => one.reason)).toEqual(REASONS.map(([, cause]) => cause))
})
