// In: the record. Out: claims that something was said about publicly, with what was said: as their pages and the API show them.
// Reads only. Must not find a claim that nothing was said about, nor show who reported it or where it was seen.
import type { Instant } from '../../core/instant.ts'
import type { ClaimState } from '../../core/rumour/claim-states.ts'
import type { LineEnd } from '../../core/rumour/first-line.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import { judgeAnswer, type AnswerStanding } from '../../core/rumour/public-answer.ts'
import { listNoticesById, type NoticeView } from '../notices.ts'
import type { Queryable } from '../pool.ts'

export interface PublicLine {
  words: string
  at: Instant
  endedAt: Instant | null
  endedHow: LineEnd | null
}

export interface PublicRumour {
  code: string
  kind: ClaimKind
  claimState: ClaimState
  standing: AnswerStanding
  openedAt: Instant
  /** When the first report of it came. */
  heardAt: Instant
  /** The newest first line; null where none was said. */
  line: PublicLine | null
  /** Rebuttals that the website carries, newest first. */
  notices: NoticeView[]
  /** When the newest one was taken back. */
  withdrawnAt: Instant | null
  /** Code of the claim that it was merged into, the farthest up that has a page; null where none has. */
  mergedInto: string | null
}

interface Row {
  code: string
  kind: ClaimKind
  state: ClaimState
  opened_at: Instant
  heard_at: Instant
  words: string | null
  at: Instant | null
  ended_at: Instant | null
  ended_how: LineEnd | null
  notices: string[]
  withdrawn_at: Instant | null
  merged_into: string | null
}

/** Rebuttals whose page is stored: what another channel alone carries has no page to lead to. */
const SHOWN = `from draft d join notice n on n.id = d.notice_id where d.claim_id = c.id
  and exists (select from page g where g.path = '/n/' || n.code)`

const SELECT = `select p.code, c.kind, c.state, p.opened_at, l.words, l.at, l.ended_at, l.ended_how, m.code as merged_into,
    coalesce((with recursive below (id) as (select e.id from claim e where e.merged_into = c.id
        union select e.id from claim e join below w on e.merged_into = w.id)
      select min(s.received_at) from (
        select k.sighting_id from sighting_link k where k.claim_id = c.id and k.ended_at is null
        union all select k.sighting_id from below w join sighting_link k on k.claim_id = w.id and k.ended_at is null) t
      join sighting s on s.id = t.sighting_id where s.stance <> 'deny'), c.opened_at) as heard_at,
    coalesce((select array_agg(n.id order by n.issued_at desc) ${SHOWN}), '{}') as notices,
    (select w.issued_at from notice w where w.kind = 'withdrawal' and w.lineage_id = (
      select n.lineage_id ${SHOWN} order by n.issued_at desc limit 1)) as withdrawn_at
  from claim_public p join claim c on c.id = p.claim_id
  left join lateral (
    with recursive up (id, depth) as (select c.merged_into, 1 where c.merged_into is not null
      union all select o.merged_into, up.depth + 1 from up join claim o on o.id = up.id
        where o.merged_into is not null and up.depth < 50)
    select g.code from up join claim_public g on g.claim_id = up.id order by up.depth desc limit 1) m on true
  left join lateral (select words, at, ended_at, ended_how from claim_line l where l.claim_id = c.id order by id desc limit 1) l on true
  where c.class = 'actual' and (l.words is not null or exists (select ${SHOWN}))`

/** @param before code of the last one of the page before */
export async function listPublicRumours(
  db: Queryable,
  { limit, before = null }: { limit: number; before?: string | null },
): Promise<PublicRumour[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} and ($2::text is null or (p.opened_at, p.code) < (select o.opened_at, o.code from claim_public o where o.code = $2))
     order by p.opened_at desc, p.code desc limit $1`,
    [limit, before],
  )
  return fill(db, rows)
}

/** By its public code; undefined where nothing public has it. */
export async function findPublicRumour(db: Queryable, code: string): Promise<PublicRumour | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} and p.code = $1`, [code])
  return (await fill(db, rows))[0]
}

/**
 * What whoever reported a rumour is told of it: its claim's public page, or that of the claim it was merged into. What was
 * corrected or taken back since is said by `standing`. Null while nothing is public.
 */
export async function findRumourOfSighting(db: Queryable, sightingId: string): Promise<PublicRumour | null> {
  const { rows } = await db.query<{ code: string }>(
    `with recursive up (id, depth) as (
       select l.claim_id, 0 from sighting_link l where l.sighting_id = $1 and l.ended_at is null
       union all select c.merged_into, up.depth + 1 from claim c join up on c.id = up.id where c.merged_into is not null and up.depth < 50)
     select p.code from up join claim_public p on p.claim_id = up.id order by up.depth desc limit 1`,
    [sightingId],
  )
  const [found] = rows
  return found ? ((await findPublicRumour(db, found.code)) ?? null) : null
}

/** The address of a claim's page; null while it has none. */
export async function findPublicCode(db: Queryable, claimId: string): Promise<string | null> {
  const { rows } = await db.query<{ code: string }>('select code from claim_public where claim_id = $1', [claimId])
  return rows[0]?.code ?? null
}

/** Another text whenever a page of the newest claims would be another: what has changed is looked for by it. */
export async function readPublicSign(db: Queryable, newest: number): Promise<string> {
  const { rows } = await db.query<{ sign: string }>(
    `select coalesce(md5(string_agg(concat_ws(' ', p.code, c.version, c.state, l.id, l.ended_how), ',' order by p.code)), '') as sign
     from (select * from claim_public order by opened_at desc limit $1) p join claim c on c.id = p.claim_id
     left join lateral (select id, ended_how from claim_line l where l.claim_id = c.id order by id desc limit 1) l on true`,
    [newest],
  )
  return rows[0]?.sign ?? ''
}

async function fill(db: Queryable, rows: readonly Row[]): Promise<PublicRumour[]> {
  const notices = await listNoticesById(
    db,
    rows.flatMap((row) => row.notices),
  )
  const byId = new Map(notices.map((notice) => [notice.id, notice]))
  return rows.map((row) => {
    const said = row.notices.flatMap((id) => byId.get(id) ?? [])
    const line =
      row.words === null || row.at === null
        ? null
        : { words: row.words, at: row.at, endedAt: row.ended_at, endedHow: row.ended_how }
    return {
      code: row.code,
      kind: row.kind,
      claimState: row.state,
      standing: judgeAnswer({
        // Until the website carries the answer, what was said before it stands.
        isChecking: line !== null && (line.endedHow === null || line.endedHow === 'answered'),
        claim: row.state,
        hasOther: row.merged_into !== null,
        notices: said,
      }),
      openedAt: row.opened_at,
      heardAt: row.heard_at,
      line,
      notices: said,
      withdrawnAt: said[0]?.state === 'withdrawn' ? row.withdrawn_at : null,
      mergedInto: row.merged_into,
    }
  })
}
