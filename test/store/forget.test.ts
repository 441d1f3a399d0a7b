// In: notes of outlets whose end is past, beside deliveries that are and are not settled. Out: proof that openids go, and that
// what keeps a post from being made twice stays as long as anybody may still ask for it.
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../../src/core/instant.ts'
import { openBox } from '../../src/store/deliveries.ts'
import { forgetOld } from '../../src/store/forget.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow } from '../support/rows.ts'

const NOW = Date.UTC(2026, 2, 4, 2, 0, 0)

let database: FreshDatabase
let pool: Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  await saveOutlets(pool, [
    { id: 'wechat-main', class: 'actual', channel: 'wechat', mode: 'live' },
    { id: 'wechat-drill', class: 'drill', channel: 'wechat', mode: 'live' },
  ])
  await saveNoticeRow(pool, 'n-1')
  for (const state of ['unknown', 'accepted'])
    await saveDeliveryRow(pool, { id: `d-${state}`, notice: 'n-1', outlet: 'wechat-main' }, { leg: state, state })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('what outlets noted goes when its end is past, but of an unsettled delivery nothing goes', async () => {
  const box = openBox(pool, 'wechat-main')
  const past = NOW - 1
  await box.write('token:wx1', 'old', past)
  await box.write('subscribers:d-accepted', '["oCitizen1"]', past)
  await box.write('subscribers:d-unknown', '["oCitizen1"]', past)
  await box.write('duplicate:d-accepted', '20017', past)
  await box.write('duplicate:d-unknown', '20017', past)
  await box.write('consumed:d-unknown:6e34', '1', past)
  await box.write('inspected', 'well', NOW + 1)
  await box.write('subscribers', '["oCitizen1"]', NOW + 36_500 * DAY)
  await openBox(pool, 'wechat-drill').write('subscribers:d-drill', '["oCitizen1"]', past)
  await forgetOld(pool, NOW - 3 * DAY, NOW)
  const { rows } = await pool.query<{ key: string }>('select key from outlet_box order by key collate "C"')
  expect(rows.map((row) => row.key)).toEqual([
    'consumed:d-unknown:6e34',
    'duplicate:d-unknown',
    'inspected',
    'subscribers',
    'subscribers:d-drill',
    'subscribers:d-unknown',
  ])
})
