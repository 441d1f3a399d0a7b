// In: the register's tables, real PostgreSQL. Out: proof that an upgrade silences no outlet, that the database itself keeps a second
// entry and an approval of one's own out, and that a word is taken by one person however many press.
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIGRATIONS } from '../../src/app/database.ts'
import { stepRegister, type Asked } from '../../src/people/channel-register.ts'
import { takeForPosting } from '../../src/publish/take-card.ts'
import { listCards } from '../../src/store/hand-posts.ts'
import { listMigrations, migrate } from '../../src/store/migrate.ts'
import { addAccount, saveOrganisation } from '../../src/store/people/accounts.ts'
import { openPool } from '../../src/store/pool.ts'
import { loadPicture } from '../../src/store/picture.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow, saveOutletRow } from '../support/rows.ts'

const NOTHING = { accountName: '', responsible: '', purpose: '', number: '', words: '' }
const ACCOUNT: Asked = { ...NOTHING, accountName: '例市地震', responsible: '赵宣', purpose: '发布地震信息' }

test('an outlet that spoke before the register goes on speaking after the upgrade; what is new waits for its entry', async () => {
  const database = await freshDatabase('empty')
  const all = await listMigrations(MIGRATIONS)
  const before = all.slice(
    0,
    all.findIndex(({ name }) => name.endsWith('-channels.sql')),
  )
  expect(before.length).toBeGreaterThan(15)
  await withClient(database.ownerConfig, (client) => migrate(client, before))
  const pool = openPool(database.appConfig, 2, () => undefined)
  await pool.query(`insert into outlet (id, class, channel, mode, retired) values ('weibo-main', 'actual', 'weibo', 'live', false),
    ('old', 'actual', 'weibo', 'live', true), ('tried', 'actual', 'wechat', 'rehearsal', false), ('drilled', 'drill', 'weibo', 'live', false)`)
  await withClient(database.ownerConfig, (client) => migrate(client, all))
  await pool.query(`insert into outlet (id, class, channel, mode) values ('added', 'actual', 'weibo', 'live')`)
  expect((await loadPicture(pool, 0)).admitted).toEqual(['weibo-main'])
  await pool.end()
  await database.drop()
}, 60_000)

