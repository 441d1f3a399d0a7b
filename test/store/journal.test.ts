// In: a journal in a real database, tampered with as its owner could. Out: proof that the walk over the chain finds it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exportHead, readHeads } from '../../src/app/journal-heads.ts'
import { appendJournal, sealJournal, verifyJournal } from '../../src/store/journal.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const NOW = Date.UTC(2026, 2, 4, 2, 0, 0)

let database: FreshDatabase
let pool: Pool
let folder: string

beforeEach(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-heads-'))
  for (const subject of ['a', 'b', 'c', 'd']) await append(subject)
  await sealJournal(pool, NOW)
})
afterEach(async () => {
  await pool.end()
  await database.drop()
  await rm(folder, { recursive: true })
})

const append = (subject: string): Promise<void> =>
  appendJournal(pool, NOW, { actor: '王工', act: 'test', subject, detail: { subject } })

/** As one who owns the server: triggers asleep. */
async function tamper(...statements: string[]): Promise<void> {
  const admin = openPool(database.adminConfig, 1, () => undefined)
  for (const statement of ['set session_replication_role = replica', ...statements]) await admin.query(statement)
  await admin.end()
}

const verify = async () => verifyJournal(pool, await readHeads(folder))

test('an untouched chain fits every head that was written down', async () => {
  await exportHead(pool, folder, NOW)
  await append('e')
  await sealJournal(pool, NOW + 500)
  expect(await verify()).toMatchObject({ ok: true, rows: 5, unsealed: 0 })
})

describe('somebody with the owner’s power', () => {
  test.each([
    ['changes a word', [`update journal set detail = '{"subject": "x"}' where subject = 'b'`], 2, '记录被改动过'],
    ['changes who did it', [`update journal set actor = '李工' where subject = 'c'`], 3, '记录被改动过'],
    ['removes a row', [`delete from journal where subject = 'b'`], 2, '对应的留痕记录不在了'],
    [
      'removes a row with its seal',
      [`delete from journal_seal where seq = 2`, `delete from journal where subject = 'b'`],
      2,
      '缺少这一封',
    ],
    [
      'swaps what two rows say',
      [
        `update journal a set actor = 'x', subject = b.subject, detail = b.detail from journal b where a.subject = 'b' and b.subject = 'c'`,
      ],
      2,
      '记录被改动过',
    ],
    [
      'swaps the seals of two rows',
      [
        `alter table journal_seal drop constraint journal_seal_journal_id_key`,
        `update journal_seal set journal_id = 5 - journal_id where seq in (2, 3)`,
      ],
      2,
      '记录被改动过',
    ],
    [
      'moves a row to another day',
      [`update journal set at = at - interval '1 day' where subject = 'd'`],
      4,
      '记录被改动过',
    ],
    [
      'puts a row in between, with a seal of its own',
      [
        `insert into journal (id, at, actor, act, subject) overriding system value values (900, now(), 'x', 'x', 'x')`,
        `update journal_seal set seq = seq + 1000 where seq > 2`,
        `insert into journal_seal (seq, journal_id, previous, hash, sealed_at)
         select 3, 900, hash, repeat('a', 64), sealed_at from journal_seal where seq = 2`,
        `update journal_seal set seq = seq - 999 where seq > 1000`,
      ],
      3,
      '记录被改动过',
    ],
    ['moves the head', [`update journal_seal set hash = repeat('b', 64) where seq = 4`], 4, '记录被改动过'],
    [
      'moves a seal’s idea of the one before',
      [`update journal_seal set previous = repeat('c', 64) where seq = 3`],
      3,
      '所记的前一封校验值与前一封不符',
    ],
    ['empties the journal under its seals', [`delete from journal`], 1, '对应的留痕记录不在了'],
  ])('%s, and the walk names the seal', async (_what, statements, seq, why) => {
    await tamper(...statements)
    expect(await verify()).toMatchObject({ ok: false, seq, why })
  })

  test('cuts the newest rows off with their seals: only the head of the day tells', async () => {
    await exportHead(pool, folder, NOW)
    await tamper(`delete from journal_seal where seq > 2`, `delete from journal where subject in ('c', 'd')`)
    expect(await verifyJournal(pool)).toMatchObject({ ok: true, rows: 2 })
    expect(await verify()).toMatchObject({ ok: false, seq: 2, why: expect.stringContaining('是第 4 封') as string })
  })

  test('cuts them off and lets the program write on: the head of the day does not fit the new chain', async () => {
    await exportHead(pool, folder, NOW)
    await tamper(`delete from journal_seal where seq > 2`, `delete from journal where subject in ('c', 'd')`)
    for (const subject of ['x', 'y', 'z']) await append(subject)
    await sealJournal(pool, NOW + 500)
    expect(await verifyJournal(pool)).toMatchObject({ ok: true, rows: 5 })
    expect(await verify()).toMatchObject({ ok: false, seq: 4 })
  })

  test('changes a row and seals everything after it anew, as the program itself would: only the head of the day tells', async () => {
    await exportHead(pool, folder, NOW)
    await tamper(`update journal set actor = '李工' where subject = 'b'`, `delete from journal_seal where seq >= 2`)
    await sealJournal(pool, NOW + 500)
    expect(await verifyJournal(pool)).toMatchObject({ ok: true, rows: 4 })
    expect(await verify()).toMatchObject({
      ok: false,
      seq: 4,
      journalId: 4,
      why: expect.stringContaining('另行记下的链首不符') as string,
    })
  })

  test('cannot make the copy follow: a day has one head, the first', async () => {
    expect(await exportHead(pool, folder, NOW)).toMatchObject({ seq: 4 })
    await append('e')
    await sealJournal(pool, NOW + 500)
    expect(await exportHead(pool, folder, NOW + 3_600_000)).toBeNull()
    expect(await readHeads(folder)).toMatchObject([{ seq: 4 }])
    expect(await exportHead(pool, folder, NOW + 86_400_000)).toMatchObject({ seq: 5 })
  })
})

