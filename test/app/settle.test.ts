// In: a person's word on a delivery, a switch and an alarm, over a database that takes no journal row. Out: proof that nothing
// moves without the line that says who moved it (DESIGN L5).
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCommands, type CommandContext } from '../../src/app/commands.ts'
import { openClock } from '../../src/app/clock.ts'
import { openPool } from '../../src/store/pool.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow, saveOutletRow } from '../support/rows.ts'

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

const asOwner = (sql: string): Promise<unknown> => withClient(database.ownerConfig, (client) => client.query(sql))

async function leaveOpen(): Promise<void> {
  await saveOutletRow(pool, 'weibo-main')
  await saveNoticeRow(pool, 'n-1')
  await saveDeliveryRow(pool, { id: 'd-1', notice: 'n-1', outlet: 'weibo-main' }, { state: 'unknown' })
  await pool.query(
    `insert into alarm (id, kind, subject, class, message, raised_at, repeat_at)
     values ('a-1', 'delivery', 'd-1', 'actual', 'm', now(), now())`,
  )
}

const moved = async (): Promise<unknown> =>
  (
    await pool.query(
      `select d.state, a.acknowledged_by as by, a.cleared_at is null as rings, (select count(*) from kill_switch) as switches,
         (select count(*) from journal) as lines from delivery d, alarm a`,
    )
  ).rows[0]

test('what a person settles, switches off or acknowledges stands together with its journal row, or not at all', async () => {
  await leaveOpen()
  const command = openCommands({
    pool,
    clock: openClock(null),
    ledger: { reload: () => Promise.resolve() },
    outletIds: ['weibo-main'],
    obeySwitches: () => Promise.resolve(),
  } as unknown as CommandContext)
  const acts: [string, object][] = [
    ['acknowledge', { alarm: 'a-1', as: '王工' }],
    ['kill-switch', { outlet: 'weibo-main', on: true, as: '王工' }],
    ['settle', { serial: '例震信〔2026〕1号', outlet: 'weibo-main', is: 'posted', as: '王工' }],
  ]
  await asOwner(
    'revoke insert on journal from quakedesk_app; revoke insert (at, actor, act, subject, detail) on journal from quakedesk_app',
  )
  for (const [name, input] of acts) await expect(command(name, input)).rejects.toThrow(/permission denied/)
  expect(await moved()).toEqual({ state: 'unknown', by: null, rings: true, switches: 0, lines: 0 })
  await asOwner('grant insert (at, actor, act, subject, detail) on journal to quakedesk_app')
  for (const [name, input] of acts) expect(await command(name, input)).toMatchObject({ ok: true })
  expect(await moved()).toEqual({ state: 'accepted', by: '王工', rings: false, switches: 1, lines: 3 })
})