describe('at one desk', () => {
  let database: FreshDatabase
  let pool: Pool
  let count = 0
  const random = (): string => `${String((count += 1)).padStart(20, '0')}abcdef`
  const now = (): number => Date.now()

  beforeAll(async () => {
    database = await freshDatabase()
    pool = openPool(database.appConfig, 8, () => undefined)
    await saveOrganisation(pool, { id: 'bureau', name: '例市地震局', kind: 'bureau' })
    for (const id of ['p-1', 'p-2'])
      await addAccount(
        pool,
        { id, login: id, name: `人${id}`, organisation: 'bureau', roles: ['lead'], by: 'p-0' },
        now(),
      )
    await saveOutletRow(pool, 'weibo-main')
    await saveOutletRow(pool, 'douyin', 'actual', 'by-hand')
  })
  afterAll(async () => {
    await pool.end()
    await database.drop()
  })
  const step = (name: Parameters<typeof stepRegister>[2], by: string, more: Partial<Asked> = {}) =>
    stepRegister({ pool, now, random }, 'weibo-main', name, { ...ACCOUNT, ...more }, by)

  test('of many who apply for one account at once one does, and whoever did cannot approve it', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => step('apply', 'p-1')))
    expect(asked.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await step('approve', 'p-1', { number: '3号' })).toMatchObject({ ok: false, rule: 'own-request' })
    const forged = pool.query(`update channel_entry set state = 'approved', approved_by = asked_by`)
    await expect(forged).rejects.toThrow(/check constraint/)
    expect(await step('approve', 'p-2', { number: '3号' })).toEqual({ ok: true, state: 'approved' })
    expect((await loadPicture(pool, 0)).admitted).toEqual([])
    const { version } = await loadPicture(pool, 0)
    expect(await step('start', 'p-1')).toEqual({ ok: true, state: 'running' })
    const after = await loadPicture(pool, 0)
    expect(after.admitted).toEqual(['weibo-main'])
    // Whatever was planned on the picture before is refused and made anew.
    expect(after.version).toBeGreaterThan(version)
  })

  test('it is not closed while something is on its way there', async () => {
    await saveNoticeRow(pool, 'n-open', 1)
    await saveDeliveryRow(pool, { id: 'd-open', notice: 'n-open', outlet: 'weibo-main' }, { state: 'unknown' })
    expect(await step('close', 'p-1')).toMatchObject({ ok: true })
    expect(await step('approve', 'p-2', { number: '4号' })).toMatchObject({ ok: false, rule: 'open-words' })
    await pool.query(`update delivery set state = 'accepted' where id = 'd-open'`)
    expect(await step('approve', 'p-2', { number: '4号' })).toEqual({ ok: true, state: 'closed' })
    expect((await loadPicture(pool, 0)).admitted).toEqual([])
  })

  test('of twelve who take one word one has it, each of twenty times', async () => {
    for (let race = 0; race < 20; race += 1) {
      const id = `d-race-${race}`
      await saveNoticeRow(pool, `n-race-${race}`, 100 + race)
      await saveDeliveryRow(pool, { id, notice: `n-race-${race}`, outlet: 'douyin' })
      const taken = await Promise.all(
        Array.from({ length: 12 }, (_, who) => takeForPosting({ pool, random, now }, id, true, `p-${who}`)),
      )
      expect(taken.filter(Boolean)).toHaveLength(1)
    }
    const { rows } = await pool.query(`select from journal where act = 'delivery.taken-by-hand'`)
    expect(rows).toHaveLength(20)
  })

  test('a word that was replaced, switched off or is too old is taken by nobody and has no card', async () => {
    const old = new Date(Date.now() - 60_000).toISOString()
    await saveNoticeRow(pool, 'n-old', 201)
    await saveDeliveryRow(pool, { id: 'd-old', notice: 'n-old', outlet: 'douyin' }, { expires_at: old })
    await saveNoticeRow(pool, 'n-replaced', 202)
    await pool.query(
      `insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, title, text, variants, facts, evaluation,
         received_at, decided_at, issued_at, actor)
       select 'n-newer', 'n-newer', class, lineage_id, 2, kind, id, title, text, variants, facts, evaluation, now(), now(), now(),
         actor from notice where id = 'n-replaced'`,
    )
    await saveDeliveryRow(pool, { id: 'd-replaced', notice: 'n-replaced', outlet: 'douyin' })
    await saveNoticeRow(pool, 'n-free', 204)
    await saveDeliveryRow(pool, { id: 'd-free', notice: 'n-free', outlet: 'douyin' })
    await saveDeliveryRow(pool, { id: 'd-adapter', notice: 'n-free', outlet: 'weibo-main' })
    const outlets = [
      { id: 'douyin', byHand: true },
      { id: 'weibo-main', byHand: false },
    ]
    const list = async (): Promise<string[]> =>
      (await listCards(pool, outlets, now())).filter(({ takenBy }) => takenBy === null).map(({ delivery }) => delivery)
    // What waits for its adapter is no person's.
    expect(await list()).toEqual(['d-free'])
    for (const id of ['d-old', 'd-replaced', 'd-adapter'])
      expect([id, await takeForPosting({ pool, random, now }, id, id !== 'd-adapter', 'p-1')]).toEqual([id, false])
    await pool.query(
      `insert into kill_switch (outlet_id, is_on, actor, reason, at) values ('douyin', true, 'p-1', '', now())`,
    )
    expect(await takeForPosting({ pool, random, now }, 'd-free', true, 'p-1')).toBe(false)
  })
})
