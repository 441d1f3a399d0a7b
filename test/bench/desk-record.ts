// In: an installation's database that holds one real notice. Out: years of the same: fifty thousand notices with their quakes, reports,
// decisions and deliveries, millions of journal rows under a chain that holds, a hold, and people who are signed in.
// Made by SQL as the database's owner, past no check but the triggers of foreign keys, whose rows are made together.
import { createHash, randomBytes } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { DeskIds, Seat } from '../support/desk-pages.ts'
import { addPreparedRows } from '../support/prepared-rows.ts'

const YEARS = 10
const SEAL_LOCK = 0x7365616c
const SEALED_ONCE = ['journal_id', 'hash']

/** Columns of a row that each copy has of its own, as SQL over i, the copy's number, and t, the row. */
const COPIES: readonly (readonly [table: string, columns: Readonly<Record<string, string>>])[] = [
  ['quake', { id: `'bq-' || i`, created_at: 'AT', origin_at: 'AT' }],
  [
    'report',
    {
      id: `'br-' || i`,
      row_key: `'bk-' || i`,
      fingerprint: `'bf-' || i`,
      source_event_id: `'be-' || i`,
      received_at: 'AT',
      origin_at: 'AT',
      seq: `(select max(seq) from report) + i`,
    },
  ],
  ['report_quake', { report_id: `'br-' || i`, quake_id: `'bq-' || i` }],
  ['decision', { id: `(select max(id) from decision) + i`, quake_id: `'bq-' || i`, report_id: `'br-' || i`, at: 'AT' }],
  [
    'lineage',
    { id: `'bl-' || i`, quake_id: `'bq-' || i`, year: '1900', number: 'i', serial: `'试震信〔1900〕' || i || '号'` },
  ],
  [
    'notice',
    {
      id: `'bn-' || i`,
      code: `'c' || i`,
      lineage_id: `'bl-' || i`,
      quake_id: `'bq-' || i`,
      report_id: `'br-' || i`,
      origin_at: 'AT',
      received_at: 'AT',
      decided_at: 'AT',
      issued_at: 'AT',
    },
  ],
  ['delivery', { id: `t.id || '-' || i`, notice_id: `'bn-' || i`, changed_at: 'AT', accepted_at: 'AT', seen_at: 'AT' }],
]

/** Fills the database. @returns what the pages are opened with, and the cookie of each seat */
export async function fillRecord(
  pool: Pool,
  { notices, rows }: { notices: number; rows: number },
): Promise<{ ids: DeskIds; seats: Record<Seat, string> }> {
  const client = await pool.connect()
  await client.query(
    `set session_replication_role = replica; set statement_timeout = 0; set synchronous_commit = off; set maintenance_work_mem = '256MB'`,
  )
  await copyNotice(client, notices)
  await fillJournal(client, rows)
  await client.query('set session_replication_role = origin')
  client.release()
  const seated = await seatPeople(pool)
  await pool.query('vacuum analyze')
  return seated
}

async function copyNotice(client: PoolClient, count: number): Promise<void> {
  const at = `date_trunc('milliseconds', now() - interval '${YEARS} years' * (i::float8 / ${count}))`
  const { rows } = await client.query<{ quake: string; notice: string }>(
    `select quake_id as quake, id as notice from notice where quake_id is not null order by issued_at desc limit 1`,
  )
  const [first] = rows
  if (!first) throw new Error('the installation has said nothing yet')
  for (const [table, own] of COPIES) {
    const key = { quake: 'id', notice: 'id', lineage: 'quake_id', delivery: 'notice_id' }[table]
    const from =
      table === 'report'
        ? `id in (select report_id from report_quake where quake_id = '${first.quake}')`
        : table === 'delivery' || table === 'notice'
          ? `${key} = '${first.notice}'`
          : `${key ?? 'quake_id'} = '${first.quake}'`
    const one = table === 'delivery' ? '' : 'limit 1'
    const fields = Object.entries(own).map(([column, sql]) => `'${column}', ${sql === 'AT' ? at : sql}`)
    await client.query(
      `insert into ${table} overriding system value
       select r.* from (select * from ${table} where ${from} ${one}) t, generate_series(1, ${count}) i,
         lateral jsonb_populate_record(null::${table}, to_jsonb(t) || jsonb_build_object(${fields.join(', ')})) r`,
    )
  }
  await client.query(`update hold set state = 'resolved' where state in ('open', 'veto', 'waiting')`)
  await client.query(
    `insert into hold (id, quake_id, report_id, class, notice_kind, gate, reason, state, since)
     values ('bh-1', 'bq-1', 'br-1', 'actual', 'quick-report', 'size', '自动测定达到强度复核阈值', 'open', now())`,
  )
}

