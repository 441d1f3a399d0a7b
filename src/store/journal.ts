// In: sealed and unsealed journal rows. Out: a hash chain over them, and the first row that does not fit it.
// One sealer at a time (advisory lock); appending never waits for it (DESIGN L5).
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { formatUtc, type Instant } from '../core/instant.ts'
import { toTimestamp, withConnection, type Queryable } from './pool.ts'

export interface JournalEntry {
  id: number
  at: Instant
  actor: string
  act: string
  subject: string
  detail: object
}

/** Previous hash of the first row. */
export const GENESIS = '0'.repeat(64)
const SEAL_LOCK = 0x7365616c
const BATCH = 500
/** Rows become visible out of id order, but never this far: no transaction stays open while as many others commit. */
const LATEST = 100_000

/** Appends one row outside a plan; acts inside a plan are journalled by the plan itself. */
export async function appendJournal(
  db: Queryable,
  at: Instant,
  entry: { actor: string; act: string; subject: string; detail?: object },
): Promise<void> {
  await db.query('insert into journal (at, actor, act, subject, detail) values ($1, $2, $3, $4, $5)', [
    toTimestamp(at),
    entry.actor,
    entry.act,
    entry.subject,
    JSON.stringify(entry.detail ?? {}),
  ])
}

/** SHA-256 over the previous hash and the row in a fixed form: keys of `detail` sorted at every depth. */
export function hashEntry(previous: string, entry: JournalEntry): string {
  const row = [previous, entry.id, formatUtc(entry.at), entry.actor, entry.act, entry.subject, sorted(entry.detail)]
  return createHash('sha256').update(JSON.stringify(row)).digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/**
 * Chains what was appended since. Rows become visible out of id order; the seal's own sequence is the order of record.
 * @returns how many rows it sealed; 0 when another sealer is at work
 */
export function sealJournal(pool: Pool, now: Instant): Promise<number> {
  return withConnection(pool, async (client) => {
    await client.query('begin')
    const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [SEAL_LOCK])
    if (!lock.rows[0]?.mine) {
      await client.query('rollback')
      return 0
    }
    const head = await readHead(client)
    const open = await client.query<JournalEntry>(
      `select j.id, j.at, j.actor, j.act, j.subject, j.detail from journal j
       left join journal_seal s on s.journal_id = j.id
       where s.seq is null and j.id > coalesce((select max(journal_id) from journal_seal), 0) - $2 order by j.id limit $1`,
      [BATCH, LATEST],
    )
    let { seq, hash } = head ?? { seq: 0, hash: GENESIS }
    const rows = open.rows.map((entry) => {
      const previous = hash
      hash = hashEntry(previous, entry)
      seq += 1
      return { seq, journal_id: entry.id, previous, hash }
    })
    if (rows.length > 0) {
      await client.query(
        `insert into journal_seal (seq, journal_id, previous, hash, sealed_at)
         select r.seq, r.journal_id, r.previous, r.hash, $2
         from jsonb_to_recordset($1::jsonb) as r(seq bigint, journal_id bigint, previous text, hash text)`,
        [JSON.stringify(rows), toTimestamp(now)],
      )
      // Readers of the live stream wait for the seal, which is the order of record.
      if (open.rows.some(({ act }) => act === 'site.shown'))
        await client.query(`select pg_notify('quakedesk_page', '')`)
    }
    await client.query('commit')
    return rows.length
  })
}

/** Newest seal, or null while nothing is sealed. */
export async function readHead(db: Queryable): Promise<{ seq: number; hash: string } | null> {
  const { rows } = await db.query<{ seq: number; hash: string }>(
    'select seq, hash from journal_seal order by seq desc limit 1',
  )
  return rows[0] ?? null
}

/** A head as it was written down outside the database. */
export interface ExportedHead {
  /** ISO 8601, UTC. */
  at: string
  seq: number
  hash: string
}

export type ChainReport =
  | { ok: true; rows: number; unsealed: number; head: string }
  /** why: in Chinese, as the auditor reads it. */
  | { ok: false; seq: number; journalId: number | null; why: string }

/**
 * Walks the whole chain and names the first row that was changed, removed or put in between.
 * @param heads written down outside: without them nobody can tell that the newest rows were cut off with their seals
 * @param seen is told from time to time how far it has come
 */
export async function verifyJournal(
  db: Queryable,
  heads: readonly ExportedHead[] = [],
  seen: (seals: number) => void = () => undefined,
): Promise<ChainReport> {
  const known = new Map(heads.map((head) => [head.seq, head]))
  let seq = 0
  let hash = GENESIS
  for (;;) {
    const { rows } = await db.query<
      JournalEntry & { seq: number; journal_id: number; previous: string; hash: string; found: boolean }
    >(
      `select s.seq, s.journal_id, s.previous, s.hash, j.id is not null as found, j.id, j.at, j.actor, j.act, j.subject, j.detail
       from journal_seal s left join journal j on j.id = s.journal_id where s.seq > $1 order by s.seq limit $2`,
      [seq, BATCH],
    )
    for (const row of rows) {
      if (row.seq !== seq + 1) return { ok: false, seq: seq + 1, journalId: null, why: '缺少这一封' }
      if (!row.found) return { ok: false, seq: row.seq, journalId: row.journal_id, why: '对应的留痕记录不在了' }
      if (row.previous !== hash)
        return { ok: false, seq: row.seq, journalId: row.journal_id, why: '所记的前一封校验值与前一封不符' }
      if (hashEntry(hash, row) !== row.hash)
        return { ok: false, seq: row.seq, journalId: row.journal_id, why: '记录被改动过' }
      seq = row.seq
      hash = row.hash
      const head = known.get(seq)
      if (head && head.hash !== hash)
        return { ok: false, seq, journalId: row.journal_id, why: `与 ${head.at} 另行记下的链首不符` }
    }
    seen(seq)
    if (rows.length < BATCH) break
  }
  const beyond = heads.find((head) => head.seq > seq)
  if (beyond)
    return {
      ok: false,
      seq,
      journalId: null,
      why: `链条到此为止，而 ${beyond.at} 另行记下的链首是第 ${beyond.seq} 封`,
    }
  const open = await db.query<{ n: number; behind: number | null }>(
    `select count(*) as n, min(j.id) filter (where j.id <= (select max(journal_id) from journal_seal) - $1) as behind
     from journal j left join journal_seal s on s.journal_id = j.id where s.seq is null`,
    [LATEST],
  )
  const behind = open.rows[0]?.behind ?? null
  if (behind !== null) return { ok: false, seq, journalId: behind, why: '这条记录远早于最新一封，却从未封存' }
  return { ok: true, rows: seq, unsealed: open.rows[0]?.n ?? 0, head: hash }
}
