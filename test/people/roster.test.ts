// In: people who enter shifts and hand over. Out: who is on duty, which note waits for whom, and what the journal knows of it.
// Real PostgreSQL.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../src/core/instant.ts'
import {
  cancelShift,
  findOnDuty,
  findRosterGap,
  handOver,
  listWaiting,
  planShift,
  readHandover,
  type RosterContext,
} from '../../src/people/roster.ts'
import { addAccount, saveOrganisation } from '../../src/store/people/accounts.ts'
import { addShift, listHandovers, lockRoster } from '../../src/store/people/roster.ts'
import { openPool, withTransaction } from '../../src/store/pool.ts'
import type { Role } from '../../src/core/people/roles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let pool: Pool
let now = Date.parse('2031-05-06T08:00:00+08:00')
let count = 0
let roster: RosterContext

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 6, () => undefined)
  roster = { pool, now: () => now, random: () => `${String((count += 1)).padStart(20, '0')}abcdef` }
  await saveOrganisation(pool, { id: 'bureau', name: '试验市地震局', kind: 'bureau' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  now += 30 * DAY
})

/** Somebody waits for a lock in this database. */
const WAITING = `select from pg_locks
  where not granted and database = (select oid from pg_database where datname = current_database())`

async function hire(roles: readonly Role[] = ['duty']): Promise<string> {
  const id = `p-${(count += 1)}`
  await addAccount(
    pool,
    { id, login: `ren${count}`, name: `王小明${count}`, organisation: 'bureau', roles, by: 'p-0' },
    now,
  )
  await pool.query(`update account set state = 'active' where id = $1`, [id])
  return id
}
const plan = (accountId: string, from: number, to: number, role: 'duty' | 'lead' = 'duty') =>
  planShift(roster, { accountId, role, beginsAt: now + from * HOUR, endsAt: now + to * HOUR }, 'p-lead')

test('a bureau that keeps no roster misses nobody', async () => {
  expect(await findRosterGap(pool, now)).toBeNull()
  expect(await findOnDuty(pool, now)).toEqual({ kept: false, duty: [], lead: [] })
})

describe('the roster', () => {
  test('says who is on duty now, several at once, and that nobody is once the last shift is over', async () => {
    const [wang, zhao, li] = [await hire(), await hire(), await hire(['lead'])]
    for (const [who, to, role] of [
      [wang, 12, 'duty'],
      [zhao, 8, 'duty'],
      [li, 24, 'lead'],
    ] as const)
      expect(await plan(who, 0, to, role)).toEqual({ ok: true })
    const on = await findOnDuty(pool, now)
    expect([on.duty, on.lead].map((shifts) => shifts.map(({ accountId }) => accountId))).toEqual([[zhao, wang], [li]])
    now += 12 * HOUR - 1
    expect(await findRosterGap(pool, now)).toBeNull()
    now += 1
    expect(await findRosterGap(pool, now)).toBe('roster: nobody is on duty now')
  })

  test.each([
    ['the wrong way round', 5, 4, 'order'],
    ['without an end in sight', 0, 73, 'long'],
    ['of yesterday', -20, -8, 'past'],
    ['in two years', 24 * 700, 24 * 700 + 8, 'far'],
  ])('refuses a shift %s', async (_what, from, to, rule) => {
    expect(await plan(await hire(), from, to)).toMatchObject({ ok: false, rule })
  })

  test('refuses whom it does not know, who has not the role, who is shut out, and the same person twice', async () => {
    const wang = await hire()
    expect(await plan('p-none', 0, 8)).toMatchObject({ rule: 'unknown' })
    expect(await plan(wang, 0, 8, 'lead')).toMatchObject({ rule: 'role' })
    expect(await plan(wang, 0, 8)).toEqual({ ok: true })
    expect(await plan(wang, 7, 9)).toMatchObject({ rule: 'twice' })
    expect(await plan(wang, 8, 9)).toEqual({ ok: true })
    await pool.query(`update account set state = 'disabled' where id = $1`, [wang])
    expect(await plan(wang, 20, 22)).toMatchObject({ rule: 'unknown' })
    expect((await findOnDuty(pool, now)).duty).toEqual([])
  })

  test('the same shift entered by two people at one moment stands once: the second waits, and is told', async () => {
    const wang = await hire()
    const [second] = await withTransaction(pool, async (client) => {
      await lockRoster(client)
      const span = { beginsAt: now, endsAt: now + 8 * HOUR }
      await addShift(client, { id: 's-first', accountId: wang, role: 'duty', ...span }, 'p-other', now)
      const later = plan(wang, 0, 8)
      await expect.poll(async () => (await pool.query(WAITING)).rowCount, { timeout: 10_000 }).toBe(1)
      return [later]
    })
    expect(await second).toMatchObject({ rule: 'twice' })
  })

  test('a shift that was taken off is nobody’s, and taken off once', async () => {
    const wang = await hire()
    await plan(wang, 0, 8)
    const [shift] = (await findOnDuty(pool, now)).duty.filter(({ accountId }) => accountId === wang)
    expect(await cancelShift(roster, shift?.id ?? '', 'p-lead')).toEqual({ ok: true })
    expect(await cancelShift(roster, shift?.id ?? '', 'p-lead')).toMatchObject({ rule: 'unknown' })
    expect((await findOnDuty(pool, now)).duty).toEqual([])
  })
})

describe('a handover note', () => {
  test('waits for the next shift until it is read, not for its author, nor for who is at home', async () => {
    const [wang, zhao, li, sun] = [await hire(), await hire(), await hire(['lead']), await hire()]
    await plan(wang, 0, 8)
    await plan(zhao, 8, 16)
    await plan(li, 8, 16, 'lead')
    expect(await handOver(roster, '  中卫台断网，\r\n已报修。 ', wang)).toEqual({ ok: true })
    const waiting = async (who: string): Promise<string[]> =>
      (await listWaiting(pool, who, await findOnDuty(pool, now), now)).map(({ words }) => words)
    expect(await waiting(wang)).toEqual([])
    expect(await waiting(zhao)).toEqual([])
    now += 8 * HOUR
    expect(await waiting(zhao)).toEqual(['中卫台断网，\n已报修。'])
    expect(await waiting(sun)).toEqual([])
    const [note] = await listHandovers(pool, now - DAY, 1)
    for (let twice = 0; twice < 2; twice += 1) await readHandover(roster, note?.id ?? '', zhao)
    await readHandover(roster, note?.id ?? '', wang)
    expect(await waiting(zhao)).toEqual([])
    expect(await waiting(li)).toEqual(['中卫台断网，\n已报修。'])
    expect((await listHandovers(pool, now - DAY, 1))[0]?.readers.map(({ accountId }) => accountId)).toEqual([zhao])
  })

  test('that is empty or a book is refused', async () => {
    const wang = await hire()
    expect(await handOver(roster, ' \n\u0007 ', wang)).toMatchObject({ rule: 'empty' })
    expect(await handOver(roster, '震'.repeat(2001), wang)).toMatchObject({ rule: 'long' })
    expect(await handOver(roster, '𠮷'.repeat(2000), wang)).toEqual({ ok: true })
  })
})

test('the journal knows shifts and notes by ids, without a name or a word of them', async () => {
  const { rows } = await pool.query<{ act: string; row: string }>('select act, j::text as row from journal j')
  expect([...new Set(rows.map(({ act }) => act))].toSorted()).toEqual([
    'handover.read',
    'handover.written',
    'shift.added',
    'shift.removed',
  ])
  for (const { row } of rows) expect(row).not.toMatch(/王小明|断网|震/)
})