const ACTS = `array['report.received','delivery.accepted','delivery.seen','notice.published','hold.open','hold.released',
  'hold.dismissed','alarm.raised','alarm.acknowledged','sign-in','switch.on','withdrawal.prepared']`

/** Rows of all kinds in the shares of a busy bureau, rare ones among them, sealed by the program's own rule (store/journal.ts). */
async function fillJournal(client: PoolClient, count: number): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; made: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index
     where indrelid in ('journal'::regclass, 'journal_seal'::regclass)
       and not exists (select from pg_constraint where conindid = indexrelid)`,
  )
  await client.query('begin')
  await client.query('select pg_advisory_xact_lock($1)', [SEAL_LOCK])
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  // Built at the end, in one go: hashes come in no order.
  for (const column of SEALED_ONCE)
    await client.query(`alter table journal_seal drop constraint journal_seal_${column}_key`)
  await client.query(
    `insert into journal (at, actor, act, subject, detail)
     select date_trunc('milliseconds', now() - interval '${YEARS} years' * (1 - i::float8 / ${count})),
       case when k < 60 then 'cenc' when k < 92 then 'system' else 'p-bench-' || k % 8 end,
       (${ACTS})[case when i % 100003 = 0 then 11 when i % 50021 = 0 then 12 when k < 60 then 1 when k < 75 then 2 when k < 85 then 3
         when k < 90 then 4 when k < 92 then 5 else 6 + k % 5 end],
       case when k < 60 then md5(i::text) else 'bn-' || 1 + i % 50000 end, case when k < 60 then '{"rows":1}' else '{}' end::jsonb
     from (select i, (i * 7919) % 100 as k from generate_series(1, ${count}::bigint) i) g`,
  )
  await client.query(
    `create function pg_temp.chain() returns table (seq bigint, journal_id bigint, previous text, hash text) language plpgsql as $$
     declare r record;
     begin
       select s.seq, s.hash into seq, hash from journal_seal s order by s.seq desc limit 1;
       seq := coalesce(seq, 0);
       hash := coalesce(hash, repeat('0', 64));
       for r in select j.id, '",' || j.id || ',"' || to_char(j.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","' ||
           j.actor || '","' || j.act || '","' || j.subject || '",' || replace(j.detail::text, ' ', '') || ']' as words
         from journal j where j.id > coalesce((select max(s.journal_id) from journal_seal s), 0) order by j.id
       loop
         seq := seq + 1; journal_id := r.id; previous := hash;
         hash := encode(sha256(convert_to('["' || previous || r.words, 'UTF8')), 'hex');
         return next;
       end loop;
     end $$`,
  )
  await client.query(
    'insert into journal_seal (seq, journal_id, previous, hash, sealed_at) select seq, journal_id, previous, hash, now() from pg_temp.chain()',
  )
  for (const column of SEALED_ONCE) await client.query(`alter table journal_seal add unique (${column})`)
  for (const { made } of indexes) await client.query(made)
  await client.query('commit')
}

/** People by row, as the desk's own door would have let them in. */
async function seatPeople(pool: Pool): Promise<{ ids: DeskIds; seats: Record<Seat, string> }> {
  await pool.query(
    `insert into organisation (id, name, kind) values ('bureau', '试验地震局', 'bureau') on conflict do nothing`,
  )
  await pool.query(
    `insert into account (id, login, name, organisation_id, roles, state, created_at, created_by)
     select 'p-bench-' || i, 'bench' || i, '试验员' || i, 'bureau',
       case i when 1 then '{security-admin}' else '{lead,duty}' end::text[], 'active', now(), 'start' from generate_series(0, 199) i`,
  )
  await pool.query(
    `insert into shift (id, account_id, role, begins_at, ends_at, made_by, made_at)
     select 'bs-' || i, 'p-bench-' || 2 + i % 7, 'duty', now() + interval '12 hours' * (i - 1000), now() + interval '12 hours' * (i - 999),
       'p-bench-0', now() from generate_series(1, 1100) i`,
  )
  await pool.query(
    `insert into handover (id, account_id, words, written_at)
     select 'bw-' || i, 'p-bench-3', '中卫台断网，已报修。', now() - interval '8 hours' * i from generate_series(1, 3000) i`,
  )
  const hash = (token: string): Buffer => createHash('sha256').update(token).digest()
  const seat = async (account: string, stage: string): Promise<string> => {
    const token = randomBytes(32).toString('base64url')
    await pool.query(
      `insert into desk_session (token_hash, account_id, stage, csrf, begun_at, seen_at, ends_at)
       values ($1, $2, $3, 'bench', now(), now(), now() + interval '12 hours')`,
      [hash(token), account, stage],
    )
    return `quakedesk=${token}`
  }
  await pool.query(
    `insert into template_version (id, base, files, made_by, made_at, why) values ('tv-1', null, '{}', 'p-bench-0', now(), '试写')`,
  )
  await pool.query(
    `insert into removal (id, delivery_id, class, why, asked_by, asked_at)
     select 'rm-1', id, class, '误发', 'p-bench-5', now() from delivery limit 1`,
  )
  await pool.query(
    `insert into drill (id, scenario, title, planned_for, acts, goals, participants, planned_by, planned_at)
     values ('dr-1', 'withdrawn-by-the-officer', '撤回演练', now(), 'people', '{}', '{}', 'p-bench-0', now())`,
  )
  const { rows } = await pool.query<{ raw: string }>('select min(id)::text as raw from raw_payload')
  const raw = rows[0]?.raw ?? ''
  await pool.query(
    `insert into draft (id, kind, level, outlets, fields, version, hash, state, hands, created_at, edited_by, edited_at)
     values ('w-1', 'science', 'daily', '{}', '{"heading": "怎样避震", "summary": "先伏地。", "body": "趴下。"}', 1, 'h', 'review',
       '{p-bench-0}', now(), 'p-bench-0', now())`,
  )
  const attachment = hash('%PDF-1.4').toString('hex')
  await pool.query(
    `insert into attachment (sha256, type, bytes, added_at) values ($1, 'application/pdf', '%PDF-1.4', now())`,
    [attachment],
  )
  await pool.query(
    `insert into draft_version (draft_id, version, level, outlets, fields, attachments, hash, made_by, made_at)
     select id, version, level, outlets, fields, $1, hash, edited_by, edited_at from draft where id = 'w-1'`,
    [JSON.stringify([{ sha256: attachment }])],
  )
  await pool.query(
    `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
     select 'bc-' || i, '明天有7级大地震（' || i || '）', 'predict', 'bc-' || i, 1 + i % 4, 'new', now(), now() from generate_series(1, 300) i`,
  )
  await pool.query(
    `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
     values ('bc-small', '地震来了怎么躲避', 'advice', 'bc-small', 1, 'new', now(), now())`,
  )
  const link = randomBytes(32).toString('base64url')
  await pool.query(
    `insert into invitation (token_hash, account_id, made_by, made_at, ends_at)
     values ($1, 'p-bench-9', 'p-bench-1', now(), now() + interval '3 days')`,
    [hash(link)],
  )
  const asked = await pool.query<{ question: string; pictured: string }>(
    `select (select min(sighting_id) from question) as question, (select min(sighting_id) from sighting_picture) as pictured`,
  )
  const { question = '', pictured = '' } = asked.rows[0] ?? {}
  return {
    ids: {
      hold: 'bh-1',
      quake: 'bq-1',
      notice: 'bn-1',
      person: 'p-bench-5',
      outlet: 'site',
      version: 'tv-1',
      removal: 'rm-1',
      drill: 'dr-1',
      raw,
      draft: 'w-1',
      claim: 'bc-1',
      question,
      pictured,
      smallClaim: 'bc-small',
      prepared: await addPreparedRows(pool),
      attachment,
      link,
    },
    seats: {
      lead: await seat('p-bench-0', 'full'),
      'security-admin': await seat('p-bench-1', 'full'),
      'at-code': await seat('p-bench-2', 'second-factor'),
      'at-enrol': await seat('p-bench-3', 'enrol'),
      nobody: '',
    },
  }
}