describe('the program’s own role', () => {
  test('may write seals, and one that it made up is named', async () => {
    await append('e')
    await pool.query(
      `insert into journal_seal (seq, journal_id, previous, hash, sealed_at)
       select 5, 5, hash, repeat('d', 64), now() from journal_seal where seq = 4`,
    )
    expect(await verify()).toMatchObject({ ok: false, seq: 5, journalId: 5, why: '记录被改动过' })
  })

  test('cannot number a row so high that the sealer never looks at the next ones', async () => {
    await expect(
      pool.query(
        `insert into journal (id, at, actor, act, subject) overriding system value values (9000000000, now(), 'x', 'x', 'x')`,
      ),
    ).rejects.toThrow(/permission denied/)
  })

  test('and a row that was slipped in far behind the seals is named', async () => {
    await tamper(
      `insert into journal (id, at, actor, act, subject) overriding system value values (9000000000, now(), 'x', 'x', 'x')`,
    )
    await sealJournal(pool, NOW + 500)
    await append('e')
    await sealJournal(pool, NOW + 1_000)
    expect(await verify()).toMatchObject({
      ok: false,
      journalId: 5,
      why: expect.stringContaining('从未封存') as string,
    })
  })

  test.each(['journal', 'journal_seal', 'notice', 'report', 'raw_payload', 'attempt', 'decision', 'authorisation'])(
    'has no way to change, remove or empty %s',
    async (table) => {
      const { rows } = await pool.query<{ column: string }>(
        `select attname as column from pg_attribute where attrelid = $1::regclass and attnum = 2`,
        [table],
      )
      const column = rows[0]?.column ?? ''
      for (const statement of [
        `update ${table} set ${column} = ${column}`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
        `alter table ${table} disable trigger all`,
        `drop table ${table} cascade`,
      ])
        await expect(pool.query(statement), statement).rejects.toThrow(/permission denied|must be owner/)
    },
  )

  test.each([
    'set role quakedesk_owner',
    'set session authorization quakedesk_admin',
    'set session_replication_role = replica',
    `copy (select 1) to program 'true'`,
    `copy journal from '/etc/hostname'`,
    `select pg_read_file('/etc/hostname')`,
    `select lo_import('/etc/hostname')`,
    'create schema mine',
    'create table public.mine (id int)',
    `create function public.mine() returns int language sql as 'select 1'`,
    'create extension dblink',
    'alter role quakedesk_app superuser',
    'alter system set fsync = off',
  ])('gets no further by %s', async (statement) => {
    await expect(pool.query(statement)).rejects.toThrow(/denied|must be|does not exist|not permitted|only roles/i)
  })

  test('finds one function that runs with its owner’s rights: it forgets originals whose time is over, and only adds to the journal', async () => {
    const { rows } = await pool.query<{ name: string; body: string }>(
      `select proname as name, prosrc as body from pg_proc where prosecdef and pronamespace = 'public'::regnamespace`,
    )
    expect(rows.map(({ name }) => name)).toEqual(['forget_originals'])
    const [{ body } = { body: '' }] = rows
    expect(body.match(/\b(?:delete from|update|truncate|insert into) (\w+)/g)).toEqual([
      'delete from sighting_raw',
      'delete from sighting_picture',
      'insert into journal',
    ])
    const early = pool.query(`select forget_originals(now(), 86400, 86400, 1)`)
    await expect(early).rejects.toThrow(/kept for longer/)
  })
})

test('how an attempt ended is never written over, not even by the owner of the table', async () => {
  const at = new Date(NOW).toISOString()
  await pool.query(`insert into lineage (id, class, year, number, serial) values ('l', 'actual', 2026, 1, 's')`)
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at, decided_at, issued_at, actor)
     values ('n', 'abcdefgh', 'actual', 'l', 1, 'formal-report', 't', 't', '{}', '{}', 'reviewed', $1, $1, $1, 'system')`,
    [at],
  )
  await pool.query(`insert into outlet (id, class, channel, mode) values ('o', 'actual', 'fake', 'live')`)
  await pool.query(
    `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
     values ('d', 'n', 'actual', 'o', 'post', 1, 'unknown', '{}', $1, $1)`,
    [at],
  )
  await pool.query(
    `insert into attempt (delivery_id, n, act, node, started_at) values ('d', 1, 'deliver', 'here', $1)`,
    [at],
  )
  const end = (outcome: string) => `update attempt set finished_at = now(), outcome = '${outcome}'`
  await pool.query(end('unknown'))
  await expect(pool.query(end('never sent'))).rejects.toThrow(/append-only/)
  const owner = openPool(database.ownerConfig, 1, () => undefined)
  await expect(owner.query(end('never sent'))).rejects.toThrow(/append-only/)
  await expect(owner.query('delete from attempt')).rejects.toThrow(/append-only/)
  await expect(owner.query('truncate attempt')).rejects.toThrow(/append-only/)
  await owner.end()
})
